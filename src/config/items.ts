import * as z from 'zod';
import { KINDS } from '../model.ts';
import { CHANNEL_TYPES, channelProblems } from '../sinks/alert/channels/registry.ts';
import {
  argv,
  channelAddress,
  flag,
  identifier,
  limit,
  list,
  path as filePath,
  paths as pathList,
  span,
  texts,
} from './values.ts';
import { quiet, severity } from './route-settings.ts';

/** How the lines that match it are judged. */
export const classifyRule = z.strictObject({
  level: z
    .enum(['ignore', 'critical', 'error', 'warning', 'info'])
    .describe('Level of the entries that match; ignore drops them, and is tried first whatever the order.'),
  text: z.string().min(1).optional().describe('Plain text that the line must contain (case-sensitive).'),
  pattern: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Regular expression (case-insensitive) that the line must match, examined against at most 16 KiB of it.',
    ),
  field: z
    .strictObject({
      name: z.string().min(1).describe('Name of the field.'),
      equals: z.string().describe('Its whole text, exactly.'),
    })
    .optional()
    .describe('A field of a JSON or logfmt line, and the text that it must equal.'),
  containers: list.default([]).describe('Globs of the containers that it applies to; none: all.'),
});

/** A limit of the operator's own. */
export const rule = z.strictObject({
  name: identifier.describe(
    'Its name in messages. The name of one of the three default limits replaces that limit.',
  ),
  kinds: z.array(z.enum(KINDS)).min(1).describe('Kinds of events that it counts, together.'),
  limit: limit.describe('Number at which it is reached, inclusive; at least 1.'),
  window: span.optional().describe('Length of its rolling window, 1s to 7d. Default: window.'),
  scope: z
    .enum(['host', 'container'])
    .default('host')
    .describe('host: one count over everything. container: one count for each container.'),
  containers: list.default([]).describe('Globs of the containers that it counts; none: all.'),
  labels: texts.default({}).describe('Labels that a container must have, with these values, to be counted.'),
  pattern: z
    .string()
    .default('')
    .describe(
      'Regular expression (case-insensitive) that the text must match, as it is shown: secrets are masked; empty: any text.',
    ),
  effects: z
    .array(z.enum(['alert', 'report', 'heal']))
    .default(['alert', 'report', 'heal'])
    .describe('What happens when it is reached; none: it is only shown.'),
  severity,
  key: identifier
    .optional()
    .describe(
      'Rules with one key share one incident at a time. Default: host for a rule that heals, else its name.',
    ),
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
export const channel = z
  .strictObject({
    url: channelAddress
      .optional()
      .describe(
        'Address that alerts are sent to. A secret: never logged, reported or shown. Default: that of the type, where it has one.',
      ),
    type: z
      .enum(CHANNEL_TYPES.map(({ type }) => type))
      .optional()
      .describe('Kind of receiver, see docs/channels.md. Default: by the address, else generic.'),
    name: z
      .string()
      .min(1)
      .optional()
      .describe('Its name in logs and status, since the URL is never shown. Default: its type.'),
    secret: z
      .string()
      .optional()
      .describe('Standard Webhooks signing secret (whsec_…), for the type generic.'),
    token: z.string().optional().describe('Access token, bot token or key of the service. A secret.'),
    to: list
      .optional()
      .describe('Whom it is for: a chat, room, channel or user of the service, addresses of mail, tags.'),
    from: z.string().min(1).optional().describe('Sender, for the type mail.'),
    command: argv
      .optional()
      .describe('Program and arguments, each by itself, for the type exec; started without a shell.'),
    quiet: quiet.optional(),
    fallback: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of the channel that gets what this one has not taken for 5 min; a page at the first failure.',
      ),
  })
  .superRefine((setting, context) => {
    for (const [name, message] of channelProblems(setting))
      context.addIssue({ code: 'custom', path: [name], message });
  });

/** Certificates of an encrypted connection to an engine. */
const tlsFiles = z.strictObject({
  ca: filePath.optional().describe('PEM file of the authority that signed the certificate of the engine.'),
  cert: filePath.optional().describe('PEM file of the certificate that is shown to the engine.'),
  key: filePath.optional().describe('PEM file of its key.'),
  verify: flag.default(true).describe('Whether the certificate of the engine must be valid. Leave it on.'),
});

/** Where a Docker Engine is. */
export const engineEndpoint = {
  host: z
    .string()
    .min(1)
    .optional()
    .describe(
      'unix:///path, tcp://host:port or ssh://user@host. Default: context, $DOCKER_HOST, $DOCKER_CONTEXT, the current context, else a local socket.',
    ),
  context: z
    .string()
    .min(1)
    .optional()
    .describe('Context of the Docker CLI (docker context ls), in place of host.'),
  tls: tlsFiles
    .optional()
    .describe('Encrypts tcp://. Default: as $DOCKER_TLS_VERIFY and $DOCKER_CERT_PATH say.'),
};

/** One Docker Engine. */
export const engine = z.strictObject({
  name: identifier
    .optional()
    .describe(
      'By which its containers are told apart (docker:NAME:container); only one engine may go without.',
    ),
  ...engineEndpoint,
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
  paths: pathList
    .refine((paths) => paths.length > 0, 'expected at least one path')
    .describe(
      'Paths or globs of files that are followed, absolute; files that match later are taken up, too.',
    ),
  exclude: pathList.default([]).describe('Globs of files that are not read; they win.'),
});

/** Units of systemd whose journal is read. */
export const journald = z.strictObject({
  units: list
    .refine((units) => units.length > 0, 'expected at least one unit')
    .describe('Names or globs of units, such as quantum-*; each is a container (journald:UNIT).'),
});
