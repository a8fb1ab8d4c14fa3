import { valueAfter } from './notations.ts';
import { tellingOf } from './secret-names.ts';
import { matchAt } from './value-at.ts';

/** A piece of every telling name. Short ones end a name, or are followed by `code`. */
const STEM =
  /passw|passphrase|passcode|pwd|secret|token|credential|authorization|hmac|signature|mnemonic|code_?verifier|saml_?re|assertion|sess(?:ion)?[ _-]?id|key|connect\.sid|requirepass|private-mac|(?:pass|pw|psk|sign?|otp|pin|cvv|cvc|mfa|2fa|tan|auth|session|sid|pk|seed|cert)(?![a-z])|auth[_-](?:string|data|value|header)/gi;
const NAME_CHAR = /[\w.$-]/;
/** Longer names are cut, which keeps the time linear. */
const REACH = 64;
/** `api key`, `private key`, `access key id`: the only names of two and three words. */
const FIRST_WORD = /(?:^|[^\w-])([A-Za-z]{2,20} )$/;
const KEY = /^keys?(?:[_-]?id)?$/i;
const MORE = / (?:key )?id(?![\w-])/iy;

/** Values that stand behind a telling name, in settings, structures, headers, elements, arguments and sentences. */
export function maskNamed(text: string): string {
  const out: string[] = [];
  let from = 0;
  STEM.lastIndex = 0;
  for (let stem = STEM.exec(text); stem !== null; stem = STEM.exec(text)) {
    const name = nameAround(text, Math.max(stem.index, from), stem.index + stem[0].length, from);
    const telling = tellingOf(name.text);
    const value = telling === undefined ? undefined : valueAfter(text, name, telling);
    if (value === undefined) {
      STEM.lastIndex = Math.max(name.end, STEM.lastIndex);
      continue;
    }
    out.push(text.slice(from, value.start), value.shown);
    from = STEM.lastIndex = value.end;
  }
  return from === 0 ? text : out.join('') + text.slice(from);
}

/** A name as it stands in a text. */
export interface Name {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The name that a stem is part of, no further back than `from`. */
function nameAround(text: string, stemStart: number, stemEnd: number, from: number): Name {
  let start = stemStart;
  let end = stemEnd;
  while (
    start > from &&
    stemStart - start < REACH &&
    NAME_CHAR.test(text[start - 1] ?? '') &&
    !isFlagAt(text, start)
  )
    start--;
  while (end < text.length && end - stemEnd < REACH && NAME_CHAR.test(text[end] ?? '')) end++;
  while (end > stemEnd && /[.$-]/.test(text[end - 1] ?? '')) end--;
  if (KEY.test(text.slice(start, end)))
    start -= FIRST_WORD.exec(text.slice(Math.max(from, start - 24), start))?.[1]?.length ?? 0;
  end += matchAt(MORE, text, end)?.length ?? 0;
  return { start, end, text: text.slice(start, end) };
}

/** Two dashes begin a name, even where something is glued to them. */
function isFlagAt(text: string, at: number): boolean {
  return text.startsWith('--', at) && text[at - 1] !== '-';
}
