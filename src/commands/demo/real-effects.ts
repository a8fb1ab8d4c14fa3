import { filter, firstValueFrom } from 'rxjs';
import type { Effect, Outcome } from '../../model.ts';
import type { EffectQueue } from '../../sinks/effect-queue.ts';
import type { Performed } from './story.ts';

/** Performs the effects of a replay for real, and keeps their outcomes in the order they were requested. */
export interface EffectsForReal {
  readonly performed: readonly Performed[];
  readonly perform: (effect: Effect) => Promise<Outcome>;
}

/** `now` is a clock of the present in milliseconds: how long an effect really took is kept beside its outcome. */
export function effectsForReal(
  performer: Pick<EffectQueue, 'submit' | 'outcomes$'>,
  now: () => number,
): EffectsForReal {
  const performed: Performed[] = [];
  return {
    performed,
    async perform(effect) {
      const place = performed.length;
      const began = now();
      const unknown = {
        type: 'outcome',
        effect: effect.id,
        kind: effect.kind,
        at: effect.at,
        ok: false,
      } as const;
      performed.push({ effect, outcome: { ...unknown, detail: 'not ended' }, took: 0 });
      const ended = firstValueFrom(
        performer.outcomes$.pipe(filter((outcome) => outcome.effect === effect.id)),
      );
      performer.submit(effect);
      const outcome = await ended;
      performed[place] = { effect, outcome, took: now() - began };
      return outcome;
    },
  };
}
