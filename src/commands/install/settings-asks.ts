import { isAbsolute } from 'node:path';
import { parseYaml } from '../../config/parse-yaml.ts';
import { isTree } from '../../config/tree.ts';

/** The group whose members may read the whole journal. */
export const JOURNAL_GROUP = 'systemd-journal';

/** What settings want of the unit that runs under them. */
export interface SettingsAsks {
  /** The journal of systemd. */
  readonly journal: boolean;
  /** A state directory of its own, absolute. */
  readonly stateDir?: string;
}

/** What these settings (YAML) ask for. Settings that are not usable are refused elsewhere. */
export function settingsAsks(settings: string): SettingsAsks {
  const { value } = parseYaml(settings);
  const under = (name: string): unknown => (isTree(value) ? value[name] : undefined);
  const [sources, state] = [under('sources'), under('state')];
  const dir = isTree(state) ? state['dir'] : undefined;
  return {
    journal: isTree(sources) && isTree(sources['journald']),
    ...(typeof dir === 'string' && isAbsolute(dir) && { stateDir: dir }),
  };
}
