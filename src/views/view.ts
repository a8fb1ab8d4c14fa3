import * as z from 'zod';
import { statusSchema } from '../control/status.ts';
import { KINDS } from '../model.ts';
import { VIEW_VERSION } from './is-view.ts';

const moment = z.number().describe('Epoch milliseconds.');
const kind = z.enum(KINDS);
const counts = z.object({
  critical: z.number(),
  error: z.number(),
  warning: z.number(),
  restart: z.number(),
});

const group = z.object({
  kind,
  container: z.string(),
  sample: z.string().describe('The first line of its kind, without secrets, at most 500 characters.'),
  count: z.number(),
  first: moment,
  last: moment,
});

const message = z.object({
  at: moment.describe('When it was owed.'),
  part: z.string().describe('What of the incident it tells: opened, heal, news, resolved and so on.'),
  channel: z.string(),
  state: z.enum(['pending', 'inflight', 'sent', 'dead']),
  detail: z.string(),
});

const heal = z.object({
  attempt: z.number(),
  started: moment,
  ended: moment.optional(),
  result: z.string().optional(),
  exitCode: z.number().optional(),
  output: z.string().optional().describe('The last of what it printed, at most 2,000 characters.'),
});

/** One incident, open or past, as it is shown. */
export const incidentSchema = z.object({
  id: z.string(),
  state: z.string(),
  openedAt: moment,
  closedAt: moment.optional(),
  since: moment.describe('When the present state was entered.'),
  reason: z.string().describe('The limits that were reached.'),
  why: z.string().describe('Why the last decision went as it did.'),
  ask: z.string().describe('What people are asked to do; empty if nothing.'),
  subjects: z.array(z.object({ container: z.string(), counts })),
  groups: z.array(group).describe('The messages that it is about, the most telling first.'),
  counts: counts.describe('Everything in the rolling window.'),
  timeline: z.array(z.object({ at: moment, from: z.string(), to: z.string(), reason: z.string() })),
  heals: z.array(heal),
  maxHeals: z.number().optional().describe('Heals that one incident may have; absent for past ones.'),
  messages: z.array(message),
  down: z.array(z.string()).describe('Containers that have to run for it to end, and do not.'),
  acknowledged: z.boolean(),
  passive: z.boolean().describe('It is watched without a heal having been run.'),
  next: z
    .object({ at: moment, what: z.string() })
    .optional()
    .describe('When the present state ends by itself at the latest, and what happens then.'),
  earliest: moment.optional().describe('When it is over at the earliest, if it stays quiet.'),
});

const container = statusSchema.shape.containers.element;

/** What `GET /v1/view` of the view socket answers, and what the patches of `GET /v1/changes` are applied to. */
export const viewSchema = z.object({
  version: z.literal(VIEW_VERSION),
  host: z.string(),
  status: statusSchema.omit({ containers: true }),
  containers: z.record(z.string(), container).describe('By their ids.'),
  strip: z
    .object({
      from: moment.describe('Beginning of the first minute.'),
      kinds: z.record(kind, z.array(z.number())),
      containers: z.record(z.string(), z.array(z.number())).describe('All kinds together, by identity.'),
    })
    .describe('The last 60 minutes, one number a minute.'),
  groups: z.array(group),
  incidents: z.array(incidentSchema).describe('Those that are not closed.'),
  past: z
    .array(
      z.object({
        id: z.string(),
        openedAt: moment,
        closedAt: moment.optional(),
        reason: z.string(),
        heals: z.number(),
      }),
    )
    .describe('The newest incidents, open ones too, at most 20.'),
});

export type View = z.infer<typeof viewSchema>;
export type IncidentView = z.infer<typeof incidentSchema>;
export type GroupView = z.infer<typeof group>;
export type ContainerView = z.infer<typeof container>;
