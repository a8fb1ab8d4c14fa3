import type { Config } from '../../config/config.ts';
import type { Effect } from '../../model.ts';
import { alertText } from '../alert/alert-text.ts';

/** What an effect comes to, in words: the message, the report's section, or what would be run. */
export function describeEffect(effect: Effect, config: Pick<Config, 'name' | 'heal'>): string {
  const { story, part } = effect;
  switch (effect.kind) {
    case 'alert':
      return alertText(effect, config.name);
    case 'report':
      return `section "${part}" of incident ${story.incident}: ${story.reason}`;
    case 'heal': {
      const attempt = story.heals.at(-1)?.attempt ?? 1;
      return `attempt ${attempt}: ${config.heal.action === 'restart' ? 'restart the containers to blame' : config.heal.command.join(' ')}`;
    }
  }
}
