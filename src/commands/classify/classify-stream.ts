import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Classifier } from '../../classify/classifier.ts';
import { newEntry } from '../../classify/entry.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { display, escapeJson } from '../../text/display.ts';
import { UsageError } from '../../usage.ts';
import { fingerprintRecord, judgeRecord } from './ndjson.ts';

/** How lines are judged and shown. */
export interface ClassifyOptions {
  readonly classifier: Classifier;
  readonly mode: 'json' | 'explain' | 'ndjson' | 'fingerprint';
  readonly container: string;
  readonly image: string;
}

/** Output is written in pieces of about this many characters. */
const PIECE = 64 * 1024;

/**
 * Judges a file (standard input when undefined) line by line as one container's stream and writes what it finds, in
 * order, no faster than the output takes it. A reader that goes away (`| head`) ends it quietly.
 * @throws UsageError when the file cannot be read, or an ndjson line cannot be used.
 */
export async function classifyStream(
  file: string | undefined,
  out: Writable,
  options: ClassifyOptions,
): Promise<void> {
  const name = file ?? 'standard input';
  const judge = lineJudge(name, options);
  const input = file === undefined ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
  input.setEncoding('utf8');
  const reader = new AbortController();
  out.on('error', () => {
    reader.abort();
    input.destroy();
  });
  let rest = '';
  let output = '';
  try {
    for await (const chunk of input) {
      const text = rest + String(chunk);
      let start = 0;
      for (;;) {
        const end = text.indexOf('\n', start);
        if (end < 0) break;
        output += judge(text.slice(start, end));
        start = end + 1;
        if (output.length < PIECE) continue;
        if (!out.write(output)) await once(out, 'drain');
        output = '';
      }
      rest = text.slice(start);
      if (output !== '' && !out.write(output)) await once(out, 'drain');
      output = '';
    }
    if (rest !== '') out.write(judge(rest));
  } catch (error) {
    if (reader.signal.aborted) return;
    if (error instanceof UsageError || !isSystemError(error)) throw error;
    throw new UsageError(`${name}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`, {
      cause: error,
    });
  }
}

/** One line in, its output (with its line ending) out. */
function lineJudge(
  name: string,
  { classifier, mode, container, image }: ClassifyOptions,
): (line: string) => string {
  const entry = newEntry();
  let n = 0;
  if (mode === 'ndjson') {
    return (line) => {
      n++;
      return line.trim() === '' ? '' : `${judgeRecord(line, `${name}:${n}`, classifier, container)}\n`;
    };
  }
  if (mode === 'fingerprint') {
    return (line) => {
      n++;
      return line.trim() === '' ? '' : `${fingerprintRecord(line, `${name}:${n}`)}\n`;
    };
  }
  if (mode === 'explain') {
    return (line) => {
      const verdict = classifier.explain(line, entry, container, 0, image);
      return `${display(`${explained(++n, verdict)}  ${line}`)}\n`;
    };
  }
  return (line) => {
    const { level, event, rule } = classifier.judge(line, entry, container, 0, image);
    return `{"n":${++n},"level":"${level}","event":${event},"rule":${escapeJson(JSON.stringify(rule))}}\n`;
  };
}

function explained(n: number, { level, event, rule, evidence }: Verdict): string {
  const verdict = (event ? level : '·').padEnd(8);
  const why = evidence === undefined ? rule : `${rule}: ${JSON.stringify(evidence)}`;
  return `${String(n).padStart(6)}  ${verdict}  ${why.padEnd(40)}`;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}
