import { redact } from './redact.ts';

/** Zero-width and direction-changing characters, by which text can be made to look like what it is not. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/**
 * One line of log text made fit to be quoted: escape sequences, control and direction-changing characters gone,
 * secrets masked, lone surrogates replaced, at most `limit` characters (a longer one says how much was cut).
 */
export function quoteLine(text: string, limit = 200): string {
  const bounded = text.slice(0, Math.max(limit * 8, 2_048));
  const shown = redact(bounded.replace(ANSI, '').replace(INVISIBLE, '').replace(CONTROL, ' '))
    .trim()
    .toWellFormed();
  const points = Array.from(shown);
  const hidden = points.length - limit + (text.length - bounded.length);
  return points.length <= limit ? shown : `${points.slice(0, limit).join('')}… (${hidden} more characters)`;
}

/** Several lines made fit to be quoted, each on its own. */
export function quoteLines(text: string, limit = 500): readonly string[] {
  return text.split(/\r\n|[\n\r]/).map((line) => quoteLine(line, limit));
}
