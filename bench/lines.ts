/** Formats that healthy programs write, about 100 bytes a line. */
const HEALTHY: readonly ((n: number) => string)[] = [
  (n) => `2025-12-17 16:06:14.${ms(n)} UTC [${n % 99}] LOG:  checkpoint complete: wrote ${n} buffers (1.2%)`,
  (n) => `2025-12-17 16:06:14,${ms(n)} INFO quantum.engine [MainThread] tick ${n} processed symbol=BTCUSDT`,
  (n) => `10.0.0.${n % 250} - - [17/Dec/2025:16:06:14 +0000] "GET /positions?limit=${n} HTTP/1.1" 200 512`,
  (n) => `{"level":30,"time":1770796801${ms(n)},"pid":1,"hostname":"a1","reqId":"r${n}","msg":"completed"}`,
  (n) => `time="2025-12-17T16:06:14Z" level=info msg="synced ${n} blocks" component=sync peer=10.0.0.9:30303`,
];

/** What goes wrong, and one line that only looks like it. */
const BAD: readonly ((n: number) => string)[] = [
  (n) => `2025-12-17 16:06:14,${ms(n)} ERROR quantum.engine [MainThread] order ${n} rejected by the exchange`,
  (n) => `XGBoost predict failed: Feature shape mismatch, expected: 49, got ${n % 40}`,
  (n) => `{"level":50,"time":1770796801${ms(n)},"pid":1,"hostname":"a1","msg":"journal write timed out"}`,
  () => 'job finished: processed=412 skipped=3 errors=0 failed=0',
];

const BAD_SHARE = 0.02;

/** One log line in five healthy formats, 2 % of them bad: the same for everybody who names the same seed. */
export function* lines(count: number, seed = 7): Generator<string> {
  const random = seeded(seed);
  for (let n = 0; n < count; n++) {
    const kinds = random() < BAD_SHARE ? BAD : HEALTHY;
    yield kinds[Math.floor(random() * kinds.length)]?.(n) ?? '';
  }
}

/** A timestamp as `docker logs -t` prints it; a line a millisecond. */
export function stampOf(n: number): string {
  return `${new Date(START + n).toISOString().slice(0, -1)}${String(100_000 + (n % 899_999))}Z`;
}

const START = Date.UTC(2025, 11, 17, 16, 6, 14);

function ms(n: number): string {
  return String(n % 1_000).padStart(3, '0');
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
