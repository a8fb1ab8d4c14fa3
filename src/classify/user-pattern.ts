import { isLetter } from './chars.ts';

/** Most often a part of a pattern may be repeated by count: V8's linear engine does not take more. */
const MOST_REPEATS = 16;

/**
 * Longer texts (characters) are examined by the linear engine from the start: a pattern such as `.*.*=` is quadratic
 * without ever having backtracked as much as V8 thinks excessive. On short texts the usual engine is far faster.
 */
const LONG = 512;
/** V8's own flag, which no standard knows. */
const LINEAR = 'l';

/** Tells whether a text holds what a pattern describes. */
export type Pattern = Pick<RegExp, 'test'>;

/**
 * A user's pattern as a case-insensitive regular expression that cannot stall: with
 * `--enable-experimental-regexp-engine-on-excessive-backtracks` V8 goes over to its linear-time engine when a pattern
 * backtracks too much, but only for patterns that engine takes; with `--enable-experimental-regexp-engine` it examines long
 * texts from the start. It takes no `i` flag, so both cases are written out, and
 * neither lookaround nor back-references nor long counted repeats of groups, so these are refused.
 * @throws RangeError, beginning with `place`, for a pattern that is malformed or of that kind.
 */
export function compilePattern(pattern: string, place: string): Pattern {
  let expression: RegExp;
  try {
    expression = new RegExp(bothCases(pattern));
  } catch (error) {
    throw new RangeError(`${place}: ${problemOf(pattern) ?? String(error)}`, { cause: error });
  }
  const bare = pattern.replace(/\\[^1-9k]/g, '');
  if (/\(\?<?[=!]/.test(bare)) throw new RangeError(`${place}: lookaround is not supported`);
  if (/\\[1-9k]/.test(bare)) throw new RangeError(`${place}: back-references are not supported`);
  for (const [, min, max] of bare.matchAll(/\)\{(\d+),?(\d*)\}/g)) {
    if (Number(max === '' ? min : max) > MOST_REPEATS) {
      throw new RangeError(`${place}: a group can be repeated at most ${MOST_REPEATS} times by count`);
    }
  }
  const linear = linearTwin(expression.source);
  if (linear === undefined) return expression;
  return { test: (text) => (text.length > LONG ? linear : expression).test(text) };
}

/** The same for V8's linear engine; undefined in a process that was started without it. */
function linearTwin(source: string): RegExp | undefined {
  try {
    return new RegExp(source, LINEAR);
  } catch {
    return undefined;
  }
}

/** What is wrong with a pattern as it was written: the operator knows no other. */
function problemOf(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : undefined;
  }
}

/** `ab[c-e]` as `[aA][bB][c-eC-E]`: what the `i` flag would match, for ASCII letters. */
function bothCases(source: string): string {
  let out = '';
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const rest = source.slice(i);
    const fixed = /^(?:\\(?:u\{\w*\}|u\w{4}|x\w\w|c\w|[pP]\{[^}]*\}|k<[^>]*>|[^])|\(\?<\w+>)/.exec(rest)?.[0];
    if (fixed !== undefined) {
      out += fixed;
      i += fixed.length - 1;
      continue;
    }
    const char = rest.charAt(0);
    if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    const range = inClass ? /^(?:[a-z]-[a-z]|[A-Z]-[A-Z])/.exec(rest)?.[0] : undefined;
    if (range !== undefined) {
      out += range.toLowerCase() + range.toUpperCase();
      i += 2;
    } else if (isLetter(char.charCodeAt(0))) {
      const both = char.toLowerCase() + char.toUpperCase();
      out += inClass ? both : `[${both}]`;
    } else out += char;
  }
  return out;
}
