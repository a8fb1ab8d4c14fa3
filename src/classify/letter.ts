import { CLASS, CLOSE, OPEN, isDigit, isLetter } from './chars.ts';
import { LETTERS, NONE } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';
import type { Place } from './token.ts';

const LEVEL: Uint8Array = Uint8Array.from(
  { length: 128 },
  (_, code) => LETTERS[String.fromCharCode(code & ~32)] ?? NONE,
);
const LETTER = Array.from({ length: 8 }, (_, level) => found('level letter', level));

/**
 * The level a single letter stands for: glog and klog `E0102 15:04:05`, Android ` E Tag:` and `E/Tag`, MongoDB ` W
 * NETWORK `, capnslog ` E | `, Ruby `E, [`, ESP-IDF `E (123) `, Tornado `[W 240101 …`, Mumble `<W>`, telegraf `E! `,
 * apt and Suricata `E: `, PyTorch `[W socket.cpp:401]`, Ray `[2024-… E 12 34]`. Anywhere else a letter is a letter.
 */
export function letterLevel(text: string, at: Place, before: number, after: number): number {
  const code = text.charCodeAt(at.start);
  const level = code < 128 ? (LEVEL[code] ?? NONE) : NONE;
  if (
    level === NONE ||
    (at.prose > 0 && after !== 62 && !isColumn(text, at)) ||
    !isLevelPlace(text, at, code, before, after)
  )
    return 0;
  return marked(LETTER[level] ?? 0, at.start, at.end);
}

/** A place in the source after the letter: `[W socket.cpp:401]` (PyTorch). */
const SOURCE = /^ [\w./-]+:\d+\]/;

/** Android's tag behind the letter: `E/AndroidRuntime( 123): x`, `I/Tag: x`; not I/O. */
const TAG = /^[A-Za-z](?:[\w.$-]* *\(|[\w.$-]{2,} *: )/;

/** What follows a frontend's name in HAProxy's logs, which may be a letter: backend and server, then times. */
const PROXIED = /^ \S+\/\S+ -?\d+\/-?\d+/;

function isWord(code: number): boolean {
  return isLetter(code) || isDigit(code);
}

/** A letter set off by two spaces on both sides, in its own column after a component's name (WebSphere). */
function isColumn(text: string, at: Place): boolean {
  return at.prose === 1 && at.dated && text.startsWith('  ', at.start - 2) && text.startsWith('  ', at.end);
}

function isLevelPlace(text: string, at: Place, code: number, before: number, after: number): boolean {
  const upper = code < 97;
  // Tarantool: `main/103/app.lua W> x`
  if (after === 62 && before === 32) return upper && text.charCodeAt(at.end + 1) === 32 && at.dated;
  const follows = text.charCodeAt(at.end + 1);
  const free = before === 0 || before === 32 || before === 9 || before === 124;
  if (before < 128 && CLASS[before] === OPEN && before !== 123) {
    if (after < 128 && CLASS[after] === CLOSE) return upper && !isWord(text.charCodeAt(at.start - 2));
    // [W:onnxruntime:, graph.cc:3553]
    if (after === 58 && at.dated) return upper && isLetter(follows);
    return upper && after === 32 && (isDigit(follows) || SOURCE.test(text.slice(at.end, at.end + 60)));
  }
  if (isDigit(after)) return upper && free && isGlog(text, at.end, at.stop);
  if (after === 33) return upper && free;
  if (!free) return false;
  const atStart = at.start === at.from || (before === 32 && !at.dated);
  if (at.dated && at.depth === 0) {
    if (after === 32 || after === 9)
      return (upper || follows > 32) && !PROXIED.test(text.slice(at.end, at.end + 120));
    return (
      upper && (after === 47 ? TAG.test(text.slice(at.end + 1, at.end + 60)) : after === 58 && follows === 32)
    );
  }
  if (at.dated && at.depth === 1 && upper) {
    return after === 32 ? isDigit(follows) : after === 47 && isLetter(follows) && before === 32;
  }
  if (!upper || !atStart) return false;
  if (after === 44) return follows === 32 && text.charCodeAt(at.end + 2) === 91;
  if (after === 32)
    return follows === 40
      ? isDigit(text.charCodeAt(at.end + 2))
      : follows === 91 || isDated(text, at.end + 1);
  if (after === 91) return isDigit(follows);
  if (after === 40) return /^\( *\d+\) /.test(text.slice(at.end, at.end + 12));
  if (after === 47) return TAG.test(text.slice(at.end + 1, at.end + 60));
  return after === 58 && follows === 32;
}

/** `0102 15:04:05.123456` (glog, klog), `20240102 15:…` (glog 0.6), `240101 15:…` (CockroachDB), `0102/150405` (Chromium). */
function isGlog(text: string, from: number, end: number): boolean {
  let i = from;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  const digits = i - from;
  return (
    (digits === 4 || digits === 6 || digits === 8) &&
    text.charCodeAt(i) === 32 &&
    isDigit(text.charCodeAt(i + 1))
  );
}

/** A date of the form `2024-…` or `24/01/…`. */
function isDated(text: string, from: number): boolean {
  return (
    isDigit(text.charCodeAt(from)) &&
    isDigit(text.charCodeAt(from + 1)) &&
    /^\d+[-/:.]\d/.test(text.slice(from, from + 8))
  );
}
