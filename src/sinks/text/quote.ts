import { display } from '../../text/display.ts';
import { redact } from '../../text/redact.ts';

/**
 * One line of log text made fit to be quoted: escape sequences, control and direction-changing characters gone,
 * secrets masked, lone surrogates replaced, at most `limit` characters (a longer one says how much was cut).
 */
export function quoteLine(text: string, limit = 200): string {
  const bounded = text.slice(0, Math.max(limit * 8, 2_048));
  const shown = redact(display(bounded).replaceAll('\t', ' ')).trim();
  const points = Array.from(shown);
  const hidden = points.length - limit + (text.length - bounded.length);
  return points.length <= limit ? shown : `${points.slice(0, limit).join('')}… (${hidden} more characters)`;
}

/**
 * The same, but of a longer line both ends are kept: an engine's error begins with what failed and ends with why. The
 * note between them counts towards the limit, which is at least 80.
 */
export function quoteEnds(text: string, limit: number): string {
  const points = Array.from(redact(display(text).replaceAll('\t', ' ')).trim());
  if (points.length <= limit) return points.join('');
  const noteOf = (hidden: number): string => `… (${hidden} characters left out) …`;
  const room = limit - noteOf(points.length).length;
  const head = Math.ceil(room / 2);
  const tail = room - head;
  return `${points.slice(0, head).join('')}${noteOf(points.length - room)}${points.slice(-tail).join('')}`;
}

/** Several lines made fit to be quoted, each on its own, with both ends of those that are too long. */
export function quoteLines(text: string, limit = 500): readonly string[] {
  return text.split(/\r\n|[\n\r]/).map((line) => quoteEnds(line, limit));
}
