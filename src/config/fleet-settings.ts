import { hostname } from 'node:os';
import * as z from 'zod';
import { KINDS } from '../model.ts';
import { namesAreUnique } from './items.ts';
import { flag, identifier, limit, list, path, span } from './values.ts';

/** One part of a subject of the broker: no dot, no blank, no wildcard. */
const token = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'expected up to 64 letters, digits, dashes and underscores');

/** Where the broker is. Without encryption only on this very host, since evidence and rights pass over it. */
const broker = z.url({ protocol: /^(?:nats|tls)$/ }).superRefine((text, context) => {
  const { protocol, hostname: host, username, password } = new URL(text);
  if (username !== '' || password !== '')
    context.addIssue({
      code: 'custom',
      message: 'expected an address without a user: name a file in fleet.credentials',
    });
  if (protocol === 'nats:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host))
    context.addIssue({
      code: 'custom',
      message: 'expected tls://…: without encryption only a broker on this host is talked to',
    });
});

/** A limit over all hosts together. */
const fleetRule = z.strictObject({
  name: identifier.describe('Its name in messages; it has incidents of its own (fleet:NAME).'),
  kinds: z.array(z.enum(KINDS)).min(1).describe('Kinds of events that it counts, together.'),
  limit: limit.describe('Number over all hosts at which it is reached, inclusive; at least 1.'),
  window: span.default(10 * 60_000).describe('Length of its rolling window, 1s to 7d.'),
  containers: list
    .default([])
    .describe('Globs of the containers that it counts, by their names on their hosts; none: all.'),
  pattern: z
    .string()
    .default('')
    .describe('Regular expression (case-insensitive) that the text must match; empty: any text.'),
});

/** The settings of a fleet: many hosts that tell one another through a NATS server. */
export const fleet = z
  .strictObject({
    url: z
      .union([z.literal(''), broker])
      .default('')
      .describe(
        'Address of the NATS server, tls://HOST:4222, or nats:// on this host; empty: this host is alone.',
      ),
    name: token.default('fleet').describe('Name of the fleet: several may share a server.'),
    host: token
      .default(() => hostToken(hostname()))
      .describe("By which this host is known in the fleet, unique in it. Default: the host's name."),
    credentials: path
      .optional()
      .describe('File with what this host shows the server: an nkey seed, or credentials (.creds).'),
    ca: path.optional().describe("PEM file of the authority that signed the server's certificate."),
    cert: path.optional().describe('PEM file of the certificate that is shown to the server.'),
    key: path.optional().describe('PEM file of its key.'),
    decide: flag
      .default(false)
      .describe('Whether this host may decide for all of them: it then needs the rights of a decider.'),
    rules: z
      .array(fleetRule)
      .superRefine(namesAreUnique)
      .default([])
      .describe('Limits over all hosts together; the host that decides tells of them.'),
    hosts: z
      .record(token, z.strictObject({ sleeps: flag.default(false) }))
      .default({})
      .describe('Of single hosts, by fleet.host: {sleeps: true} for one whose silence is no alarm.'),
  })
  .prefault({})
  .describe('Many hosts that are watched together, see docs/fleet.md.');

/** A name of a host as a part of a subject: `web-1` of `web-1.example.org`. */
function hostToken(name: string): string {
  const [first = ''] = name.split('.');
  return (
    first
      .replace(/[^\w-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'host'
  );
}
