import { SILENCE } from '../../model.ts';
import { effectsOf } from './states.ts';
import type { RuleKind } from './rule-kind.ts';

const NAME = 'silence';

/** The alarm of a host that logs nothing at all: it calls for people and never for a heal. */
export const silence: RuleKind = {
  name: NAME,
  rulesOf: ({
    window,
    states: {
      silence: { tell },
    },
  }) => [
    {
      name: NAME,
      kinds: ['critical'],
      limit: 1,
      window,
      scope: 'host',
      containers: [SILENCE],
      labels: {},
      pattern: '',
      effects: effectsOf(tell),
      key: 'silence',
    },
  ],
  reasonOf: ({ rule }) => (rule === NAME ? 'no container of this host logs anything' : undefined),
};
