import type { Config } from '../../config/config.ts';
import type { Effect } from '../../model.ts';
import { alertText, messageStyle } from '../alert/alert-text.ts';
import { healAction } from '../heal/actions/registry.ts';

/** An effect as text: the message, the report section, or the command that would be run. */
export function describeEffect(effect: Effect, config: Pick<Config, 'name' | 'heal' | 'alerts'>): string {
  const { story, part } = effect;
  switch (effect.kind) {
    case 'alert':
      return alertText(effect, config.name, messageStyle(config.alerts));
    case 'report':
      return `section "${part}" of incident ${story.incident}: ${story.reason}`;
    case 'heal': {
      const attempt = story.heals.at(-1)?.attempt ?? 1;
      return `attempt ${attempt}: ${healAction(config.heal).describe(config.heal)}`;
    }
  }
}
