import { parseYaml } from '../../config/parse-yaml.ts';
import { isTree } from '../../config/tree.ts';

/** The group whose members may read the whole journal. */
export const JOURNAL_GROUP = 'systemd-journal';

/** Whether these settings (YAML) ask for the journal. Settings that are not usable are refused elsewhere. */
export function readsJournal(settings: string): boolean {
  const { value } = parseYaml(settings);
  const sources = isTree(value) ? value['sources'] : undefined;
  return isTree(sources) && isTree(sources['journald']);
}
