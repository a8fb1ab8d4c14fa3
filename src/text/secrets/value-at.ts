import { isMasked, looksRandom, MASK } from './mask.ts';
import { mayCount, type Telling } from './secret-names.ts';

/** A value as it is shown: up to `end` the text is replaced by `shown`. */
export interface Value {
  readonly end: number;
  readonly shown: string;
}

/** What a value may be wrapped in: `Some("…")`, `Secret("…")`, `b'…'`. */
const WRAP =
  /(?:string\(\d{1,6}\)\s(?="))?(?:[A-Za-z_][\w.:]{0,40}\(\s{0,2}(?=\\{0,3}["'`]))?(?:[bfruBFRU@$]{1,2}(?=["']))?/y;
/** YAML says so what a value is: `!vault`, `!!str`. Only known words: a password may begin with anything. */
const TAG =
  /(?:!{1,2}(?:str|binary)|!(?:vault|unsafe|secret|encrypted(?:\/[\w-]{1,20})?|env|ENV|env_var|Sub|Ref|Base64))[ \t]{1,4}(?=\S)/y;
const QUOTE = /\\{0,3}(?:"""|'''|["'`])|&(?:quot|#34|#39|apos);|%22/y;
const BLOCK = /[|>][-+\d]{0,2}[ \t]{0,4}\r?\n(?=[ \t])/y;
const BLOCK_LINES = /(?:[ \t]+[^\n]*(?:\n|$))+/y;
const INNER =
  /\{\s{0,20}(?:["']?\w{1,40}["']?\s{0,4}[:=]\s{0,4}["'][^"']{0,200}["']\s{0,4},\s{0,20})?["']?(?:value|raw|data|plain|plaintext|text|key|secret)["']?\s{0,4}[:=]\s{0,4}/iy;
const OBJECT = /\{\s{0,20}(?:\\{1,3}["']|["'}]|\w{1,40}\s{0,4}[:=])/y;
const COMMA = /\s{0,20},\s{0,20}(?=["'])/y;
const AUTH_SCHEME = /[A-Za-z][\w-]{1,30}[ \t]{1,4}(?=[^\s*"',;&}\])]{4})/y;
const KNOWN_SCHEME = /(?:bearer|basic|token|apikey)[ \t]{1,4}(?=[^\s*"'])/iy;
/**
 * What has no quotes goes on to the next space. Commas and brackets are part of it unless something follows that shows
 * the next field, or the end of what it stands in.
 */
const BARE =
  /(?:[^\s"'`,;&}\])<\\]|[,;&](?!\s|$|["'`{[]|[\w.\- ]{1,40}[=:])|[}\])](?!\s|$|[,;:.)}\]"'`<])|["'`](?=\w)(?<=\w.)|<(?![/!?])|\\(?![\\"'`nrtu]))+/y;

/** A value that is masked already, in whatever it is wrapped. */
const MASKED =
  /(?:string\(\d{1,6}\)\s|[A-Za-z_][\w.:]{0,40}\(\s{0,2}|[bfruBFRU@$]{1,2}|[[({])?(?:\\{0,3}["'`]{1,3}|&(?:quot|#34|#39|apos);|%22)?\*\*\*(?![\w.+/=~%-])/y;

/** What stands where a value would and is none. */
const NO_VALUE =
  /(?:null|undefined|none|nil|true|false|yes|no|on|off|ok|not|missing|invalid|incorrect|wrong|empty|unset|required|expired|unexpected|denied|permission|unauthorized|fail|failed|fails|failure|requires|needs|with|error|cannot|could|does|did|is|was|must|may|should|has|have|authentication|mismatch|unknown|unable|n\/a|<nil>|all authentication)(?=[.,;:]?(?:[\s"')}\]\\]|$)|[,;&])|(?:secret|token|password)(?=\s["'])|\$\{?\d{1,3}\b|\$\{[\w.:-]{1,60}\}|\{\{|\$\{\{|%\(?\w{0,30}\)?s\b|\?(?=[\s,;)]|$)|<[\w -]{1,30}>|\[(?:filtered|redacted|masked|hidden|removed|protected)\]|["']{2}(?!["'])/iy;

/**
 * The value that stands at a place behind a telling name, in any of its notations: quoted, escaped, in a list, in an
 * object, as a block of lines, bare. Undefined where none is: nothing, a placeholder, the next words of a sentence, or
 * what the name tells too little about.
 */
export function valueAt(text: string, at: number, telling: Telling, name: string): Value | undefined {
  if (matchAt(NO_VALUE, text, at) !== undefined) return undefined;
  const tag = matchAt(TAG, text, at);
  if (tag !== undefined) return within(tag, valueAt(text, at + tag.length, telling, name));
  const block = matchAt(BLOCK, text, at);
  if (block !== undefined) {
    const lines = matchAt(BLOCK_LINES, text, at + block.length) ?? '';
    const indent = /^[ \t]*/.exec(lines)?.[0] ?? '';
    if (isMasked(lines.trim())) return undefined;
    return {
      end: at + block.length + lines.length,
      shown: `${block}${indent}${MASK}${lines.endsWith('\n') ? '\n' : ''}`,
    };
  }
  const inner = matchAt(INNER, text, at);
  if (inner !== undefined) return within(inner, valueAt(text, at + inner.length, telling, name));
  if (text[at] === '{' && matchAt(OBJECT, text, at) !== undefined) return undefined;
  if (text[at] === '[' || text[at] === '(')
    return within(text[at] ?? '', listAt(text, at + 1, telling, name));
  const wrap = matchAt(WRAP, text, at) ?? '';
  return matchAt(QUOTE, text, at + wrap.length) === undefined
    ? bareAt(text, at, telling, name)
    : within(wrap, quotedAt(text, at + wrap.length, telling, name));
}

/** Whether the value at a place is masked already. */
export function isMaskedAt(text: string, at: number): boolean {
  return matchAt(MASKED, text, at) !== undefined;
}

/** Whether a value is a secret, as far as its name tells. */
function isSecret(value: string, telling: Telling, name: string): boolean {
  if (value.trim() === '' || isMasked(value)) return false;
  if (mayCount(name) && /^[\d\s,.]+$/.test(value)) return false;
  if (telling === 'secret') return true;
  if (telling === 'code')
    return /^\d{3,10}$/.test(value) ? !/pin$/i.test(name) || value.length > 3 : looksRandom(value);
  return (
    /^0x[\da-f]{2}/i.test(value) ||
    (!/^(?:scram|md5|sha\d|oauth\d?|[a-z]+\d?$|[A-Z][a-z]+$|[A-Z]+$|\d+$)/.test(value) &&
      /[A-Za-z].*\d|\d.*[A-Za-z]|[a-z][A-Z]/.test(value) &&
      value.length >= 8)
  );
}

function quotedAt(text: string, at: number, telling: Telling, name: string): Value | undefined {
  const quote = matchAt(QUOTE, text, at);
  if (quote === undefined) return undefined;
  const start = at + quote.length;
  const end = closing(text, start, quote);
  const value = text.slice(start, end);
  if (!isSecret(value, telling, name)) return undefined;
  return { end, shown: `${quote}${MASK}` };
}

/** Where a quoted text ends: at its quote, which is not escaped and not doubled; else at the end of all. */
function closing(text: string, start: number, quote: string): number {
  for (let at = text.indexOf(quote, start); at >= 0; at = text.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (at - slashes > start && text[at - slashes - 1] === '\\') slashes++;
    if (slashes % 2 === 1) continue;
    if (quote !== "'" || text[at + 1] !== quote) return at;
    at++;
  }
  return text.length;
}

function listAt(text: string, at: number, telling: Telling, name: string): Value | undefined {
  let first: Value | undefined;
  let next = at;
  for (;;) {
    const value = quotedAt(text, next, telling, name);
    if (value === undefined) break;
    first ??= value;
    const comma = matchAt(COMMA, text, value.end + 1);
    if (comma === undefined) return { end: value.end, shown: first.shown };
    next = value.end + 1 + comma.length;
  }
  return first ?? bareAt(text, at, telling, name);
}

function bareAt(text: string, at: number, telling: Telling, name: string): Value | undefined {
  const scheme =
    (/authorization$/i.test(name) ? matchAt(AUTH_SCHEME, text, at) : matchAt(KNOWN_SCHEME, text, at)) ?? '';
  const value = matchAt(BARE, text, at + scheme.length);
  if (value === undefined || !isSecret(value, telling, name)) return undefined;
  return { end: at + scheme.length + value.length, shown: MASK };
}

function within(before: string, value: Value | undefined): Value | undefined {
  return value === undefined ? undefined : { end: value.end, shown: before + value.shown };
}

/** What a sticky pattern finds at exactly this place. */
export function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
