import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';
import { lines } from './lines.ts';
import { row, type Row } from './row.ts';

const LINES = 100_000;
const ROUNDS = 20;
const SEED_PATTERN = /\b(critical|fatal|panic)\b|\b(error|exception|failed|traceback)\b|\b(warn|warning)\b/i;

/**
 * The classifier alone beside the seed patterns joined into one regular expression, over the same lines, in turn: many
 * short rounds, of each the best, since the others met somebody else's load. The lines are cut out of one large string,
 * as they are when a file is read.
 */
export function classifyAlone(): Row {
  const text = Buffer.from(`${[...lines(LINES)].join('\n')}\n`).toString('latin1');
  const classifier = createClassifier([]);
  const entry = newEntry();
  let hits = 0;
  let reference = Infinity;
  let judged = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    reference = Math.min(
      reference,
      costOf(text, (line) => {
        if (SEED_PATTERN.test(line)) hits++;
      }),
    );
    judged = Math.min(
      judged,
      costOf(text, (line) => {
        if (classifier.judge(line, entry, 'web', 1).level !== 'info') hits++;
      }),
    );
  }
  if (hits === 0) throw new Error('nothing was judged');
  return row({
    name: 'classify, the classifier alone',
    value: 1e9 / judged,
    unit: 'lines/s',
    reference: 1e9 / reference,
    budget: 0.2,
    better: 'more',
  });
}

/** Nanoseconds a line. */
function costOf(text: string, judge: (line: string) => void): number {
  const start = performance.now();
  let from = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    judge(text.slice(from, end));
    from = end + 1;
  }
  return ((performance.now() - start) * 1e6) / LINES;
}
