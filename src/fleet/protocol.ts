import * as z from 'zod';
import { KINDS } from '../model.ts';

/** The version of what is published. Unknown fields of a message are ignored, a message of another version is skipped. */
export const PROTOCOL = 1;

/** Who sends: the host's identity, which stays; the count of its sequences; the run of the process; its name for people. */
const sender = {
  v: z.literal(PROTOCOL),
  id: z.string(),
  epoch: z.number().int().positive(),
  run: z.string(),
  name: z.string(),
};

/** Signals that are alike: `count` of them at `at` (epoch milliseconds; a whole second where several were folded). */
const item = z.object({
  kind: z.enum(KINDS),
  container: z.string(),
  image: z.string().optional(),
  fingerprint: z.string(),
  text: z.string(),
  at: z.number(),
  count: z.number().int().positive().max(1_000_000),
});

/** A step of an incident of a host, in words; no line of a log. */
const incidentStep = z.object({
  incident: z.string(),
  key: z.string(),
  from: z.string(),
  to: z.string(),
  at: z.number(),
  openedAt: z.number(),
  reason: z.string(),
  reached: z.string(),
  containers: z.array(z.string()),
});

const numbered = { seq: z.number().int().positive(), at: z.number() };
const evidenceEntry = z.object({ ...numbered, items: z.array(item) });
const incidentEntry = z.object({ ...numbered, steps: z.array(incidentStep) });

/** What is published of evidence: entries that follow one another, the numbers of a host without a hole. */
export const evidenceMessage = z.object({ ...sender, entries: z.array(evidenceEntry).min(1) });

/** The same of incidents, with numbers of its own. */
export const incidentMessage = z.object({ ...sender, entries: z.array(incidentEntry).min(1) });

/** What a host says of itself every 15 seconds. Moments in epoch milliseconds by its own clock. */
export const heartbeatMessage = z.object({
  ...sender,
  at: z.number(),
  since: z.number(),
  version: z.string(),
  /** A hash of its settings: hosts that should be alike can be compared. */
  settings: z.string(),
  /** The last number of each sequence, and how many entries the broker has not confirmed. */
  last: z.object({ evidence: z.number(), incidents: z.number() }),
  unsent: z.number(),
  /** Entries that were given up before the broker had them, since the process began. */
  lost: z.number(),
  /** What of its sources cannot be read, in words. */
  unread: z.array(z.string()),
  counts: z.object({
    critical: z.number(),
    error: z.number(),
    warning: z.number(),
    restart: z.number(),
  }),
  incidents: z.array(z.object({ id: z.string(), state: z.string(), reached: z.string() })),
});

/** The head of every message: enough to tell whose it is. */
export const headOfMessage = z.object({ ...sender, entries: z.array(z.object(numbered)).optional() });

export type Item = z.infer<typeof item>;
export type EvidenceEntry = z.infer<typeof evidenceEntry>;
export type IncidentEntry = z.infer<typeof incidentEntry>;
export type IncidentStep = z.infer<typeof incidentStep>;
export type EvidenceMessage = z.infer<typeof evidenceMessage>;
export type Heartbeat = z.infer<typeof heartbeatMessage>;
