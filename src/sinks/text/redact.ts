const MASK = '***';

/** Names whose value is a secret wherever a value follows: `password=…`, `"api_key": "…"`, `X-MBX-APIKEY: …`. */
const NAMES = [
  'pass(?:word|wd|phrase|code)|pwd|secrets?|token|hmac|authorization|credentials?|sess(?:ion)?[_-]?id',
  '(?:api|access|account|private|signing|encryption|session|secret|listen)[ _-]?key(?:[ _-]?id)?',
  'signature(?:[_-]?\\d{1,4})?|(?<![a-z])sign?',
  // Counts of tests that passed are no secrets.
  '(?<![a-z])pass(?=["\']?\\s{0,8}[:=]\\s{0,8}(?!\\s|\\d+\\b))',
].join('|');
/** What stands between a name and its value, in the notations of many languages; `%3D` is an encoded `=`. */
const IS = '[\\])]?\\s{0,8}(?:=>|:=|[:=]|%3[ad])\\s{0,8}[[(]?';

const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,200}:)[^\s/"'<>]{1,500}@/gi;
const URL_TOKEN = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/:@"'<>*]{16,500}@/gi;
/** The part of an address after which its secret comes. */
const WEBHOOK_URL = new RegExp(
  '(https?://(?:' +
    [
      '[^\\s/"\'<>]{1,200}/(?:api/(?:v\\d+/)?webhooks|services(?=/T\\w{1,20}/B\\w{1,20}/)|hooks/catch)/',
      '[^\\s/"\'<>]{0,100}slack[^\\s/"\'<>]{0,100}/(?:services|workflows|triggers)/',
      '[^\\s/"\'<>]{0,100}office[^\\s/"\'<>]{0,100}/webhook(?:b2)?/',
      'hc-ping\\.com/',
    ].join('|') +
    '))[^\\s"\'<>)\\]]{1,500}',
  'gi',
);
const NAMED_QUOTED = new RegExp(`((?:${NAMES})["']?${IS})(["'])(?:\\\\[^]|(?!\\2)[^\\\\])+`, 'gi');
/** The same within JSON that was quoted once more. */
const NAMED_ESCAPED = new RegExp(`((?:${NAMES})\\\\{0,3}["']?${IS}\\\\{1,3})(["'])[^\\\\"']+`, 'gi');
const NAMED_BARE = new RegExp(
  `((?:${NAMES})(?:\\\\{0,3}["'])?${IS})(?:(bearer|basic|token)\\s{1,4})?(?![\\s"'\\\\*[{(>|]|null\\b|true\\b|false\\b|none\\b)[^\\s"',;&}\\])]+`,
  'gi',
);
/** A name and a value as two quoted words, as headers are often printed: only what looks random is masked. */
const PAIRED = new RegExp(
  `((?:${NAMES})["']\\s{0,4},\\s{0,4}["'])(?=[^"']{0,500}\\d)[^"'\\\\*]{8,500}`,
  'gi',
);
const PASSWORD_SAID = /(\bpass(?:word|wd|phrase|code)\s{1,4}(?:is\s{1,4})?)(["'])[^"'*]{1,200}\2/gi;
/** `with token 8f3a…`: prose is masked only where the next word looks random. */
const SAID =
  /(\b(?:pass(?:word|wd|phrase|code)|secret|token|api[ _-]?key|(?:access|private|secret|listen)[ _-]?key|signature)\b(?:\s{1,4}(?:is|was))?\s{1,4})(?=[A-Za-z0-9+/_.=-]{0,500}\d)(?=[A-Za-z0-9+/_.=-]{0,500}[A-Za-z])[A-Za-z0-9+/_.=-]{8,500}/gi;
const JSON_AUTH = /("auth"\s{0,8}:\s{0,8}")[^"*]+/gi;
const QUERY_KEY = /([?&]key=)[^\s"'&]+/gi;
/** What goes on over several words. */
const TO_THE_END =
  /((?:\b(?:set-)?cookie|mnemonic|(?:seed|recovery)[ _-]?phrase)["']?(?:\s{0,4}[:=]|\s{1,4}is\b)\s{0,4}["']?)[^"'\r\n]+/gi;
const DIGEST = /\b(digest\s{1,4})(?=\w{1,20}=")[^\r\n]+/gi;
const FLAG =
  /(--(?:password|passwd|token|secret|(?:api|access|secret|private)-key|api-secret)[ =])(?!\*)[^\s"']+/gi;
const USER_FLAG = /((?<![\w-])(?:-u|--user)[ =][^\s:"'/]{1,64}:)(?!\d+(?:\s|$)|\*)[^\s"']+/g;
const MYSQL_FLAG = /(\bmysql\w{0,10}\b[^\r\n]{0,200}?\s-p)(?!\*)[^\s"']+/g;
const SCHEME = /\b(bearer|basic)\s{1,4}[A-Za-z0-9+/_~.-]{12,}=*/gi;
const PEM =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?/g;
const JWT = /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g;
const KNOWN_PREFIX =
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}|\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abeprs]-|xapp-|whsec_|hf_|dop_v1_|shpat_|SG\.)[A-Za-z0-9_.+/=-]{10,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}|(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{30,}/g;
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
    .replace(URL_PASSWORD, `$1${MASK}@`)
    .replace(URL_TOKEN, `$1${MASK}@`)
    .replace(JWT, MASK)
    .replace(DIGEST, `$1${MASK}`)
    .replace(TO_THE_END, `$1${MASK}`)
    .replace(NAMED_QUOTED, `$1$2${MASK}`)
    .replace(NAMED_ESCAPED, `$1$2${MASK}`)
    .replace(NAMED_BARE, (_all, name: string) => `${name}${MASK}`)
    .replace(PAIRED, `$1${MASK}`)
    .replace(PASSWORD_SAID, `$1$2${MASK}$2`)
    .replace(SAID, `$1${MASK}`)
    .replace(JSON_AUTH, `$1${MASK}`)
    .replace(QUERY_KEY, `$1${MASK}`)
    .replace(FLAG, `$1${MASK}`)
    .replace(USER_FLAG, `$1${MASK}`)
    .replace(MYSQL_FLAG, `$1${MASK}`)
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
