import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type * as z from 'zod';
import { configSchema, type Config } from './config.ts';
import { withCredentials } from './systemd/credentials.ts';

/** Where a value came from: `default`, the file's name, `QT_…`, or `--flag`. */
export type ValueSource = string;

/** The effective settings, and for every path that somebody set (`limits.errors`) who did. */
export interface LoadedConfig {
  readonly config: Config;
  readonly sources: ReadonlyMap<string, ValueSource>;
}

/** Where settings are looked for, later ones winning: file, environment, flags (by path). */
export interface ConfigPlaces {
  readonly file?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly flags?: Readonly<Record<string, unknown>>;
}

/** Every problem of a configuration at once, a line each: the place, what was expected, what was found. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration is not usable:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads and validates the settings. Environment variables are `QT_` and the path in capitals
 * (`QT_LIMITS_ERRORS=100`); `QT_ALERT_WEBHOOK` sets `alerts.webhook`. Throws a ConfigError naming every wrong value.
 */
export async function loadConfig({ file, env = {}, flags = {} }: ConfigPlaces): Promise<LoadedConfig> {
  const sources = new Map<string, ValueSource>();
  const problems: string[] = [];
  const raw: Tree = file === undefined ? {} : await readFileTree(file);
  for (const path of leaves(raw)) sources.set(path.join('.'), file ?? '');

  const known = settings(configSchema);
  for (const [name, text] of Object.entries(withCredentials(env))) {
    if (!name.startsWith('QT_') || text === undefined || NOT_SETTINGS.has(name)) continue;
    const path = ALIASES[name] ?? known.get(name);
    if (path === undefined) {
      problems.push(`${name}: no such setting (from the environment)`);
      continue;
    }
    assign(raw, path, text);
    sources.set(path.join('.'), name);
  }
  for (const [path, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    assign(raw, path.split('.'), value);
    sources.set(path, `--${path}`);
  }

  const parsed = configSchema.safeParse(raw);
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => describe(issue, raw, sources)));
  if (parsed.success) problems.push(...(await patternProblems(parsed.data)));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { config: parsed.data, sources };
}

/** Patterns are compiled where they are used; one that cannot be is refused here, at the start, with its place. */
async function patternProblems({ classify, rules }: Config): Promise<string[]> {
  const [{ createClassifier }, { compilePattern }] = await Promise.all([
    import('./operators/classify/classifier.ts'),
    import('./operators/classify/user-pattern.ts'),
  ]);
  const compile = [
    () => createClassifier(classify.rules),
    ...rules.map(
      ({ pattern }, index) =>
        () =>
          compilePattern(pattern, `rules[${index}].pattern`),
    ),
  ];
  return compile.flatMap((attempt) => {
    try {
      attempt();
      return [];
    } catch (error) {
      return [messageOf(error)];
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Variables of the QT_ family that are no settings: what a heal command is told, and the launcher's own. */
const NOT_SETTINGS = new Set([
  'QT_HEAP_MB',
  'QT_INCIDENT_ID',
  'QT_REASONS',
  'QT_ATTEMPT',
  'QT_ATTEMPT_ID',
  'QT_CONTEXT_FILE',
]);
const ALIASES: Readonly<Record<string, readonly string[]>> = { QT_ALERT_WEBHOOK: ['alerts', 'webhook'] };
/** Paths whose values are secrets and are never quoted. */
const SECRET = /webhook|\.url$|heartbeatUrl|secret|token/i;

type Tree = Record<string, unknown>;

async function readFileTree(file: string): Promise<Tree> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${file}: cannot be read (${messageOf(error)})`]);
  }
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw new ConfigError(document.errors.map((error) => `${file}: ${error.message.split('\n')[0] ?? ''}`));
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (!isTree(value))
    throw new ConfigError([`${file}: expected settings (key: value), found ${quote(value)}`]);
  return value;
}

function describe(issue: z.core.$ZodIssue, raw: Tree, sources: ReadonlyMap<string, ValueSource>): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${[...path, key].join('.')}: no such setting${from(sources, [...path, key])}`,
    );
  }
  const found = path.reduce<unknown>(
    (value, key) => (isTree(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
    raw,
  );
  const shown = SECRET.test(path.join('.')) ? 'something else (not shown: it is a secret)' : quote(found);
  return [`${path.join('.') || '(top level)'}: ${expectation(issue)}, found ${shown}${from(sources, path)}`];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const inner = issue.errors.flat().map(expectation);
      return [...new Set(inner)].join(' or ');
    }
    case 'too_small':
      return `expected ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}${issue.origin === 'string' ? ' character' : ''}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'regex' ? issue.message : `expected a valid ${issue.format}`;
    default:
      return issue.message;
  }
}

function from(sources: ReadonlyMap<string, ValueSource>, path: readonly string[]): string {
  for (let depth = path.length; depth > 0; depth--) {
    const source = sources.get(path.slice(0, depth).join('.'));
    if (source !== undefined) return ` (from ${source})`;
  }
  return '';
}

/** Environment name → path, for every setting that is a single value or a list of texts. */
function settings(schema: z.ZodType, path: readonly string[] = []): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const inner = unwrap(schema);
  if ('shape' in inner && isTree(inner.shape) && path.length < 3) {
    for (const [key, child] of Object.entries(inner.shape)) {
      if (isSchema(child)) for (const [name, at] of settings(child, [...path, key])) found.set(name, at);
    }
  } else if (path.length > 0) found.set(`QT_${path.join('_').toUpperCase()}`, path);
  return found;
}

function unwrap(schema: z.ZodType): object {
  let inner: z.ZodType = schema;
  for (;;) {
    const definition: object = inner.def;
    const next: unknown = 'innerType' in definition ? definition.innerType : undefined;
    if (!isSchema(next)) return inner;
    inner = next;
  }
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && 'safeParse' in value;
}

function assign(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const child = tree[key];
  const branch: Tree = isTree(child) ? child : {};
  tree[key] = branch;
  assign(branch, rest, value);
}

function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (isTree(value)) for (const [key, child] of Object.entries(value)) yield* leaves(child, [...path, key]);
  else yield path;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quote(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
