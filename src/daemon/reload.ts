import type { Config } from '../config/config.ts';
import type { Policy } from '../incidents/policy.ts';
import { isOff } from '../incidents/rules.ts';
import type { CoreState } from '../incidents/state.ts';

/** What becomes of a new configuration in a running daemon. */
export interface Applicable {
  /** The wanted one, with the running one's values where only a start can change them. */
  readonly config: Config;
  /** Paths of the settings that differ and take effect now, and of those that wait for a start. */
  readonly changed: readonly string[];
  readonly later: readonly string[];
}

/** What is opened once, at the start: the store, the sources, the window's ring, the fleet, the log file. */
const AT_START = /^(?:window|state|docker|sources|fleet|log\.(?:file|maxSize|keep))(?:\.|$)/;

/** Compares the wanted configuration with the running one. */
export function applicable(running: Config, wanted: Config): Applicable {
  const { window, state, docker, sources, fleet } = running;
  const config = {
    ...wanted,
    window,
    state,
    docker,
    sources,
    fleet,
    log: { ...running.log, level: wanted.log.level },
  };
  const different = [...differences(running, wanted, [])];
  return {
    config,
    changed: different.filter((path) => !AT_START.test(path)),
    later: different.filter((path) => AT_START.test(path)),
  };
}

/** The core's state with its limits as the configuration has them now; a container's own, by label, stay as they are. */
export function withLimits(core: CoreState, policy: Policy): CoreState {
  const rules = new Map(policy.shownRules.map((rule) => [rule.name, rule]));
  const slots = core.slots.map((slot) => {
    const rule = rules.get(slot.rule);
    const own = slot.container !== undefined && rule?.scope === 'host';
    return rule === undefined || own || isOff(rule.limit) ? slot : { ...slot, limit: rule.limit };
  });
  return { ...core, slots };
}

function* differences(a: unknown, b: unknown, path: readonly string[]): Generator<string> {
  if (isBranch(a) && isBranch(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      yield* differences(a[key], b[key], [...path, key]);
  } else if (JSON.stringify(a) !== JSON.stringify(b)) yield path.join('.');
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
