import * as z from 'zod';
import { parseDuration } from './duration.ts';
import { KINDS } from './model.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A duration: `3s`, `10m`, `1h30m`, or a number of milliseconds. */
const duration = z.union([z.number().int().nonnegative(), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const ms = /^\d+$/.test(value) ? Number(value) : parseDuration(value);
  if (ms === undefined) {
    context.addIssue({ code: 'custom', message: 'expected a duration such as 3s, 10m or 1h30m' });
    return z.NEVER;
  }
  return ms;
});

/** A duration between two bounds, in milliseconds. */
function between(least: number, most: number, bounds: string) {
  return duration.refine((ms) => ms >= least && ms <= most, { message: `expected a duration ${bounds}` });
}

/** A span that things are counted over, and a time that is waited: none of them may be switched off by a slip. */
const span = between(SECOND, 7 * 24 * HOUR, 'from 1s to 7d');
const wait = between(SECOND, 24 * HOUR, 'from 1s to 24h');

/** Names stand in ids, messages and file names. */
const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'expected up to 64 letters, digits, dots, dashes and underscores');

const webAddress = z.url({ protocol: /^https?$/ });

const limit = z.coerce.number().int().positive();
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const labels = z.record(z.string(), z.string());

/** A list; from the environment or a flag also as text parted by commas. */
const list = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
]);

/** Program and arguments. A text with blanks and no comma is refused: it would be the name of one program. */
const argv = list.superRefine((words, context) => {
  const only = words.length === 1 ? words[0] : undefined;
  if (only === undefined || !/\s/.test(only) || only.startsWith('/')) return;
  context.addIssue({ code: 'custom', message: 'expected a list, program and arguments each by itself' });
});

/** What a user rule does with the entries it matches; `ignore` comes first whatever the order. */
const judgement = z.enum(['ignore', 'critical', 'error', 'warning', 'info']);

const classifyRule = z.strictObject({
  level: judgement,
  /** Plain text the line must contain (case-sensitive). */
  text: z.string().min(1).optional(),
  /** A regular expression (case-insensitive), examined against at most 16 KiB of the line. */
  pattern: z.string().min(1).optional(),
  /** A field of a JSON or logfmt line and the text it must equal, e.g. `{ name: logger, equals: chatty }`. */
  field: z.strictObject({ name: z.string().min(1), equals: z.string() }).optional(),
  /** Container globs the rule is limited to. */
  containers: list.default([]),
});

const rule = z.strictObject({
  name: identifier,
  kinds: z.array(z.enum(KINDS)).min(1),
  limit,
  window: span.optional(),
  scope: z.enum(['host', 'container']).default('host'),
  containers: list.default([]),
  labels: labels.default({}),
  pattern: z.string().default(''),
  effects: z.array(z.enum(['alert', 'report', 'heal'])).default(['alert', 'report', 'heal']),
  /** Incidents with one key are one incident. Default: `host` for a rule that heals, else the rule's own name. */
  key: identifier.optional(),
});

