import type { Effect, Outcome } from '../model.ts';
import type { RecordedOutcome } from '../streams/recording/session-format.ts';

/** The assumed end of a heal, which is not run. `duration` in milliseconds of event time. */
export interface AssumedHeal {
  readonly result: 'ok' | 'fail' | 'hang';
  readonly duration: number;
}

/** What is assumed where nothing else is. */
export const ASSUMED: AssumedHeal = { result: 'ok', duration: 30_000 };

/** What becomes of an effect that is not performed. */
export interface ExpectedOutcome {
  readonly outcome: Outcome;
  /** After how long, in milliseconds of event time. */
  readonly delay: number;
}

/** A heal ends as the next recorded one, which is taken from `heals`, else as assumed; anything else succeeds at once. */
export function outcomeOf(
  effect: Effect,
  heals: RecordedOutcome[],
  assumeHeal: AssumedHeal,
): ExpectedOutcome {
  if (effect.kind !== 'heal') return { outcome: assumed(effect, assumeHeal), delay: 0 };
  const known = heals.shift();
  return known === undefined
    ? { outcome: assumed(effect, assumeHeal), delay: assumeHeal.duration }
    : { outcome: { ...known, effect: effect.id }, delay: known.took };
}

function assumed(effect: Effect, heal: AssumedHeal): Outcome {
  const { id, kind, at } = effect;
  const base = { type: 'outcome', effect: id, kind, at } as const;
  if (kind !== 'heal') return { ...base, ok: true, detail: 'journalled' };
  switch (heal.result) {
    case 'ok':
      return { ...base, ok: true, detail: 'assumed', result: 'ok', exitCode: 0 };
    case 'fail':
      return { ...base, ok: false, detail: 'assumed', result: 'failed', exitCode: 1 };
    case 'hang':
      return { ...base, ok: false, detail: 'assumed', result: 'timeout' };
  }
}
