/** A beat as it is sent: `body` only where the receiver takes a reason in it. */
export interface BeatRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body?: string;
}

/** Characters of a reason that a push address takes. */
const MESSAGE = 250;

/**
 * The request for a beat to an address: all is well if `trouble` is empty, else that it is not, and why. Undefined where
 * the receiver has no way to be told: then it is to notice that the beat stays away.
 */
export function beatRequest(address: string, trouble: string): BeatRequest | undefined {
  const url = new URL(address);
  if (isUptimeKuma(url)) return { method: 'GET', url: pushed(url, trouble) };
  if (trouble === '') return { method: 'GET', url };
  if (!isHealthchecks(url)) return undefined;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`;
  return { method: 'POST', url, body: trouble };
}

/** healthchecks.io, also on a server of one's own: a UUID, or the key of a project and a name. */
function isHealthchecks({ hostname, pathname }: URL): boolean {
  return hostname === 'hc-ping.com' || /^\/ping\/[\w-]{20,}(?:\/[\w-]+)?\/?$/.test(pathname);
}

/** Uptime Kuma's monitors of the type Push. */
function isUptimeKuma({ pathname }: URL): boolean {
  return /\/api\/push\/\w+\/?$/.test(pathname);
}

function pushed(address: URL, trouble: string): URL {
  const url = new URL(address);
  url.searchParams.set('status', trouble === '' ? 'up' : 'down');
  if (trouble !== '' || !url.searchParams.has('msg'))
    url.searchParams.set('msg', trouble === '' ? 'OK' : trouble.slice(0, MESSAGE));
  return url;
}
