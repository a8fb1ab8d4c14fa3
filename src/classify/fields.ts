import { isDigit, isLetter } from './chars.ts';
import {
  CRITICAL,
  ERROR,
  INFO,
  LETTERS,
  LEVEL_WORDS,
  NONE,
  WARNING,
  WEAK_WORDS,
  numericLevel,
} from './levels.ts';
import { buildTrie, valued } from './trie.ts';

/** What a key of a structured line is about. */
export const KEY_LEVEL = 1;
export const KEY_WEAK_LEVEL = 2;
export const KEY_PYTHON = 3;
export const KEY_OTEL = 4;
export const KEY_NEST = 5;
export const KEY_MESSAGE = 6;
export const KEY_FAULT = 7;
export const KEY_PRIORITY = 8;
export const KEY_NEXTCLOUD = 9;
export const KEY_TAGS = 10;
export const KEY_CODE = 11;
export const KEY_STATUS = 12;
export const KEY_SUCCESS = 13;

/**
 * Keys with everything but letters removed and lower-cased: `log.level`, `log_level` and `logLevel` are one. Weak ones
 * (`s`, `status`, `type`, `priority`) also carry other things, so they count only with a level word as value and only
 * when no better key follows.
 */
const KEYS = buildTrie([
  ...valued(
    'level lvl severity loglevel levelname sev lev severitytext levelvalue syslogseverity logseverity messagelevel msglevel loglvl eventlevel levelstr leveldisplayname threatlevel syslogpriority logseveritytext severitylabel levelstring errorseverity logtype',
    KEY_LEVEL,
  ),
  ...valued('s l type p prio sl le kind', KEY_WEAK_LEVEL),
  ...valued('levelno levelnum levelnumber', KEY_PYTHON),
  ...valued('severitynumber', KEY_OTEL),
  ...valued('priority', KEY_PRIORITY),
  ...valued('log labels attributes attrs metadata record fields event context extra', KEY_NEST),
  ...valued('msg message mt m text body shortmessage content event textpayload', KEY_MESSAGE),
  ...valued(
    'error err exception exc excinfo stacktrace stack errormessage errormsg fault panic traceback x errors',
    KEY_FAULT,
  ),
  ...valued('reqid', KEY_NEXTCLOUD),
  ...valued('tags', KEY_TAGS),
  ...valued('code retcode errorcode errcode errno', KEY_CODE),
  ...valued('status orderstatus state ordstatus', KEY_STATUS),
  ...valued('success ok', KEY_SUCCESS),
]);

/** The meaning of the key at `from`..`to`, or 0. Index and dots are skipped, case is ignored. */
export function keyAt(text: string, from: number, to: number): number {
  const { next, value } = KEYS;
  let node = 1;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (!isLetter(code)) continue;
    node = next[node * 32 + (code & 31)] ?? 0;
    if (node === 0) return NONE;
  }
  return value[node] ?? NONE;
}

const WEAK = new Set(WEAK_WORDS.split(' '));
const VALUES = buildTrie(
  [CRITICAL, ERROR, WARNING, INFO].flatMap((level) => valued(LEVEL_WORDS[level] ?? '', level)),
);
const STRICT_VALUES = buildTrie(
  [CRITICAL, ERROR, WARNING, INFO].flatMap((level) =>
    valued(LEVEL_WORDS[level] ?? '', level).filter(([word]) => !WEAK.has(word)),
  ),
);

/**
 * The level a field's value stands for: a word (`error`, `WARN`, `Error+2`), a letter (`W`), or a number. `scale` is
 * the kind of key, since Python's and OpenTelemetry's numbers mean something else than pino's.
 */
export function valueLevel(text: string, from: number, to: number, scale: number): number {
  const first = text.charCodeAt(from);
  if (scale === KEY_PRIORITY && (to - from > 1 || !isDigit(first))) scale = KEY_WEAK_LEVEL;
  if (isDigit(first)) return numberLevel(text, from, to, scale);
  if (!isLetter(first)) return NONE;
  const { next, value } = scale === KEY_WEAK_LEVEL ? STRICT_VALUES : VALUES;
  let node = 1;
  let i = from;
  for (; i < to && node !== 0; i++) {
    const code = text.charCodeAt(i);
    if (!isLetter(code)) break;
    node = next[node * 32 + (code & 31)] ?? 0;
  }
  if (i - from === 1 && i === to) return LETTERS[text.charAt(from).toUpperCase()] ?? NONE;
  if (i < to && text.charCodeAt(i) === 32 && scale === KEY_WEAK_LEVEL) return NONE;
  return node === 0 ? NONE : (value[node] ?? NONE);
}

function numberLevel(text: string, from: number, to: number, scale: number): number {
  const number = Number(text.slice(from, to));
  if (scale === KEY_WEAK_LEVEL) return NONE;
  if (scale === KEY_PYTHON)
    return number >= 50 ? CRITICAL : number >= 40 ? ERROR : number >= 30 ? WARNING : INFO;
  if (scale === KEY_OTEL)
    return number >= 21 ? CRITICAL : number >= 17 ? ERROR : number >= 13 ? WARNING : INFO;
  // Nextcloud and ownCloud: 0 debug, 1 info, 2 warning, 3 error, 4 fatal.
  if (scale === KEY_NEXTCLOUD)
    return number >= 4 ? CRITICAL : number >= 3 ? ERROR : number >= 2 ? WARNING : INFO;
  return numericLevel(number);
}