function namesAreUnique(rules: readonly { readonly name: string }[], context: z.RefinementCtx): void {
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

const channel = z.strictObject({
  /** Where it goes. A secret: never logged, reported or shown. */
  url: webAddress,
  /** Chosen from the URL where it is not given. */
  type: z.enum(['discord', 'slack', 'ntfy', 'generic']).optional(),
  /** How logs and status name it, since the URL cannot be shown. */
  name: z.string().min(1).optional(),
  /** Standard Webhooks signing secret (`whsec_…`), for the generic type. */
  secret: z.string().optional(),
  /** Access token, for ntfy. */
  token: z.string().optional(),
});

/** Every setting with its default. Durations are in milliseconds once parsed. */
export const configSchema = z.strictObject({
  /** The name that messages begin with. */
  name: z.string().min(1).default('Quantum Trader'),
  /** The rolling window. */
  window: span.default(HOUR),
  /** Inclusive limits within the window; 0 is refused: leave a limit out by a rule of your own instead. */
  limits: z
    .strictObject({
      critical: limit.default(5),
      errors: limit.default(50),
      restarts: limit.default(2),
    })
    .prefault({}),
  /** Rules beside the three limits. */
  rules: z.array(rule).superRefine(namesAreUnique).default([]),
  /** Which containers are followed: globs on name and image. */
  containers: z
    .strictObject({
      include: list.default(['*']),
      exclude: list.default([]),
      images: list.default(['**']),
    })
    .prefault({}),
  classify: z.strictObject({ rules: z.array(classifyRule).default([]) }).prefault({}),
  restarts: z
    .strictObject({
      /** Which causes the restart rule counts. The others are recorded all the same. */
      count: z
        .array(z.enum(['crash', 'policy', 'oom', 'manual', 'recreate', 'engine']))
        .default(['crash', 'policy', 'oom']),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      /** Shorthand for one channel; set by QT_ALERT_WEBHOOK. */
      webhook: z.union([z.literal(''), webAddress]).default(''),
      channels: z.array(channel).default([]),
      /** One attempt's time. */
      timeout: duration.default(10 * SECOND),
      /** When an undelivered message is given up. */
      deadline: duration.default(24 * HOUR),
    })
    .prefault({}),
  report: z
    .strictObject({
      dir: z.string().min(1).default('.'),
      /** First line of a new report file. */
      title: z.string().min(1).default('Quantum Trader V3 - Weekly Health Report'),
    })
    .prefault({}),
  heal: z
    .strictObject({
      /** Program and arguments; no shell. Empty: nothing is run. */
      command: argv.default([]),
      /** `restart` restarts the containers that caused the breach, instead of a command. */
      action: z.enum(['command', 'restart']).default('command'),
      cwd: z.string().optional(),
      env: labels.default({}),
      timeout: duration.default(5 * MINUTE),
      killGrace: duration.default(10 * SECOND),
      nice: z.coerce.number().int().min(0).max(19).default(10),
      runner: z.enum(['child', 'systemd-run']).default('child'),
      /** Shows what would run, and runs nothing. */
      dryRun: flag.default(false),
      /** Skips even the first heal of an incident if it has grown quiet by then. */
      skipIfCalmFirst: flag.default(false),
    })
    .prefault({}),
  /** The life of an incident: see docs/incidents.md for what each of them means. */
  incident: z
    .strictObject({
      groupWait: between(0, 5 * MINUTE, 'of at most 5m').default(3 * SECOND),
      settle: wait.default(MINUTE),
      verify: wait.default(10 * MINUTE),
      resolveRatio: z.coerce.number().positive().max(1).default(0.5),
      aliveGrace: duration.default(5 * MINUTE),
      verifyMax: wait.default(HOUR),
      maxAttempts: limit.default(2),
      cooldown: duration.default(15 * MINUTE),
      cooldownMax: duration.default(4 * HOUR),
      streakReset: duration.default(HOUR),
      budget: limit.default(4),
      budgetWindow: duration.default(24 * HOUR),
      reopenWindow: duration.default(30 * MINUTE),
      maxReopens: z.coerce.number().int().nonnegative().default(2),
      reminder: duration.default(4 * HOUR),
      reminderMax: duration.default(24 * HOUR),
      updateInterval: duration.default(5 * MINUTE),
      freshness: duration.default(5 * MINUTE),
      blindAfter: duration.default(10 * SECOND),
      blindMax: duration.default(12 * HOUR),
    })
    .prefault({}),
  state: z
    .strictObject({
      /** Holds the database. Default: $STATE_DIRECTORY under systemd, else ~/.local/state/quantum-realtime. */
      dir: z.string().min(1).optional(),
    })
    .prefault({}),
  docker: z
    .strictObject({
      /** `unix:///path` or `tcp://host:port`. Default: $DOCKER_HOST, else the local socket. */
      host: z.string().min(1).optional(),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
      /** Written to the report directory as well as standard error. */
      file: z.string().min(1).default('REALTIME_MONITOR.log'),
      /** The file is rotated before it grows beyond so many bytes; 0: never. */
      maxSize: z.coerce
        .number()
        .int()
        .nonnegative()
        .default(10 * 1_024 * 1_024),
      /** So many rotated files (`….log.1`, the newest, and on) are kept beside it. */
      keep: z.coerce.number().int().min(1).max(100).default(3),
    })
    .prefault({}),
  /** Asked for (GET) once a minute, but only while reading makes progress. A secret: never shown. */
  heartbeatUrl: z.union([z.literal(''), webAddress]).default(''),
});

/** The effective settings. */
export type Config = Readonly<z.infer<typeof configSchema>>;
export type ClassifyRule = Config['classify']['rules'][number];
export type Channel = Config['alerts']['channels'][number];
export type IncidentConfig = Config['incident'];
export type HealConfig = Config['heal'];

/** The settings with nothing configured. */
export const defaults: Config = configSchema.parse({});
