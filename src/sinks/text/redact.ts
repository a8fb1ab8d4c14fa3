import { redact } from '../../text/redact.ts';
import { MASK } from '../../text/secrets/mask.ts';

export { redact };

/**
 * A redaction that also knows secrets of ours by heart: webhook URLs with their telling parts, tokens, signing
 * secrets. Parts shorter than eight characters are left, since they would mask ordinary words.
 */
export function redactKnowing(secrets: readonly string[]): (text: string) => string {
  const known = secrets
    .flatMap((secret) => [secret, ...partsOfUrl(secret)])
    .filter((part) => part.length >= 8)
    .sort((a, b) => b.length - a.length);
  return (text) => redact(known.reduce((left, secret) => left.replaceAll(secret, MASK), text));
}

function partsOfUrl(secret: string): readonly string[] {
  if (!URL.canParse(secret)) return [];
  const url = new URL(secret);
  const segments = url.pathname.split('/').filter((part) => /\d|[A-Z].*[a-z]|.{16}/.test(part));
  return [url.pathname + url.search, ...segments, ...url.searchParams.values(), url.password];
}
