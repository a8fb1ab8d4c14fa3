/**
 * How much a name says about its value. `secret`: the value is one, whatever it looks like. `code`: it is one if it is a
 * number of three digits or more, or looks random. `random`: it is one if it looks random, since others are called so too.
 */
export type Telling = 'secret' | 'code' | 'random';

/** Keys that open something, as distinguished from those of a table, a cache or a map. */
const OPENING =
  '(?:api|access|account|private|priv|signing|sign|encryption|encrypt|enc|decryption|session|secret|listen|wallet|master|ssh|' +
  'licen[cs]e|auth|shared|consumer|client|app|application|subscription|storage|deploy|hmac|aes|jwt|admin|bot|webhook|stream|' +
  'pgp|gpg|psk|root|security|service|server|tls|ssl|db|database|recovery|backup|vault|crypto|cipher|symmetric|bearer)';

/** Names are compared as `_words_of_it_`, in lower case. */
const SECRET = new RegExp(
  [
    // Whatever is glued to it: PGPASSWORD, passwordHash, passwd2.
    'passw(?:or)?d|passphrase|passcode|requirepass',
    '(?:pwd|secret|token|credential|authorization|hmac|signature|sessid|sessionid|mnemonic|privkey)s?_',
    `_(?:pass|pw|passwords?|psk|sig|priv(?:ate)?_mac)_`,
    // bypass and compass have nothing to do with it.
    '_(?!by|com|encom|tres|sur|over|under|multi|single|all|low|high|band|two|one|first|second)[a-z]{1,12}pass_$',
    '_(?:sess|session)_id_',
    `${OPENING}_?keys?_`,
    '_connect_sid_|_code_verifier_|_saml_?(?:response|request)_|_(?:client_)?assertion_',
  ].join('|'),
);
const CODE = /_(?:otp|totp|hotp|pin|cvv|cvc|cvv2|mfa|2fa|tan)_(?:code_)?$/;
const RANDOM = /_(?:auth|sign|session|sid|pk|seed|cert|kubeconfig)_$|_auth_(?:string|data|value|header)_$/;

/** What is said about a secret is none: how many there are, where it lies, how long it lives. */
const ABOUT = new RegExp(
  '_(?:' +
    [
      'counts?|total|attempts?|tries|retries|len|length|size|sizes|min|max|limit|limits|number|num|index|position|offset|width',
      'age|ages|days|hours|minutes|seconds|secs|ms|ttl|timeout|expir(?:y|es|ed|ation)|exp|lifetime|duration|interval|in|at|on|since|until|date|time|created|updated',
      'files?|filename|path|dir|folder|location|url|uri|endpoint|host|port|name|names|type|types|kind|format|class|field|column|prompt|hint|label|title',
      'policy|provider|source|manager|store|ref|reference|arn|mode|algorithm|alg|iterations|rounds|strength|scope|scopes|audience|issuer|version',
      'enabled|disabled|required|supported|present|exists|valid|invalid|set|changed|rotated|used|usage|per|rate|bucket|buckets|status|state|errors?|err|exceptions?|failures?|failed|reset|stdin|env|less|lines?',
      'ts|js|mjs|tsx|py|go|java|rs|rb|php|cs|cpp|cc|h|kt|ya?ml|json|toml|conf|cnf|ini|txt|pem|crt|cer|log|sh|sql|html?|css|md|test|spec|service',
    ].join('|') +
    ')_$|passwordless',
);

/** What the name of a setting, a header, a field or a flag tells of its value; undefined if nothing. */
export function tellingOf(name: string): Telling | undefined {
  const words = `_${wordsOf(name)}_`;
  if (ABOUT.test(words)) return undefined;
  if (SECRET.test(words)) return 'secret';
  if (CODE.test(words)) return 'code';
  return RANDOM.test(words) ? 'random' : undefined;
}

/** Whether the name may be that of many, whose number is no secret: `tokens: 512`, `pass: 12`. */
export function mayCount(name: string): boolean {
  return /^pass$|(?:passwords|tokens|secrets|credentials|signatures|keys)$/i.test(name);
}

/** Whether it is a password, of which prose speaks in more ways than of others. */
export function isPassword(name: string): boolean {
  return /pass(?:w(?:or)?d|phrase|code)$/i.test(name);
}

function wordsOf(name: string): string {
  return name
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)/g, '_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();
}
