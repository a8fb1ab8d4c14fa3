import type { IncidentSnapshot } from '../../src/model.ts';
import { story } from './effects.ts';

/** A story whose every text is as long and as wide as it can be. */
export function hugeStory(): IncidentSnapshot {
  const wide = '👩‍👩‍👧‍👦`<@everyone> & *' + 'ünïcödé ＷＩＤＥ '.repeat(400);
  const many = Array.from({ length: 40 }, (_, n) => `container-${n}-${wide.slice(0, 200)}`);
  return story({
    reason: wide,
    ask: wide,
    containers: Object.fromEntries(many.map((name) => [name, story().counts])),
    groups: many.flatMap((container) =>
      story()
        .groups.slice(0, 1)
        .map((group) => ({ ...group, container, sample: wide })),
    ),
  });
}
