import { readFile } from 'node:fs/promises';
import { closest } from './closest.ts';
import { configSchema, type Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import { describeIssue, didYouMean, quote } from './describe-issue.ts';
import { knownSettings } from './known-settings.ts';
import { assign, isTree, leaves, type Tree } from './tree.ts';
import { withCredentials } from '../systemd/credentials.ts';

/** Where a value came from: `default`, the file's name, `QT_…`, or `--flag`. */
export type ValueSource = string;

/** The effective settings, and for every path that was set (`limits.errors`) where that was. */
export interface LoadedConfig {
  readonly config: Config;
  readonly sources: ReadonlyMap<string, ValueSource>;
  /** Variables that begin with QT_ and are no settings, nor nearly: those of the Qt toolkit, most often. */
  readonly ignored: readonly string[];
}

/** Where settings are read from; later ones override earlier ones: file, environment, flags (by path). */
export interface ConfigPlaces {
  readonly file?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly flags?: Readonly<Record<string, unknown>>;
}

/**
 * Reads and validates the settings. Environment variables are `QT_` and the path in capitals
 * (`QT_LIMITS_ERRORS=100`); `QT_ALERT_WEBHOOK` sets `alerts.webhook`. A variable that was probably meant to be a setting
 * is refused; other programs have variables with QT_, too. Throws a ConfigError naming every wrong value.
 */
export async function loadConfig({ file, env = {}, flags = {} }: ConfigPlaces): Promise<LoadedConfig> {
  const sources = new Map<string, ValueSource>();
  const problems: string[] = [];
  const ignored: string[] = [];
  const raw: Tree = file === undefined ? {} : await readFileTree(file);
  for (const path of leaves(raw)) sources.set(path.join('.'), file ?? '');

  const known = knownSettings(configSchema);
  for (const [name, text] of Object.entries(withCredentials(env))) {
    if (!name.startsWith('QT_') || text === undefined || NOT_SETTINGS.has(name)) continue;
    const path = ALIASES[name] ?? known.get(name);
    if (path === undefined) {
      const similar = meantBy(name, [...known.keys(), ...Object.keys(ALIASES)]);
      if (similar === undefined) ignored.push(name);
      else problems.push(`${name}: no such setting${didYouMean(similar)} (from the environment)`);
      continue;
    }
    assign(raw, path, text);
    sources.set(path.join('.'), name);
  }
  if (env['QT_ALERT_WEBHOOK'] !== undefined && raw['name'] === undefined) {
    raw['name'] = REPLACED_NAME;
    sources.set('name', 'default where QT_ALERT_WEBHOOK is set');
  }
  for (const [path, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    assign(raw, path.split('.'), value);
    sources.set(path, FLAGS[path] ?? `--${path}`);
  }

  const parsed = configSchema.safeParse(raw);
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, raw, sources)));
  if (parsed.success) problems.push(...(await patternProblems(parsed.data)));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return { config: parsed.data, sources, ignored };
}

/** The variable that was probably meant: one that differs by a slip of the pen, or has the same section, or a part more. */
function meantBy(name: string, known: readonly string[]): string | undefined {
  const section = /^QT_[A-Z]+_/.exec(name)?.[0];
  return (
    closest(name, known) ??
    known.find((other) => name.startsWith(`${other}_`)) ??
    known.find((other) => section !== undefined && other.startsWith(section))
  );
}

/**
 * Problems of the patterns. They are compiled where they are used; one that cannot be compiled is refused here, at
 * the start, with its path.
 */
async function patternProblems({ classify, rules, maintenance }: Config): Promise<string[]> {
  if (classify.rules.length + rules.length + maintenance.length === 0) return [];
  // Loaded only now: most settings hold no pattern, and then nothing of this need be in memory.
  const [{ compileRules }, { compilePattern }] = await Promise.all([
    import('../classify/user-rules.ts'),
    import('../classify/user-pattern.ts'),
  ]);
  const compile = [
    () => compileRules(classify.rules),
    ...rules.map(
      ({ pattern }, index) =>
        () =>
          compilePattern(pattern, `rules[${index}].pattern`),
    ),
    ...maintenance.map(
      ({ match: { pattern } }, index) =>
        () =>
          compilePattern(pattern, `maintenance[${index}].match.pattern`),
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

/** Why a file cannot be read, without its name, which is part of the message already. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return code === 'EACCES' ? 'this user may not read it' : messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Flags that are not called by the path of their setting. */
const FLAGS: Readonly<Record<string, string>> = { 'state.dir': '--state', 'report.dir': '--report' };

/** What the messages of the monitor that this program replaces begin with; its operator has set QT_ALERT_WEBHOOK. */
const REPLACED_NAME = 'Quantum Trader';

/** Variables that begin with QT_ and are no settings: those of a heal command, and the launcher's own. */
const NOT_SETTINGS = new Set([
  'QT_HEAP_MB',
  'QT_CONTEXT_VERSION',
  'QT_INCIDENT_ID',
  'QT_INCIDENT_KEY',
  'QT_REASONS',
  'QT_ATTEMPT',
  'QT_ATTEMPT_ID',
  'QT_CONTEXT_FILE',
]);
const ALIASES: Readonly<Record<string, readonly string[]>> = { QT_ALERT_WEBHOOK: ['alerts', 'webhook'] };

async function readFileTree(file: string): Promise<Tree> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${file}: cannot be read (${reasonOf(error)})`]);
  }
  // Without a file the parser need not be in memory.
  const { parseYaml } = await import('./parse-yaml.ts');
  const { value, problems } = parseYaml(text);
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${file}: ${problem}`));
  if (value === null || value === undefined) return {};
  if (!isTree(value))
    throw new ConfigError([`${file}: expected settings (key: value), found ${quote(value)}`]);
  return value;
}
