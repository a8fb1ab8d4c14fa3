import type { Sign } from '../../model.ts';
import type { RuleKind } from './rule-kind.ts';

const REASONS: Readonly<Record<Sign, string>> = {
  new: 'an error never seen before',
  back: 'an error that was gone is back',
  rate: 'far more errors than usual',
  silent: 'a container does not log any more',
};

/**
 * Rules upon what was found by comparing with the past (src/learning): which is decided there, so that one finding is
 * enough. They alert, and never heal; without `alert` in the settings of `learning` there are none.
 */
export const seenFirst = learned('new');
export const seenAgain = learned('back');
export const rate = learned('rate');
export const silent = learned('silent');

function learned(sign: Sign): RuleKind {
  const name = `learned.${sign}`;
  return {
    name: sign,
    rulesOf: ({ learning, window }) =>
      learning[sign] !== 'alert'
        ? []
        : [
            {
              ...{ name, sign, kinds: ['warning'], limit: 1, window, scope: 'container' },
              ...{ containers: [], labels: {}, pattern: '', effects: ['alert', 'report'], key: name },
            },
          ],
    reasonOf: ({ rule, container }) => {
      if (rule !== name) return undefined;
      return container === undefined ? REASONS[sign] : `${REASONS[sign]}: ${container}`;
    },
  };
}
