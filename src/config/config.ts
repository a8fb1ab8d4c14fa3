import * as z from 'zod';
import {
  channel,
  classifyRule,
  engine,
  enginesDiffer,
  fileGroup,
  journald,
  namesAreUnique,
  rule,
} from './items.ts';
import {
  amount,
  argv,
  between,
  duration,
  flag,
  limit,
  list,
  span,
  texts,
  wait,
  webAddress,
} from './values.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Every setting with its default. Durations are in milliseconds once parsed. */
export const configSchema = z.strictObject({
  name: z.string().min(1).default('Quantum Trader').describe('The name that messages begin with.'),
  window: span.default(HOUR).describe('The rolling window that events are counted over.'),
  limits: z
    .strictObject({
      critical: limit.default(5).describe('Critical events within the window.'),
      errors: limit.default(50).describe('Errors within the window.'),
      restarts: limit.default(2).describe('Restarts of containers within the window.'),
    })
    .prefault({})
    .describe('Inclusive limits. 0 is refused; a rule of the same name takes the place of one.'),
  rules: z.array(rule).superRefine(namesAreUnique).default([]).describe('Rules beside the three limits.'),
  containers: z
    .strictObject({
      include: list.default(['*']).describe('Globs of names that are followed.'),
      exclude: list.default([]).describe('Globs of names that are not; they win.'),
      images: list.default(['**']).describe('Globs of images that are followed.'),
    })
    .prefault({})
    .describe('Which containers are followed. The label quantum-realtime.enable=false leaves one out.'),
  classify: z
    .strictObject({ rules: z.array(classifyRule).default([]).describe('Your own, before all others.') })
    .prefault({})
    .describe('How lines are judged.'),
  restarts: z
    .strictObject({
      count: z
        .array(z.enum(['crash', 'policy', 'oom', 'manual', 'recreate', 'engine']))
        .default(['crash', 'policy', 'oom'])
        .describe('Which causes count towards the limit. The others are recorded all the same.'),
    })
    .prefault({})
    .describe('Restarts, as Docker tells them.'),
  alerts: z
    .strictObject({
      webhook: z
        .union([z.literal(''), webAddress])
        .default('')
        .describe('One channel in short; a secret, better given as QT_ALERT_WEBHOOK.'),
      channels: z.array(channel).default([]).describe('Any number of channels.'),
      timeout: duration.default(10 * SECOND).describe("One attempt's time."),
      deadline: duration.default(24 * HOUR).describe('When an undelivered message is given up.'),
    })
    .prefault({})
    .describe('Who is told.'),
  report: z
    .strictObject({
      dir: z.string().min(1).default('.').describe('The folder of incident reports.'),
      title: z
        .string()
        .min(1)
        .default('Quantum Trader V3 - Weekly Health Report')
        .describe('First line of a new report file.'),
    })
    .prefault({})
    .describe('Incident reports.'),
  heal: z
    .strictObject({
      command: argv.default([]).describe('Program and arguments; no shell. Empty: nothing is run.'),
      action: z
        .enum(['command', 'restart'])
        .default('command')
        .describe('restart: the containers that caused the breach are restarted, instead of a command.'),
      cwd: z.string().optional().describe('Where the command is run.'),
      env: texts.default({}).describe('Added to the environment of the command.'),
      timeout: duration.default(5 * MINUTE).describe('After this it is ended (SIGTERM).'),
      killGrace: duration.default(10 * SECOND).describe('After this, then, by force (SIGKILL).'),
      nice: amount.max(19).default(10).describe('How far it gives way to others.'),
      runner: z
        .enum(['child', 'systemd-run'])
        .default('child')
        .describe("child: within the daemon's limits; systemd-run: a unit of its own."),
      dryRun: flag.default(false).describe('Shows what would run, and runs nothing.'),
      skipIfCalmFirst: flag
        .default(false)
        .describe('Skips even the first heal of an incident if it has grown quiet by then.'),
    })
    .prefault({})
    .describe('What is run to mend things.'),
  incident: z
    .strictObject({
      groupWait: between(0, 5 * MINUTE, 'of at most 5m')
        .default(3 * SECOND)
        .describe('Causes are gathered so long before people are told.'),
      settle: wait.default(MINUTE).describe('What happens so soon after a heal is no evidence.'),
      verify: wait.default(10 * MINUTE).describe('Quiet for so long is recovery.'),
      resolveRatio: z.coerce
        .number()
        .positive()
        .max(1)
        .default(0.5)
        .describe("Quiet is at most this part of the limit's rate."),
      aliveGrace: duration.default(5 * MINUTE).describe('Missing containers count as dead after this.'),
      verifyMax: wait.default(HOUR).describe('A watch ends after this, quiet or not.'),
      maxAttempts: limit.default(2).describe('Heals for one incident; then a person is called.'),
      cooldown: duration.default(15 * MINUTE).describe('Between two heals; doubles with each.'),
      cooldownMax: duration.default(4 * HOUR).describe('It doubles no further than this.'),
      streakReset: duration.default(HOUR).describe('Healthy for so long, it begins anew.'),
      budget: limit.default(4).describe('Heals within budgetWindow, all incidents together.'),
      budgetWindow: duration.default(24 * HOUR).describe('See budget.'),
      reopenWindow: duration.default(30 * MINUTE).describe('A relapse this soon is the same incident.'),
      maxReopens: amount.default(2).describe('So many relapses; then a person is called.'),
      reminder: duration.default(4 * HOUR).describe('A person is reminded after this; doubles.'),
      reminderMax: duration.default(24 * HOUR).describe('It doubles no further than this.'),
      updateInterval: duration
        .default(5 * MINUTE)
        .describe('A message that has been sent is edited no more often.'),
      freshness: duration.default(5 * MINUTE).describe('Found at a start, older evidence heals nobody.'),
      blindAfter: duration.default(10 * SECOND).describe('Not reading for so long is being blind.'),
      blindMax: duration.default(12 * HOUR).describe('Blind for so long, a person is called.'),
    })
    .prefault({})
    .describe('The life of an incident: docs/incidents.md tells what each of them means.'),
  state: z
    .strictObject({
      dir: z
        .string()
        .min(1)
        .optional()
        .describe('Holds the database. Default: $STATE_DIRECTORY, else ~/.local/state/quantum-realtime.'),
    })
    .prefault({})
    .describe('What is kept across restarts.'),
  sources: z
    .strictObject({
      docker: z
        .union([flag, engine, z.array(engine).min(1).superRefine(enginesDiffer)])
        .default(true)
        .describe(
          'Docker Engines whose containers are followed: true (the one of docker.host), false (none), one, or a list.',
        ),
      files: z
        .array(fileGroup)
        .superRefine(namesAreUnique)
        .default([])
        .describe('Groups of log files; each is a container to everything else.'),
      journald: z
        .union([z.literal(false), journald])
        .default(false)
        .describe('Units of systemd whose journal is read; false: none.'),
    })
    .prefault({})
    .describe('Where evidence comes from.'),
  docker: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .optional()
        .describe('unix:///path or tcp://host:port. Default: $DOCKER_HOST, else the local socket.'),
    })
    .prefault({})
    .describe('Where the Docker Engine listens.'),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
        .default('info')
        .describe('The least that is logged.'),
      file: z
        .string()
        .min(1)
        .default('REALTIME_MONITOR.log')
        .describe('Written to the report directory as well as standard error.'),
      maxSize: amount
        .default(10 * 1_024 * 1_024)
        .describe('The file is rotated before it grows beyond so many bytes; 0: never.'),
      keep: limit.max(100).default(3).describe('So many rotated files are kept beside it.'),
    })
    .prefault({})
    .describe("The daemon's own log."),
  heartbeatUrl: z
    .union([z.literal(''), webAddress])
    .default('')
    .describe('Asked for (GET) once a minute, but only while reading makes progress. A secret.'),
});

/** The effective settings. */
export type Config = Readonly<z.infer<typeof configSchema>>;
export type ClassifyRule = Config['classify']['rules'][number];
export type Channel = Config['alerts']['channels'][number];
export type IncidentConfig = Config['incident'];
export type HealConfig = Config['heal'];

/** The settings with nothing configured. */
export const defaults: Config = configSchema.parse({});
