import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aiEngine } from './generator/ai-engine.ts';
import { api } from './generator/api.ts';
import type { Entry } from './generator/entry.ts';
import { events } from './generator/events.ts';
import { executor } from './generator/executor.ts';
import { gateway } from './generator/gateway.ts';
import { nginx } from './generator/nginx.ts';
import { checkPlan, CONTAINERS, END, PHASES, START, T0, type Container } from './generator/plan.ts';
import { postgres } from './generator/postgres.ts';
import { random, type Random } from './generator/random.ts';
import { redis } from './generator/redis.ts';
import { risk } from './generator/risk.ts';

const WRITERS: Readonly<Record<Container, (chance: Random) => readonly Entry[]>> = {
  quantum_postgres: postgres,
  quantum_ai_engine: aiEngine,
  quantum_nginx: nginx,
  quantum_redis: redis,
  quantum_gateway: gateway,
  quantum_api: api,
  quantum_risk: risk,
  quantum_executor: executor,
};

/**
 * Writes the session into `directory`: a log (`session/<container>.log`) and its labels (`truth/<container>.truth`) for
 * every container, and `session/events.jsonl`. The same seed gives the same bytes. Throws if the plan does not add up.
 */
export function generate(directory: string, seed = 'quantum'): void {
  checkPlan(PHASES);
  for (const part of ['session', 'truth']) mkdirSync(join(directory, part), { recursive: true });
  for (const container of CONTAINERS) {
    // A container's chance is its own, so that a change to one leaves the others' bytes alone.
    const chance = random(`${seed}:${container}`);
    const entries = WRITERS[container](chance).filter(({ at }) => at >= START && at <= END);
    const { log, truth } = print(
      chance,
      entries.toSorted((a, b) => a.at - b.at),
    );
    writeFileSync(join(directory, 'session', `${container}.log`), log);
    writeFileSync(join(directory, 'truth', `${container}.truth`), truth);
  }
  writeFileSync(join(directory, 'session', 'events.jsonl'), lines(events(seed)));
}

/** The entries as `docker logs -t` prints them, and beside every line its level, or `-` if it continues an entry. */
function print(chance: Random, entries: readonly Entry[]): { readonly log: string; readonly truth: string } {
  const log: string[] = [];
  const truth: string[] = [];
  let last = 0n;
  for (const { at, level, text, more = [] } of entries) {
    for (const [nth, line] of [text, ...more].entries()) {
      // T0 is exact to the nanosecond; every other line reached the engine some microseconds after it was written.
      const soonest = BigInt(at) * 1_000_000n + (at === T0 ? 0n : BigInt(chance.int(40_000, 700_000)));
      const stamp = nth === 0 && soonest > last ? soonest : last + BigInt(chance.int(900, 9_000));
      last = stamp;
      log.push(`${stamped(stamp)} ${line}`);
      truth.push(nth === 0 ? level : '-');
    }
  }
  return { log: lines(log), truth: lines(truth) };
}

/** Nanoseconds since the epoch as the engine prints them: RFC 3339 with nine decimals. */
const stamped = (nanos: bigint) =>
  new Date(Number(nanos / 1_000_000n))
    .toISOString()
    .replace('Z', `${String(nanos % 1_000_000n).padStart(6, '0')}Z`);

const lines = (list: readonly string[]) => list.map((line) => `${line}\n`).join('');

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, seed: { type: 'string' } } });
  generate(values.out ?? import.meta.dirname, values.seed);
}
