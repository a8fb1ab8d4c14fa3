import { hostname } from 'node:os';
import * as z from 'zod';
import { HEAL_ACTIONS } from '../sinks/heal/actions/registry.ts';
import { fleet } from './fleet-settings.ts';
import { incident } from './incident-settings.ts';
import { digest, learning } from './learning-settings.ts';
import {
  channel,
  classifyRule,
  engine,
  engineEndpoint,
  enginesDiffer,
  fileGroup,
  journald,
  namesAreUnique,
  rule,
} from './items.ts';
import { route, routesFit } from './route-settings.ts';
import { states } from './state-settings.ts';
import {
  amount,
  argv,
  duration,
  flag,
  limit,
  limitOrOff,
  list,
  path,
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
  name: z
    .string()
    .min(1)
    .default(() => hostname())
    .describe(
      "What messages begin with. Default: the host's name, or Quantum Trader where QT_ALERT_WEBHOOK is set.",
    ),
  window: span
    .default(HOUR)
    .describe(
      'Length of the rolling window that events are counted over, 1s to 7d. An event exactly this old no longer counts.',
    ),
  limits: z
    .strictObject({
      critical: limitOrOff
        .default(5)
        .describe('Critical events within the window at which an incident opens; at least 1, or off.'),
      errors: limitOrOff
        .default(50)
        .describe('Errors within the window at which an incident opens; at least 1, or off.'),
      restarts: limitOrOff
        .default(2)
        .describe('Restarts of containers within the window at which an incident opens; at least 1, or off.'),
    })
    .prefault({})
    .describe(
      'Inclusive limits over the whole host. A rule named critical, errors or restarts replaces one.',
    ),
  rules: z
    .array(rule)
    .superRefine(namesAreUnique)
    .default([])
    .describe('Your own limits, beside the three of limits.'),
  states,
  containers: z
    .strictObject({
      include: list.default(['*']).describe('Globs of the names of containers to follow.'),
      exclude: list
        .default([])
        .describe('Globs of the names of containers not to follow; they win over include.'),
      images: list.default(['**']).describe('Globs of the images whose containers are followed.'),
    })
    .prefault({})
    .describe('Which containers are followed. The label quantum-realtime.enable=false leaves one out.'),
  classify: z
    .strictObject({
      rules: z.array(classifyRule).default([]).describe('Your own rules, applied before all built-in ones.'),
    })
    .prefault({})
    .describe('How lines are classified.'),
  restarts: z
    .strictObject({
      count: z
        .array(z.enum(['crash', 'policy', 'oom', 'manual', 'recreate', 'engine']))
        .default(['crash', 'oom'])
        .describe(
          'Causes of a restart that count; the others are only recorded. policy: restarted after exit code 0.',
        ),
    })
    .prefault({})
    .describe('Restarts of containers.'),
  learning,
  digest,
  alerts: z
    .strictObject({
      webhook: z
        .union([z.literal(''), webAddress])
        .default('')
        .describe(
          'Address of one channel, short for alerts.channels; empty: none. A secret, better given as QT_ALERT_WEBHOOK.',
        ),
      channels: z
        .array(channel)
        .default([])
        .describe(
          'Channels that alerts are sent to: every one to each of them, unless routes say otherwise.',
        ),
      routes: z
        .array(route)
        .default([])
        .describe('Who gets what: the first route that fits. What none fits goes to every channel.'),
      pageAfter: wait
        .default(15 * MINUTE)
        .describe(
          'Where there are routes or quiet hours: time after which an alert that nobody has acknowledged and nothing heals becomes a page, 1s to 24h.',
        ),
      timeout: duration
        .default(10 * SECOND)
        .describe('Longest time of one attempt to send; it is then retried.'),
      ca: z
        .string()
        .default('')
        .describe(
          'PEM file with certificates of authorities of your own, trusted beside the usual ones; empty: none.',
        ),
      deadline: duration
        .default(24 * HOUR)
        .describe(
          'Age at which a message that could not be delivered is given up; the report then lists it.',
        ),
    })
    .superRefine(routesFit)
    .prefault({})
    .describe('Where alerts are sent.'),
  report: z
    .strictObject({
      dir: path
        .default('.')
        .describe('Folder of incident reports and of the log file; created if it is missing.'),
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
      command: argv
        .default([])
        .describe('Program and arguments, each by itself; started without a shell. Empty: nothing is run.'),
      action: z
        .enum(HEAL_ACTIONS.map(({ name }) => name))
        .default('command')
        .describe(
          'command: runs heal.command. restart: restarts the containers that caused the breach instead; nothing for files and units.',
        ),
      cwd: path.optional().describe('Working directory of the command. Default: that of the daemon.'),
      env: texts.default({}).describe('Variables added to the environment of the command.'),
      timeout: duration
        .default(5 * MINUTE)
        .describe('Longest run of the command; its process group then gets SIGTERM.'),
      killGrace: duration
        .default(10 * SECOND)
        .describe('Time from SIGTERM to SIGKILL for what still runs of it.'),
      nice: amount
        .max(19)
        .default(10)
        .describe('Niceness of the command, 0 to 19; 19 yields most to other programs.'),
      runner: z
        .enum(['child', 'systemd-run'])
        .default('child')
        .describe(
          "child: a child process, within the daemon's own limits. systemd-run: a unit of its own, without them.",
        ),
      dryRun: flag
        .default(false)
        .describe('Logs what would be run, and runs nothing; the incident goes on as if it had.'),
      skipIfCalmFirst: flag
        .default(false)
        .describe(
          'Also skips the first heal of an incident if all is quiet again when it could start, and not only later ones.',
        ),
    })
    .prefault({})
    .describe('The heal: what is run when a limit is reached.'),
  incident,
  state: z
    .strictObject({
      dir: path
        .optional()
        .describe(
          'Directory of the database. Default: $STATE_DIRECTORY, else ~/.local/state/quantum-realtime.',
        ),
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
  fleet,
  docker: z
    .strictObject({
      ...engineEndpoint,
    })
    .prefault({})
    .describe('Where the Docker Engine listens.'),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
        .default('info')
        .describe('Least severe level that is logged.'),
      file: z
        .string()
        .min(1)
        .default('REALTIME_MONITOR.log')
        .describe('Name of the log file in report.dir; everything is logged to standard error as well.'),
      maxSize: amount
        .default(10 * 1_024 * 1_024)
        .describe('Largest size of the log file in bytes; it is rotated before it grows beyond. 0: never.'),
      keep: limit.max(100).default(3).describe('Rotated log files that are kept, 1 to 100.'),
    })
    .prefault({})
    .describe("The daemon's own log."),
  heartbeatUrl: z
    .union([z.literal(''), webAddress])
    .default('')
    .describe(
      'URL that is requested once a minute while logs are being read and stored, see docs/operate.md; empty: none. A secret.',
    ),
});

/** The effective settings. */
export type Config = Readonly<z.infer<typeof configSchema>>;
export type ClassifyRule = Config['classify']['rules'][number];
export type Channel = Config['alerts']['channels'][number];
export type LearningConfig = Config['learning'];
export type IncidentConfig = Config['incident'];
export type HealConfig = Config['heal'];
export type FleetConfig = Config['fleet'];

/** The settings with nothing configured. */
export const defaults: Config = configSchema.parse({});
