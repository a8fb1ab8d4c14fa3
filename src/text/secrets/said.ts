import { MASK } from './mask.ts';
import { tellingOf } from './secret-names.ts';

/** What goes on over several words. */
const TO_THE_END =
  /((?:\b(?:set-)?cookie|mnemonic|(?:seed|recovery)[ _-]?(?:phrase|words?))["']?(?:\s{0,4}[:=]|\s{1,4}is\b)\s{0,4}["']?)[^"'\r\n]+/gi;
const DIGEST = /\b(digest\s{1,4})(?=\w{1,20}=")[^\r\n]+/gi;
const SCHEME =
  /\b([Bb]earer|BEARER|[Bb]asic|BASIC)(\s{1,4})(?=[A-Za-z0-9+/_~.-]{0,500}(?:\d|[a-z][A-Z]))[A-Za-z0-9+/_~.-]{12,}=*/g;
const SCHEME_WORD = /earer|asic/i;
const ONE_TIME =
  /(\b(?:verification|confirmation|security|login|one-time|2fa|mfa|otp|auth(?:entication)?|sms|unlock|pairing|access|activation|backup|recovery|device)[ _-](?:code|password|pin)["']?\s{0,4}(?:is|was|=|:)?\s{0,4}["']?)\d{4,10}\b/gi;

/** `invalid value "…" for API_KEY`, `with … as password`: the value comes first. */
const VALUE_FIRST =
  /(\b(?:value|argument|input)\s{1,4})(["'])([^"'\r\n]{1,200})\2(\s{1,4}(?:for|of|in)\s{1,4}(?:\w{1,12}\s{1,4})?["']?)([\w.$-]{2,64})/gi;
const AS_PASSWORD =
  /(\bwith\s{1,4}["']?)(?!\*)[^\s"']{3,200}(?=["']?\s{1,4}as\s{1,4}(?:the\s{1,4}|a\s{1,4})?(?:passw|token|secret))/gi;

/** Most lines hold none of these words, and are not looked at again. */
const RARE_WORD = /cookie|mnemonic|phrase|words|digest|code|password|pin|value|argument|input|\bas\b/i;

/** Secrets as sentences and protocols say them, where no `=` or `:` stands between the name and the value. */
export function maskSaid(text: string): string {
  if (!RARE_WORD.test(text)) return text;
  return text
    .replace(DIGEST, `$1${MASK}`)
    .replace(TO_THE_END, `$1${MASK}`)
    .replace(ONE_TIME, `$1${MASK}`)
    .replace(AS_PASSWORD, `$1${MASK}`)
    .replace(VALUE_FIRST, maskValueFirst);
}

function maskValueFirst(
  all: string,
  before: string,
  quote: string,
  _value: string,
  between: string,
  name: string,
): string {
  return tellingOf(name) === 'secret' ? `${before}${quote}${MASK}${quote}${between}${name}` : all;
}

/** What follows a scheme of HTTP that no header names. */
export function maskSchemes(text: string): string {
  return SCHEME_WORD.test(text) ? text.replace(SCHEME, `$1$2${MASK}`) : text;
}
