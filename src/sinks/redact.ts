const MASK = '***';

/** Names whose value is a secret wherever a value follows: `password=…`, `"api_key": "…"`, `X-MBX-APIKEY: …`. */
const NAMES =
  'pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|(?:access|private|signing|encryption|session|secret)[_-]?key|' +
  'authorization|credentials?|session[_-]?id|mnemonic|seed[_-]?phrase|signature|(?<![a-z])sig|(?<![a-z])sign';

const URL_USER = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,200}:)[^\s/@"'<>]{1,500}@/gi;
const WEBHOOK_URL =
  /(https?:\/\/[^\s/"'<>]{1,200}\/(?:api\/(?:v\d+\/)?webhooks|services|workflows|triggers)\/)[^\s"'<>)\]]{1,500}/gi;
const NAMED_QUOTED = new RegExp(
  `((?:${NAMES})["']?\\s{0,8}[:=]\\s{0,8})(["'])(?:\\\\[^]|(?!\\2)[^\\\\])+`,
  'gi',
);
/** The same within JSON that was quoted once more. */
const NAMED_ESCAPED = new RegExp(
  `((?:${NAMES})\\\\{0,3}["']?\\s{0,8}[:=]\\s{0,8}\\\\{1,3})(["'])[^\\\\"']+`,
  'gi',
);
const COOKIE = /(\b(?:set-)?cookie["']?\s{0,4}[:=]\s{0,4}["']?)[^"'\r\n]+/gi;
const NAMED_BARE = new RegExp(
  `((?:${NAMES})(?:\\\\{0,3}["'])?\\s{0,8}[:=]\\s{0,8})(?:(bearer|basic|token)\\s{1,4})?(?![\\s"'\\\\*]|null\\b|true\\b|false\\b|none\\b)[^\\s"',;&}\\])]+`,
  'gi',
);
const FLAG = /(--(?:password|passwd|token|secret|api-key|access-key)[ =])(?!\*)[^\s"']+/gi;
const SCHEME = /\b(bearer|basic)\s{1,4}[A-Za-z0-9+/_~.-]{12,}=*/gi;
const PEM = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;
const JWT = /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g;
const KNOWN_PREFIX =
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}|\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abeprs]-|xapp-|whsec_|hf_|dop_v1_|shpat_|SG\.)[A-Za-z0-9_.+/=-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}/g;
/** Exchange keys are long runs of mixed letters and digits; hashes and ids are of one case and stay readable. */
const LONG_RUN = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,512}={0,2}(?![A-Za-z0-9+/])/g;

/**
 * Masks what must not leave the process: passwords in URLs, webhook URLs, tokens, keys, signatures, JWTs and private
 * keys, keeping the names beside them so that the line still tells its story. Every pattern runs in linear time.
 */
export function redact(text: string): string {
  return text
    .replace(PEM, `-----PRIVATE KEY ${MASK}-----`)
    .replace(WEBHOOK_URL, `$1${MASK}`)
    .replace(URL_USER, `$1${MASK}@`)
    .replace(JWT, MASK)
    .replace(COOKIE, `$1${MASK}`)
    .replace(NAMED_QUOTED, `$1$2${MASK}`)
    .replace(NAMED_ESCAPED, `$1$2${MASK}`)
    .replace(NAMED_BARE, (_all, name: string) => `${name}${MASK}`)
    .replace(FLAG, `$1${MASK}`)
    .replace(SCHEME, `$1 ${MASK}`)
    .replace(KNOWN_PREFIX, MASK)
    .replace(LONG_RUN, maskMixed);
}

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

function maskMixed(run: string): string {
  const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
  return mixed && !run.includes('//') && run.split('/').length < 4 ? MASK : run;
}
