import type { Effect, Tally, Transition } from '../../model.ts';
import type { Step } from '../../incidents/reducer-context.ts';
import type { VERBS } from './test-file.ts';

/** Something that an expectation can speak of, with the rolling window at that moment. */
export interface Happening {
  readonly at: number;
  readonly what: 'incident' | Effect['kind'];
  /** What the incident does; empty for effects. */
  readonly verb: (typeof VERBS)[number] | '';
  /** The reason, or the text of the effect. */
  readonly text: string;
  readonly tally: Tally;
}

/**
 * The happenings of one step of the incidents. Transitions of an incident that only repeat its state are left out.
 */
export function happeningsOf(
  { transitions, effects }: Step,
  tally: Tally,
  describe: (effect: Effect) => string,
): readonly Happening[] {
  return [
    ...transitions
      .filter(({ from, to }) => from !== to)
      .map((move): Happening => {
        return { at: move.at, what: 'incident', verb: verbOf(move), text: move.reason, tally };
      }),
    ...effects.map((effect): Happening => {
      return { at: effect.at, what: effect.kind, verb: '', text: describe(effect), tally };
    }),
  ];
}

function verbOf({ from, to }: Transition): Happening['verb'] {
  switch (to) {
    case 'open':
      return from === 'healthy' ? 'opens' : 'reopens';
    case 'queued':
      return 'waits';
    case 'healing':
      return 'heals';
    case 'settling':
      return 'settles';
    case 'verifying':
      return 'watches';
    case 'cooldown':
      return 'cools down';
    case 'escalated':
      return 'escalates';
    case 'holding':
      return 'holds';
    case 'resolved':
      return 'resolves';
    case 'closed':
      return 'closes';
  }
}
