import * as z from 'zod';
import type { Log } from '../../log.ts';
import type { Position } from '../source.ts';

const place = z.object({
  stream: z.literal([0, 1]),
  ts: z.string(),
  at: z.number(),
  low: z.number(),
  high: z.number(),
});

const deduplicatorState = z.object({
  last: place.optional(),
  streams: z.array(place.nullable()),
  keys: z.string(),
  alike: z.array(z.string().nullable()).optional(),
});

const openLine = z.object({ ts: z.string(), at: z.number(), bytes: z.string() });

const joinerState = z.object({ open: z.array(openLine.nullable()), counted: z.array(z.string()) });

const logState = z.object({ ledger: deduplicatorState, joiner: joinerState, ended: z.boolean().optional() });

const savedContainer = z.object({
  name: z.string(),
  log: logState,
  gap: z.object({ from: z.number(), to: z.number(), reason: z.string() }).optional(),
});

const savedRun = z.object({
  id: z.string(),
  name: z.string(),
  container: z.string(),
  labels: z.record(z.string(), z.string()),
  policy: z.string().optional(),
  autoRemove: z.boolean().optional(),
  state: z.enum(['running', 'paused', 'restarting', 'exited', 'removed']),
  healthy: z.boolean(),
  created: z.boolean(),
  replaces: z.boolean(),
  startedAt: z.number(),
  startedAfter: z.number().optional(),
  diedAt: z.number().optional(),
  toldEndAt: z.number().optional(),
  exitCode: z.number().optional(),
  touched: z.boolean(),
  touchedAt: z.number().optional(),
  stoppedWithEngine: z.boolean().optional(),
  oom: z.boolean(),
  oomAt: z.number(),
  count: z.number().optional(),
  accountedAt: z.number(),
  held: z
    .object({
      at: z.number(),
      after: z.number().optional(),
      due: z.number(),
      first: z.boolean(),
      touched: z.boolean(),
      oom: z.boolean(),
      diedAt: z.number().optional(),
      exitCode: z.number().optional(),
      manual: z.boolean(),
      count: z.number().optional(),
    })
    .optional(),
  check: z.object({ startedAt: z.number(), count: z.number(), due: z.number() }).optional(),
});

const trackerState = z.object({
  runs: z.array(savedRun),
  seen: z.array(z.string()),
  engineLostAt: z.number().optional(),
  engineBackAt: z.number().optional(),
});

const eventsState = z.object({
  nano: z.string().regex(/^\d+$/).optional(),
  recent: z.array(z.string()),
});

/**
 * What has been counted of one container's log. `last`: everything stored up to here has been counted; `streams`: the
 * last record of each stream up to there; `keys`: what has been counted beyond it; `alike`: hashes of all records of
 * each stream that have the timestamp of its last, absent where that is the only one.
 */
export type DeduplicatorState = Readonly<z.infer<typeof deduplicatorState>>;

/** A line that has begun and not ended: what is needed to go on after a restart of ours. `bytes` is base64. */
export type OpenLine = Readonly<z.infer<typeof openLine>>;

/** The two streams' open lines, and the timestamps of lines already counted whose rest is not to be counted again. */
export type JoinerState = Readonly<z.infer<typeof joinerState>>;

/** What is saved of one container's log; `ended`: it had been read to its end, and the container did not run. */
export type LogState = Readonly<z.infer<typeof logState>>;

/** What is saved of one container; `gap` is a loss that has been found and not been emitted yet. */
export type SavedContainer = Readonly<z.infer<typeof savedContainer>>;

/** What the restart tracker remembers; `seen` are identities, so that a container made anew is known as such. */
export type TrackerState = Readonly<z.infer<typeof trackerState>>;

/** Up to where the engine's events have been dealt with, and the keys of the latest. */
export type EventsState = Readonly<z.infer<typeof eventsState>>;

/** The position of a Docker source, read back. */
export interface SavedPosition {
  /** By container id. */
  readonly containers: Readonly<Record<string, SavedContainer>>;
  readonly tracker?: TrackerState;
  readonly events?: EventsState;
}

/**
 * Reads a stored position. What is not what it has to be is left out, which is said in the log: that container is then
 * read as one that is seen for the first time, and restarts or events are followed from now on.
 */
export function readPosition({ parts, shared }: Position, log: Log): SavedPosition {
  const containers: Record<string, SavedContainer> = {};
  for (const [id, part] of Object.entries(parts)) {
    const saved = parsed(savedContainer, part, `container ${id.slice(0, 12)}`, log);
    if (saved !== undefined) containers[id] = saved;
  }
  const { tracker, events } = z.looseObject({}).safeParse(shared).data ?? {};
  const trackerSaved = tracker === undefined ? undefined : parsed(trackerState, tracker, 'restarts', log);
  const eventsSaved = events === undefined ? undefined : parsed(eventsState, events, 'events', log);
  return {
    containers,
    ...(trackerSaved === undefined ? {} : { tracker: trackerSaved }),
    ...(eventsSaved === undefined ? {} : { events: eventsSaved }),
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string, log: Log): T | undefined {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  log.warn({ what, reason }, 'a stored position cannot be used; reading begins afresh there');
  return undefined;
}
