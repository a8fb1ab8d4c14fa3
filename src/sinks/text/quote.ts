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

/** Several lines made fit to be quoted, each on its own. */
export function quoteLines(text: string, limit = 500): readonly string[] {
  return text.split(/\r\n|[\n\r]/).map((line) => quoteLine(line, limit));
}
