import { message } from './json.ts';
import { brokerLevel, fixLevel } from './market-answers.ts';
import { INFO } from './levels.ts';
import { mark } from './mark.ts';
import { bodyStart } from './prefix.ts';
import { found, levelOf } from './rules.ts';
import { crashShape } from './shapes.ts';
import { judgeWords } from './words.ts';

const MESSAGE = Array.from({ length: 8 }, (_, level) => found('words of a JSON message', level));
const HARMLESS_JSON = found('nothing suspicious', INFO);

/** How much of a message is looked at for shapes and words: its beginning, and its end, where the cause often stands. */
const EXAMINED = 2_048;
const FIRST = 1_536;

/** No token of a shorter text is worth a look, and no longer word tells more than its beginning and its end. */
const SHORT = 160;
const LONG_WORD = /(\S{64})\S{17,}(\S{16})/g;

/** Longest text that is remembered, and how many of them: under a megabyte in all. */
const REMEMBERED_LENGTH = 400;
const REMEMBERED = 1_000;

/** Answers given, by the text with its numbers masked: what goes wrong, goes wrong often and in the same words. */
const known = new Map<string, number>();

/**
 * Judges a line that names no level but contains a suspicious word: first by the shapes of crashes, then by its words.
 * Of a JSON line only the message is read. Most lines never come here, and those that do are mostly remembered
 * (`remember` false: judged afresh, with the place of the evidence).
 */
export function judgeUnlabelled(text: string, from: number, end: number, remember: boolean): number {
  if (text.charCodeAt(from) === 123) {
    if (message.end <= message.start) return HARMLESS_JSON;
    const packed = judgeText(
      message.of.slice(message.start, message.end),
      message.of === text ? message.start : 0,
    );
    return MESSAGE[levelOf(packed)] ?? packed;
  }
  const answered = text.includes('8=FIX') ? fixLevel(text) : text.includes('Id') ? brokerLevel(text) : 0;
  if (answered !== 0) return answered;
  const start = bodyStart(text, from);
  const body = text.slice(start, end);
  if (!remember || body.length > REMEMBERED_LENGTH) return judgeText(body, start);
  // Zero stays zero: it is the difference between trouble and its absence. Statuses and codes stay, too.
  const key = body.replace(/\b(?!(?:[45]\d|10)\d\d?\b)[1-9]\d*\b/g, '7');
  const before = known.get(key);
  if (before !== undefined) return before;
  const packed = judgeText(key, 0);
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, packed);
  return packed;
}

function judgeText(whole: string, offset: number): number {
  const text = whole.length > SHORT ? capped(whole) : whole;
  const shape = crashShape(text);
  const packed = shape === 0 ? judgeWords(text) : shape;
  mark.start += offset;
  mark.end += offset;
  return packed;
}

/**
 * What of a long text is looked at: patterns take longer than in proportion to a text, and to a word, so nobody's line
 * may cost more than its bytes are worth.
 */
function capped(whole: string): string {
  const text =
    whole.length > EXAMINED ? `${whole.slice(0, FIRST)} … ${whole.slice(FIRST - EXAMINED)}` : whole;
  return text.replace(LONG_WORD, '$1…$2');
}
