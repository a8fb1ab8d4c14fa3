import type { Classifier } from '../../classify/classifier.ts';
import { newEntry } from '../../classify/entry.ts';
import { fingerprint } from '../../classify/fingerprint.ts';
import { signalText } from '../../operators/safe-observation.ts';
import { escapeJson } from '../../text/display.ts';
import { UsageError } from '../../usage.ts';

/**
 * Judges one record of labelled data: `{"id","line"}` alone gives `{"id","label"}`, `{"id","lines":[…]}` as a stream of its
 * own gives `{"id","counts":{critical,error,warning}}`.
 * @throws UsageError naming `place` when the record is neither.
 */
export function judgeRecord(json: string, place: string, classifier: Classifier, container: string): string {
  const record = parse(json, place);
  if (typeof record['line'] === 'string') {
    const { event, level } = classifier.judge(record['line'], newEntry(), container);
    return escapeJson(JSON.stringify({ id: record['id'], label: event ? level : 'info' }));
  }
  const { lines } = record;
  if (!Array.isArray(lines) || !lines.every((line) => typeof line === 'string')) {
    throw new UsageError(`${place}: expected "line" (a string) or "lines" (an array of strings)`);
  }
  const counts = { critical: 0, error: 0, warning: 0 };
  const entry = newEntry();
  for (const line of lines) {
    const { event, level } = classifier.judge(line, entry, container);
    if (event && level !== 'info') counts[level]++;
  }
  return escapeJson(JSON.stringify({ id: record['id'], counts }));
}

/**
 * The fingerprint of one record: `{"id","line"}` gives `{"id","fingerprint"}`, of the line as signals carry it.
 * @throws UsageError naming `place` when the record is none.
 */
export function fingerprintRecord(json: string, place: string): string {
  const { id, line } = parse(json, place);
  if (typeof line !== 'string') throw new UsageError(`${place}: expected "line" (a string)`);
  return escapeJson(JSON.stringify({ id, fingerprint: fingerprint(signalText(line)) }));
}

function parse(json: string, place: string): Record<string, unknown> {
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${place}: not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!isRecord(record)) throw new UsageError(`${place}: expected an object`);
  return record;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
