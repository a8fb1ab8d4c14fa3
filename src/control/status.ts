import * as z from 'zod';

const moment = z.number();
const counts = z.object({
  critical: z.number(),
  error: z.number(),
  warning: z.number(),
  restart: z.number(),
});

/**
 * The status of the running daemon: `GET /status`. Moments in epoch milliseconds, durations in milliseconds; what
 * does not apply is left out. It contains no secret.
 */
export const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  at: moment,
  startedAt: moment,
  /** Resident memory, bytes. */
  rss: z.number(),
  dryRun: z.boolean(),
  /** Starts in the last 24 hours, this one included. */
  starts: z.number(),
  config: z.object({ file: z.string().optional(), loadedAt: moment }),
  /** The Docker Engine of this host; absent where none is followed. */
  engine: z
    .object({
      endpoint: z.string(),
      state: z.enum(['connecting', 'up', 'down']),
      since: moment,
      reason: z.string().optional(),
    })
    .optional(),
  sources: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      endpoint: z.string(),
      state: z.enum(['connecting', 'up', 'down']),
      since: moment,
      reason: z.string().optional(),
      /** By how much its clock is ahead of ours; absent while both show the same time. */
      offset: z.number().optional(),
      /** What of it should be read and is not, and why. */
      unread: z.string().optional(),
    }),
  ),
  /** What should be read and is not; absent while everything is. */
  blind: z.string().optional(),
  lines: z.object({ judged: z.number(), entries: z.number(), perSecond: z.number() }),
  containers: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      name: z.string(),
      container: z.string(),
      image: z.string(),
      driver: z.string(),
      state: z.string(),
      reason: z.string().optional(),
      /** Its health check fails. */
      unhealthy: z.boolean().optional(),
      /** How its last run ended, while it is down. */
      exitCode: z.number().optional(),
      lastLineAt: moment.optional(),
      lag: z.number(),
      lines: z.number(),
      perSecond: z.number(),
      counts,
      warnings: z.array(z.string()),
    }),
  ),
  window: z.object({ length: z.number(), counts }),
  rules: z.array(
    z.object({
      rule: z.string(),
      container: z.string().optional(),
      /** The count that decides: evidence newer than the last heal or recovery; exact up to the limit. */
      deciding: z.number(),
      /** Everything in the window, spent or not. */
      inWindow: z.number(),
      limit: z.number(),
    }),
  ),
  incidents: z.array(
    z.object({
      id: z.string(),
      key: z.string(),
      state: z.string(),
      openedAt: moment,
      since: moment,
      reason: z.string(),
      why: z.string(),
      attempts: z.number(),
      acknowledged: z.boolean(),
      /** Why nobody is told of it although there are channels: a route that names none. */
      unheard: z.string().optional(),
      /** When the present state ends by itself, and what happens then. */
      next: z.object({ at: moment, what: z.string() }).optional(),
    }),
  ),
  heal: z.object({
    configured: z.boolean(),
    running: z.object({ id: z.string(), since: moment, deadline: moment }).optional(),
    budget: z.object({ used: z.number(), limit: z.number(), window: z.number() }),
    cooldownUntil: moment.optional(),
  }),
  pausedUntil: moment.optional(),
  gaps: z.array(
    z.object({ source: z.string(), container: z.string(), from: moment, to: moment, reason: z.string() }),
  ),
  restarts: z.array(
    z.object({
      at: moment,
      source: z.string(),
      container: z.string(),
      cause: z.string().optional(),
      counted: z.boolean(),
      text: z.string(),
    }),
  ),
  effects: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['alert', 'report', 'heal']),
      at: moment,
      ended: moment.optional(),
      ok: z.boolean().optional(),
      detail: z.string().optional(),
    }),
  ),
  outbox: z.object({
    queued: z.number(),
    unsent: z.number(),
    dead: z.number(),
    channels: z.array(z.string()),
    disabled: z.record(z.string(), z.string()),
    /** Why a channel has not taken the last message, and when it is tried again at the latest. */
    failing: z.record(z.string(), z.object({ why: z.string(), nextAt: moment })).optional(),
    /** Until when channels are quiet, by name: notes and alerts wait for it. */
    quiet: z.record(z.string(), moment).optional(),
  }),
  store: z.object({
    dir: z.string(),
    writable: z.boolean(),
    lastCommit: moment,
    problem: z.string().optional(),
  }),
});

export type Status = z.infer<typeof statusSchema>;
