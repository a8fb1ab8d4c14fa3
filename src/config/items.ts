import * as z from 'zod';
import { KINDS } from '../model.ts';
import { identifier, limit, list, span, texts, webAddress } from './values.ts';

/** How the lines that match it are judged. */
export const classifyRule = z.strictObject({
  level: z
    .enum(['ignore', 'critical', 'error', 'warning', 'info'])
    .describe('What becomes of the entries it matches; ignore comes first whatever the order.'),
  text: z.string().min(1).optional().describe('Plain text the line must contain (case-sensitive).'),
  pattern: z
    .string()
    .min(1)
    .optional()
    .describe('A regular expression (case-insensitive), examined against at most 16 KiB of the line.'),
  field: z
    .strictObject({
      name: z.string().min(1).describe('The name of the field.'),
      equals: z.string().describe('Its whole text.'),
    })
    .optional()
    .describe('A field of a JSON or logfmt line and the text it must equal.'),
  containers: list.default([]).describe('Globs of the containers it is limited to; none: all.'),
});

/** A limit of the operator's own. */
export const rule = z.strictObject({
  name: identifier.describe('By which messages name it. That of a default limit takes its place.'),
  kinds: z.array(z.enum(KINDS)).min(1).describe('What it counts.'),
  limit: limit.describe('Reached at this number, inclusive.'),
  window: span.optional().describe('Counts over so long; default: the window of all.'),
  scope: z
    .enum(['host', 'container'])
    .default('host')
    .describe('Counts over the whole host, or every container by itself.'),
  containers: list.default([]).describe('Globs of the containers it counts; none: all.'),
  labels: texts.default({}).describe('Labels a container must have to be counted.'),
  pattern: z.string().default('').describe('A regular expression the text must match.'),
  effects: z
    .array(z.enum(['alert', 'report', 'heal']))
    .default(['alert', 'report', 'heal'])
    .describe('What it calls for.'),
  key: identifier
    .optional()
    .describe('Incidents with one key are one incident. Default: host for a rule that heals, else its name.'),
});

/** Refuses the second rule of a name. */
export function namesAreUnique(rules: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  rules.forEach(({ name }, index) => {
    if (seen.has(name)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: 'expected a name no other rule has',
      });
    }
    seen.add(name);
  });
}

/** Where alerts go. */
export const channel = z.strictObject({
  url: webAddress.describe('Where it goes. A secret: never logged, reported or shown.'),
  type: z
    .enum(['discord', 'slack', 'ntfy', 'generic'])
    .optional()
    .describe('Chosen from the URL where it is not given.'),
  name: z.string().min(1).optional().describe('How logs and status name it, since the URL cannot be shown.'),
  secret: z.string().optional().describe('Standard Webhooks signing secret (whsec_…), for the type generic.'),
  token: z.string().optional().describe('Access token, for ntfy.'),
});

/** One Docker Engine. */
export const engine = z.strictObject({
  name: identifier
    .optional()
    .describe(
      'By which its containers are told apart (docker:NAME:container); only one engine may go without.',
    ),
  host: z
    .string()
    .min(1)
    .optional()
    .describe('unix:///path or tcp://host:port. Default: docker.host, $DOCKER_HOST, else the local socket.'),
});

/** Refuses a second engine of one name, or a second without. */
export function enginesDiffer(
  engines: readonly { readonly name?: string | undefined }[],
  context: z.RefinementCtx,
): void {
  engines.forEach(({ name }, index) => {
    if (engines.findIndex((other) => other.name === name) < index)
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: 'expected a name no other engine has',
      });
  });
}

/** Log files that are read as one container. */
export const fileGroup = z.strictObject({
  name: identifier.describe(
    'What stands for a container in rules, limits, status and messages (files:NAME).',
  ),
  paths: list
    .refine((paths) => paths.length > 0, 'expected at least one path')
    .describe(
      'Paths or globs of files that are followed, absolute; files that match later are taken up, too.',
    ),
  exclude: list.default([]).describe('Globs of files that are not read; they win.'),
});

/** Units of systemd whose journal is read. */
export const journald = z.strictObject({
  units: list
    .refine((units) => units.length > 0, 'expected at least one unit')
    .describe('Names or globs of units, such as quantum-*; each is a container (journald:UNIT).'),
});
