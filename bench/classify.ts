/**
 * The classifier alone beside the seed patterns joined into one regular expression, over the same lines in the same
 * run: `node bench/classify.ts [--json]`. The lines are made by a seeded generator: five healthy formats and prose, 2 %
 * bad ones; they are cut out of one large string, as they are when a file is read.
 */
import { createClassifier } from '../src/operators/classify/classifier.ts';
import { newEntry } from '../src/operators/classify/entry.ts';

const LINES = 400_000;
const ROUNDS = 5;
const SEED_PATTERN = /\b(?:critical|fatal|panic|error|exception|failed|traceback|warn|warning)\b/i;

const HEALTHY: readonly ((n: number) => string)[] = [
  (n) =>
    `2025-12-17 16:06:14.${ms(n)} UTC [${n % 99}] LOG:  checkpoint complete: wrote ${n} buffers (1.2%); 0 removed`,
  (n) =>
    `2025-12-17 16:06:14,${ms(n)} INFO quantum.engine [MainThread] tick ${n} processed symbol=BTCUSDT latency_ms=12`,
  (n) =>
    `10.0.0.${n % 250} - - [17/Dec/2025:16:06:14 +0000] "GET /api/v1/positions?limit=${n} HTTP/1.1" 200 512 "-" "curl/8.5.0"`,
  (n) =>
    `{"level":30,"time":1770796801${ms(n)},"pid":1,"hostname":"a1","reqId":"r${n}","msg":"request completed","ms":12}`,
  (n) =>
    `time="2025-12-17T16:06:14Z" level=info msg="synced ${n} blocks" component=sync peer=10.0.0.9:30303 took=12ms`,
  (n) =>
    `processed batch ${n} of 128 rows for the table positions and wrote them to the partition of december`,
];
const BAD: readonly ((n: number) => string)[] = [
  (n) => `2025-12-17 16:06:14,${ms(n)} ERROR quantum.engine [MainThread] order ${n} rejected by the exchange`,
  (n) => `XGBoost predict failed: Feature shape mismatch, expected: 49, got ${n % 40}`,
  (n) => `2025-12-17 16:06:14.${ms(n)} UTC [${n % 99}] FATAL:  database "quantum" does not exist`,
  () => 'job finished: processed=412 skipped=3 errors=0 failed=0',
];

function ms(n: number): string {
  return String(n % 1_000).padStart(3, '0');
}

/** Mulberry32: the same lines for everybody. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function makeText(): string {
  const random = seeded(7);
  const lines = Array.from({ length: LINES }, (_, n) => {
    const kinds = random() < 0.02 ? BAD : HEALTHY;
    return kinds[Math.floor(random() * kinds.length)]?.(n) ?? '';
  });
  return Buffer.from(`${lines.join('\n')}\n`).toString('latin1');
}

/** Nanoseconds a line, the best of several rounds: the others met somebody else's load. */
function best(text: string, judge: (line: string) => void): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      judge(text.slice(from, end));
      from = end + 1;
    }
    least = Math.min(least, performance.now() - start);
  }
  return (least * 1e6) / LINES;
}

const text = makeText();
const classifier = createClassifier([]);
const entry = newEntry();
let hits = 0;
const reference = best(text, (line) => {
  if (SEED_PATTERN.test(line)) hits++;
});
const judged = best(text, (line) => {
  if (classifier.judge(line, entry, 'web', 1).level !== 'info') hits++;
});
const row = {
  name: 'classify, the classifier alone',
  value: Math.round(1e9 / judged),
  unit: 'lines/s',
  reference: Math.round(1e9 / reference),
  ratio: Number((reference / judged).toFixed(3)),
};
if (hits === 0) throw new Error('nothing was judged');
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ rows: [row] })}\n`);
else {
  process.stdout.write(
    `one regular expression a line  ${row.reference.toLocaleString('en')} lines/s\n` +
      `the classifier                 ${row.value.toLocaleString('en')} lines/s (${row.ratio} of it)\n`,
  );
}
