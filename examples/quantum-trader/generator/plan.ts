/** The eight containers, in the order they are written. */
export const CONTAINERS = [
  'quantum_postgres',
  'quantum_ai_engine',
  'quantum_nginx',
  'quantum_redis',
  'quantum_gateway',
  'quantum_api',
  'quantum_risk',
  'quantum_executor',
] as const;
export type Container = (typeof CONTAINERS)[number];

/** A time of the recorded day, 2025-12-17 UTC, in epoch milliseconds. */
export const at = (clock: string) => Date.parse(`2025-12-17T${clock}Z`);

/** The moments the story turns on; spans between them are open at their start and closed at their end. */
export const START = at('16:06:14.000');
export const DOWN = at('16:18:05.000');
/** The fifth critical of the hour: the limit is reached. */
export const T0 = at('16:18:07.250');
export const OPENED = at('16:18:10.250');
export const CURED = at('16:19:34.000');
export const SETTLED = at('16:19:40.250');
export const RESOLVED = at('16:29:40.250');
export const END = at('17:06:14.000');

/** When the engine saw quantum_postgres die, and when it had started it again. */
export const DIED = at('16:18:05.118');
export const RESTARTED = at('16:18:05.402');

/** How many of each level, in the order critical, error, warning. */
export type Quota = readonly [critical: number, error: number, warning: number];

/** A span of the story, with how many signals every container logs in it; a container not named logs none. */
export interface Phase {
  readonly name: 'healthy' | 'falling' | 'breached' | 'flood' | 'curing' | 'calm' | 'quiet';
  readonly from: number;
  readonly to: number;
  readonly total: Quota;
  readonly quotas: Readonly<Partial<Record<Container, Quota>>>;
}

/** The whole hour. `total` is what each span must come to; `checkPlan` holds the containers' shares to it. */
export const PHASES: readonly Phase[] = [
  {
    name: 'healthy',
    from: START,
    to: DOWN,
    total: [0, 12, 4],
    quotas: {
      quantum_postgres: [0, 2, 0],
      quantum_ai_engine: [0, 2, 1],
      quantum_nginx: [0, 1, 1],
      quantum_gateway: [0, 3, 0],
      quantum_api: [0, 1, 0],
      quantum_risk: [0, 1, 1],
      quantum_executor: [0, 2, 1],
    },
  },
  {
    name: 'falling',
    from: DOWN,
    to: T0,
    total: [5, 9, 1],
    quotas: {
      quantum_postgres: [5, 0, 1],
      quantum_ai_engine: [0, 2, 0],
      quantum_gateway: [0, 2, 0],
      quantum_api: [0, 2, 0],
      quantum_risk: [0, 1, 0],
      quantum_executor: [0, 2, 0],
    },
  },
  {
    name: 'breached',
    from: T0,
    to: OPENED,
    total: [16, 33, 1],
    quotas: {
      quantum_postgres: [16, 0, 0],
      quantum_ai_engine: [0, 18, 0],
      quantum_nginx: [0, 3, 0],
      quantum_gateway: [0, 4, 0],
      quantum_api: [0, 3, 0],
      quantum_risk: [0, 2, 1],
      quantum_executor: [0, 3, 0],
    },
  },
  {
    name: 'flood',
    from: OPENED,
    to: CURED,
    total: [332, 425, 2],
    quotas: {
      quantum_postgres: [316, 2, 0],
      quantum_ai_engine: [8, 310, 0],
      quantum_nginx: [0, 20, 0],
      quantum_gateway: [8, 28, 1],
      quantum_api: [0, 24, 0],
      quantum_risk: [0, 12, 0],
      quantum_executor: [0, 29, 1],
    },
  },
  { name: 'curing', from: CURED, to: SETTLED, total: [0, 0, 0], quotas: {} },
  {
    name: 'calm',
    from: SETTLED,
    to: RESOLVED,
    total: [0, 3, 2],
    quotas: {
      quantum_nginx: [0, 1, 0],
      quantum_redis: [0, 0, 1],
      quantum_gateway: [0, 1, 0],
      quantum_risk: [0, 0, 1],
      quantum_executor: [0, 1, 0],
    },
  },
  { name: 'quiet', from: RESOLVED, to: END, total: [0, 0, 0], quotas: {} },
];

/** Throws unless the containers' shares come to the total of every phase. */
export function checkPlan(phases: readonly Phase[]): void {
  for (const { name, total, quotas } of phases) {
    const shares = Object.values(quotas);
    const sums = total.map((_, level) => shares.reduce((sum, share) => sum + (share[level] ?? 0), 0));
    if (sums.join() !== total.join()) throw new Error(`${name}: ${sums.join()} instead of ${total.join()}`);
  }
}

/** When somebody made nginx read its configuration again (`docker kill -s HUP`). */
export const RELOADED = at('16:41:12.300');

/** When clients were turned away until the limit was reached. */
export const FIRST_FIVE = [
  at('16:18:06.941'),
  at('16:18:07.018'),
  at('16:18:07.102'),
  at('16:18:07.187'),
  T0,
];

/** The spans in which nothing is wrong, some way from the outage. */
export const GOOD_TIMES = [
  [START, DOWN - 4_000],
  [RESOLVED + 5_000, END - 1_000],
] as const;

/** Whether the database is gone at this moment: from its death until the restored one answers. */
export const isDown = (moment: number) => moment > DOWN && moment < CURED;
