import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { parseDuration } from '../../time/duration.ts';
import { UsageError } from '../../usage.ts';
import { parseMoment } from './moment.ts';
import { problemOf } from './problems.ts';

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'expected a duration such as 500ms, 3s or 10m' });
  return z.NEVER;
});

/** `00:12:30` since the first event, up to milliseconds, or an ISO 8601 moment. */
const moment = z.string().transform((text, context) => {
  const parsed = parseMoment(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'expected 00:12:30 (since the first event) or 2025-12-17T16:18:07Z',
  });
  return z.NEVER;
});

/** `5`, or `>= 5`, `< 10` and the like. */
const amount = z.union([z.number(), z.string()]).transform((value, context) => {
  const match = /^(>=|<=|>|<|=)?\s*(\d+)$/.exec(String(value).trim());
  if (match !== null) return { operator: match[1] ?? '=', value: Number(match[2]) };
  context.addIssue({ code: 'custom', message: 'expected a number, or a comparison such as ">= 5"' });
  return z.NEVER;
});

const counts = {
  critical: amount.optional(),
  errors: amount.optional(),
  warnings: amount.optional(),
  restarts: amount.optional(),
};

/** What an incident does, in words. */
export const VERBS = [
  'opens',
  'reopens',
  'waits',
  'heals',
  'settles',
  'watches',
  'cools down',
  'escalates',
  'resolves',
  'holds',
  'closes',
] as const;
const EFFECTS = ['alert', 'report', 'heal'] as const;

/** The end of an expectation that stands at a moment: how far off it may be, what the window holds, and where. */
const atMoment = {
  at: moment,
  /** How far from `at` it may happen. */
  within: duration.default(1_000),
  /** Counts of the rolling window at that moment: of the host, or of the container named by `in`. */
  ...counts,
  in: z.string().min(1).optional(),
};

/** True, or a part of its text. */
const text = z.union([z.literal(true), z.string().min(1)]);

const incident = z.strictObject({
  incident: z.enum(VERBS),
  reason: z.string().min(1).optional(),
  ...atMoment,
});
const alert = z.strictObject({ alert: text, ...atMoment });
const report = z.strictObject({ report: text, ...atMoment });
const heal = z.strictObject({ heal: text, ...atMoment });
const no = z.strictObject({
  no: z.enum([...EFFECTS, 'incident']),
  from: moment.optional(),
  until: moment.optional(),
});
const total = z.strictObject({ total: z.strictObject(counts) });
const howMany = z.strictObject({
  incidents: amount.optional(),
  alerts: amount.optional(),
  reports: amount.optional(),
  heals: amount.optional(),
});
const FORMS = {
  incident,
  alert,
  report,
  heal,
  no,
  total,
  incidents: howMany,
  alerts: howMany,
  reports: howMany,
  heals: howMany,
};

/** The key of an expectation decides its form, so that a message about what is wrong is about that form. */
const expectation = z.record(z.string(), z.unknown()).transform((value, context) => {
  const form = Object.entries(FORMS).find(([key]) => key in value)?.[1];
  if (form === undefined) {
    const known = Object.keys(FORMS).join(', ');
    context.addIssue({
      code: 'custom',
      message: `expected one of ${known}, found ${Object.keys(value).join(', ')}`,
    });
    return z.NEVER;
  }
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.addIssue({ code: 'custom', path: [...issue.path], message: problemOf(issue, value) });
  return z.NEVER;
});

const paths = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const settings = z.union([z.string().min(1), z.record(z.string(), z.unknown())]);
const assumed = z.strictObject({
  result: z.enum(['ok', 'fail', 'hang']).default('ok'),
  duration: duration.default(30_000),
});

const testFile = z.strictObject({
  /** A file, or settings written out. Paths are relative to this file. */
  config: settings.optional(),
  /** What is replayed: files and folders. */
  session: paths.optional(),
  /** The assumed end of a heal, which is not run. */
  heal: assumed.optional(),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** A file instead of the one above, or settings laid over it. */
        config: settings.optional(),
        session: paths.optional(),
        heal: assumed.optional(),
        expect: z.array(expectation).min(1),
      }),
    )
    .min(1),
});

export type Amount = z.output<typeof amount>;
export type Expectation = z.output<typeof expectation>;

/** One test with everything it needs: absolute paths, and settings by their path (`limits.errors`). */
export interface RuleTest {
  readonly name: string;
  readonly session: readonly string[];
  readonly configFile: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly heal: z.output<typeof assumed>;
  readonly expect: readonly Expectation[];
}

/** Reads a file of tests. Throws a UsageError with everything that is wrong with it, a line each. */
export async function readTestFile(path: string): Promise<readonly RuleTest[]> {
  const written = await readYaml(path);
  const parsed = testFile.safeParse(written);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.map(String).join('.') || 'the file'}: ${problemOf(issue, written)}`,
    );
    throw new UsageError([`${path} is not usable:`, ...problems].join('\n  '));
  }
  const folder = dirname(path);
  const { config, session, heal, tests } = parsed.data;
  return tests.map((test) => {
    const replayed = [test.session ?? session ?? []].flat().map((name) => resolve(folder, name));
    if (replayed.length === 0) throw new UsageError(`${path}: test "${test.name}" has no session to replay`);
    const file =
      typeof test.config === 'string' ? test.config : typeof config === 'string' ? config : undefined;
    return {
      name: test.name,
      session: replayed,
      configFile: file === undefined ? undefined : resolve(folder, file),
      settings: typeof test.config === 'string' ? {} : { ...flat(config), ...flat(test.config) },
      heal: test.heal ?? heal ?? { result: 'ok', duration: 30_000 },
      expect: test.expect,
    };
  });
}

async function readYaml(path: string): Promise<unknown> {
  let source: string;
  try {
    source = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const document = parseDocument(source);
  const [fault] = document.errors;
  if (fault !== undefined) throw new UsageError(`${path}: ${fault.message}`);
  return document.toJS();
}

/** Settings by their path: `{ limits: { errors: 5 } }` is `limits.errors`. A file's name has none. */
function flat(value: unknown, path: readonly string[] = []): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return path.length === 0 ? {} : { [path.join('.')]: value };
  const parts = Object.entries(value).map(([key, child]) => Object.entries(flat(child, [...path, key])));
  return Object.fromEntries(parts.flat());
}
