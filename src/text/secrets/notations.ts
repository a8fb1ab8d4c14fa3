import { isMasked, looksRandom, MASK } from './mask.ts';
import type { Name } from './named-values.ts';
import { isPassword, type Telling } from './secret-names.ts';
import { isMaskedAt, matchAt, type Value, valueAt } from './value-at.ts';

/** A value and where it begins. */
export type Placed = Value & { readonly start: number };

/** How a name and its value stand together: what is between them, and what has to be in front of the name. */
interface Notation {
  readonly between: RegExp;
  readonly before?: RegExp;
  /** Whether the notation means this name at all. */
  readonly for?: (name: string, telling: Telling) => boolean;
  readonly value: (text: string, at: number, telling: Telling, name: string) => Value | undefined;
}

const space = '(?:[^\\S\\n]{0,8}(?:\\n[^\\S\\n]{0,16})?)';
const close =
  '(?:\\[\\w{0,20}\\]|\\\\{0,3}["\'`]|&(?:quot|#34);|%22|\\*\\*)?[\\])]{0,2}(?:\\s\\([\\w -]{1,20}\\))?';

/** `name = value`, in settings, headers, structures and sentences; `%3D` and `&#61;` are encoded signs. */
const ASSIGNED = new RegExp(`${close}${space}(?:=>|:=|={1,3}|:(?!:|\\/\\/)|%3[ad]|&#61;| -> )${space}`, 'iy');
/** A path in front of a name and a colon behind: `/run/secrets/db_password: no such file`. */
const PATH = /(?:^|[\s"'(=])\.{0,2}\/[^\s"'=?&]{0,150}$/;

/** The first that fits decides. */
const NOTATIONS: readonly Notation[] = [
  // "name":"DB_PASSWORD","value":"…", and YAML's list of `name:` and `value:`
  {
    between: /["'`]?\s{0,4}[,\s]\s{0,20}["']?(?:value|val|content)["']?\s{0,4}[:=]\s{0,4}/iy,
    value: valueAt,
  },
  // <password>…</password>
  { between: /(?:\s[^<>]{0,100})?(?<!\/)>/y, before: /<(?:[\w-]{1,30}:)?$/, value: elementAt },
  // <entry key="password">…</entry>
  { between: /["'][^<>]{0,100}(?<!\/)>/y, before: /<[^<>]{1,100}=["']$/, value: elementAt },
  // <key>password</key><string>…</string>
  { between: /<\/key>\s{0,20}<\w{1,20}>/y, before: /<key>$/, value: elementAt },
  // form-data; name="password", an empty line, the value
  {
    between: /["']?(?:;[^\\\r\n]{0,100})?(?:\\r\\n|\r?\n){2}/y,
    before: /form-data;[^\r\n]{0,60}name=["']?$/,
    value: valueAt,
  },
  // "--password","…"
  { between: /\\{0,3}["'],\s{0,4}(?=\\{0,3}["'])/y, before: /-$/, value: valueAt },
  // ('X-API-KEY', '…'): two quoted words in a row are often two names, so the second has to look random.
  { between: /\\{0,3}["'],\s{0,4}(?=\\{0,3}["'])/y, value: randomAt },
  // {password,"…"}
  { between: /,\s{0,4}(?=["'])/y, before: /\{$/, value: valueAt },
  // --password …
  { between: /\s{1,4}(?!-)/y, before: /-$/, for: (_name, telling) => telling === 'secret', value: valueAt },
  // password for user bob: …
  {
    between:
      /\s{1,4}(?:for|of)\s{1,4}(?:(?:user|account|role)\s{1,4})?(?!(?:user|username|account|role)\s?[:=])(?:"[^"]{1,100}"|'[^']{1,100}'|[^\s"'=:]{1,80})\s?(?:is\s|[:=])\s{0,4}/iy,
    for: isPassword,
    value: valueAt,
  },
  // password is "…", WITH PASSWORD '…'
  { between: /\s{1,4}(?:(?:is|to|by|was|as)\s{1,4})?(?=["'`])/iy, for: isPassword, value: valueAt },
  // password has been generated: …
  {
    between:
      /\s(?:has been|was|is)\s(?:(?:auto)?generated|created|set|changed|reset)(?:\sto\s|\s?[:=])\s{0,4}/iy,
    for: isPassword,
    value: valueAt,
  },
  // mnemonic ["…","…"]
  {
    between: /\s?(?=\[["'])/y,
    for: (name, telling) => telling === 'secret' && !/tokens?$/i.test(name),
    value: valueAt,
  },
  // pin 4829
  {
    between: /\s{1,4}(?:(?:code|is|was)\s{1,4}){0,2}(?=\d{4,10}\b)/iy,
    for: (_name, telling) => telling === 'code',
    value: valueAt,
  },
  // with token …: prose, so the next word has to look random.
  {
    between: /\s{1,4}(?:(?:is|was|=)\s{1,4}|\()?/iy,
    for: (name, telling) => telling === 'secret' || /session$/i.test(name),
    value: randomWordAt,
  },
];

/** The value that belongs to a telling name, wherever its notation puts it; undefined if there is none. */
export function valueAfter(text: string, name: Name, telling: Telling): Placed | undefined {
  const dashes = /^-*/.exec(name.text)?.[0] ?? '';
  const before = text.slice(Math.max(0, name.start - 160), name.start) + dashes;
  const assigned = matchAt(ASSIGNED, text, name.end);
  if (assigned !== undefined) {
    if (assigned.trimEnd().endsWith(':') && PATH.test(before)) return undefined;
    const start = name.end + assigned.length;
    return isMaskedAt(text, start) ? undefined : placed(start, valueAt(text, start, telling, name.text));
  }
  for (const notation of NOTATIONS) {
    if (notation.for?.(name.text, telling) === false) continue;
    const between = matchAt(notation.between, text, name.end);
    if (between === undefined || notation.before?.test(before) === false) continue;
    const start = name.end + between.length;
    if (isMaskedAt(text, start)) return undefined;
    const value = notation.value(text, start, telling, name.text);
    if (value !== undefined) return placed(start, value);
  }
  return undefined;
}

function placed(start: number, value: Value | undefined): Placed | undefined {
  return value && { ...value, start };
}

const ELEMENT = /[^<]{1,2000}/y;

function elementAt(text: string, at: number): Value | undefined {
  const value = matchAt(ELEMENT, text, at);
  return value === undefined || value.trim() === '' || isMasked(value.trim())
    ? undefined
    : { end: at + value.length, shown: MASK };
}

function randomAt(text: string, at: number, telling: Telling, name: string): Value | undefined {
  const value = valueAt(text, at, telling, name);
  return value !== undefined && value.end - at > 8 && /\d/.test(text.slice(at, value.end))
    ? value
    : undefined;
}

const WORD = /[A-Za-z0-9+/_.=-]{8,500}/y;

function randomWordAt(text: string, at: number): Value | undefined {
  const word = matchAt(WORD, text, at);
  return word === undefined || !looksRandom(word) ? undefined : { end: at + word.length, shown: MASK };
}
