import { exactDuration } from '../time/duration.ts';
import type { LoadedConfig } from './load-config.ts';

/** One effective setting: its path, its value as people write it, and where it was set. */
export interface EffectiveSetting {
  readonly path: string;
  readonly value: string;
  readonly source: string;
  /** The container it is in force for, if for one only. */
  readonly container?: string;
}

const DURATION =
  /^(?:window|rules\.\d+\.window|states\.\w+\.after|learning\.window|heal\.(?:timeout|killGrace)|alerts\.(?:timeout|deadline|pageAfter|routes\.\d+\.(?:groupWait|repeat))|incident\.(?!resolveRatio|maxAttempts|budget$|maxReopens)\w+)$/;
const SECRET = /(?:webhook|url|secret|token)$/i;

/** Whether the setting at a path is a duration, which people write as `10m`. */
export function isDuration(path: string): boolean {
  return DURATION.test(path);
}

/** Every setting in force, in the order of the schema. Secrets are shown as set or not set, never as they are. */
export function effectiveSettings({ config, sources }: LoadedConfig): EffectiveSetting[] {
  return [...flatten(config, [])].map(([path, value]) => ({
    path,
    value: show(path, value),
    source: sourceOf(path, sources),
  }));
}

function* flatten(value: unknown, path: readonly string[]): Generator<[string, unknown]> {
  if (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) && value.every((item) => typeof item !== 'object'))
  ) {
    for (const [key, child] of Object.entries(value)) yield* flatten(child, [...path, key]);
  } else yield [path.join('.'), value];
}

function show(path: string, value: unknown): string {
  if (SECRET.test(path))
    return value === '' || value === undefined ? '(not set)' : '(set; a secret, not shown)';
  if (typeof value === 'number' && isDuration(path)) return exactDuration(value);
  return value === undefined ? '(not set)' : JSON.stringify(value);
}

function sourceOf(path: string, sources: LoadedConfig['sources']): string {
  const parts = path.split('.');
  for (let depth = parts.length; depth > 0; depth--) {
    const source = sources.get(parts.slice(0, depth).join('.'));
    if (source !== undefined) return source;
  }
  return 'default';
}
