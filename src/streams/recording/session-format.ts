import * as z from 'zod';
import { type Coverage, KINDS, LOCAL_DOCKER, type Outcome, type Signal } from '../../model.ts';

/**
 * A recorded session: a folder of files that each stand alone. Every file is a row of zstd frames of JSON lines
 * (`zstdcat` shows them): first a head, then an origin before its first line, `[origin, timestamp, text]` for a line,
 * everything else as it is in the model. Frames are whole, so that a file can be read while it is written.
 */
export const SESSION_VERSION = 2;

/** Version 1 knew one source: what it does not name is this host's Docker Engine. */
const source = z.string().default(LOCAL_DOCKER);

/** The first line of every file. */
export const sessionHead = z.object({ 'quantum-realtime-session': z.number().int().positive() });

/** One stream of one container, under the number by which the lines of this file refer to it. */
export const sessionOrigin = z.object({
  origin: z.number().int().nonnegative(),
  id: z.string(),
  source,
  container: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  labels: z.record(z.string(), z.string()),
  image: z.string().optional(),
});

const signal = z.object({
  type: z.literal('signal'),
  kind: z.enum(KINDS),
  at: z.number(),
  source,
  container: z.string(),
  labels: z.record(z.string(), z.string()),
  text: z.string(),
  fingerprint: z.string(),
  rule: z.string(),
  cause: z.enum(['crash', 'policy', 'oom', 'manual', 'recreate', 'engine']).optional(),
});

const status = z.object({
  type: z.literal('container'),
  at: z.number(),
  source,
  id: z.string(),
  container: z.string(),
  labels: z.record(z.string(), z.string()),
  state: z.enum(['running', 'paused', 'restarting', 'exited', 'removed']),
  healthy: z.boolean(),
  stoppedByOperator: z.boolean(),
  expectedExit: z.boolean(),
  oneOff: z.boolean().optional(),
});

const coverage = z.object({
  type: z.literal('coverage'),
  at: z.number(),
  source,
  blind: z.boolean(),
  unread: z.array(z.string()),
  reason: z.string(),
});

/** What version 1 had in the place of coverage: whether anything at all was not being read. */
const sight = z
  .object({ type: z.literal('sight'), at: z.number(), blind: z.boolean(), reason: z.string() })
  .transform(({ at, blind, reason }): Coverage => {
    return { type: 'coverage', at, source: LOCAL_DOCKER, blind, unread: [], reason };
  });

const gap = z.object({
  type: z.literal('gap'),
  at: z.number(),
  source,
  container: z.string(),
  from: z.number(),
  to: z.number(),
  reason: z.string(),
});

const setup = z.object({
  type: z.literal('setup'),
  at: z.number(),
  source,
  container: z.string(),
  id: z.string(),
  madeAt: z.number(),
  parts: z.record(z.string(), z.string()),
});

/** What became of an effect, and how long after it was asked for (milliseconds). */
const outcome = z.object({
  type: z.literal('outcome'),
  effect: z.string(),
  kind: z.enum(['alert', 'report', 'heal']),
  at: z.number(),
  took: z.number().nonnegative(),
  ok: z.boolean(),
  detail: z.string(),
  result: z.enum(['ok', 'failed', 'timeout', 'unknown', 'broken', 'dry-run']).optional(),
  exitCode: z.number().optional(),
  output: z.string().optional(),
});

/** Everything in a file that is neither a head, an origin nor a line. */
export const sessionItem = z.discriminatedUnion('type', [
  signal,
  status,
  coverage,
  sight,
  gap,
  setup,
  outcome,
]);

/** What became of an effect in a recording. */
export interface RecordedOutcome extends Outcome {
  readonly took: number;
}

/** A signal without the members that are not set: the schema knows them as undefined. */
export function recordedSignal({ cause, ...rest }: z.output<typeof signal>): Signal {
  return cause === undefined ? rest : { ...rest, cause };
}

/** An outcome without the members that are not set. */
export function recordedOutcome(found: z.output<typeof outcome>): RecordedOutcome {
  const { result, exitCode, output, ...rest } = found;
  return {
    ...rest,
    ...(result === undefined ? {} : { result }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(output === undefined ? {} : { output }),
  };
}
