import manifest from '../package.json' with { type: 'json' };

/** The version of this program, as published. */
export const VERSION = manifest.version;

/**
 * The User-Agent of every request to a receiver. Services ask for the form `name/version (+address)`, and some CDNs
 * refuse requests without one.
 */
export const USER_AGENT = userAgent(manifest);

/** `name/version`, and where the manifest names one, the homepage or the repository. */
export function userAgent(from: object & { readonly name: string; readonly version: string }): string {
  const { name, version } = from;
  const address = 'homepage' in from ? from.homepage : 'repository' in from ? from.repository : undefined;
  const url = typeof address === 'object' && address !== null && 'url' in address ? address.url : address;
  const about =
    typeof url === 'string' && /^(?:git\+)?https?:/.test(url) ? url.replace(/^git\+|\.git$/g, '') : '';
  return `${name}/${version}${about === '' ? '' : ` (+${about})`}`;
}
