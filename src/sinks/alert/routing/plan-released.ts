import type { Delivery } from '../../../state/delivery.ts';
import { asOne, type Batch, planBatch, planSingle } from '../plan-batch.ts';
import type { Released } from './release.ts';
import { wasHeld } from './release.ts';
import type { Routing } from './routing.ts';

/** How a channel takes messages. */
export interface Takes {
  /** Whether several effects may come in one message. */
  readonly folds: boolean;
  /** Whether it was disabled: all that it has missed is told in one message. */
  readonly missed: boolean;
}

/**
 * The next message for one channel, out of what may go out now; none if nothing is due. What still waits of an incident is
 * taken in by a page about it; what quiet hours have held back comes as one, and so does what followed an opening that
 * had to wait.
 */
export function planReleased(
  { ready, held }: Released,
  routing: Routing,
  { folds, missed }: Takes,
  now: number,
): Batch | undefined {
  const [first, ...others] = ready;
  if (first === undefined) return undefined;
  if (!folds) {
    const { deliveries } = planSingle(ready, now) ?? { deliveries: [first] as const };
    const [head, ...rest] = deliveries;
    const [taken, ...more] = [...heldBefore(held, head), head, ...rest];
    return { form: 'single', deliveries: taken === undefined ? deliveries : [taken, ...more] };
  }
  const batch = missed ? asOne([first, ...others]) : planBatch(ready, now);
  if (batch === undefined) return undefined;
  const [head, ...rest] = batch.deliveries;
  const [taken, ...more] = heldBefore(held, head);
  if (taken !== undefined) {
    const form = batch.form === 'single' ? 'latest' : batch.form;
    return { form, deliveries: [taken, ...more, head, ...rest] };
  }
  if (batch.form === 'summary') return batch;
  if (wasHeld(head, routing)) {
    const all = ready.filter((row) => row !== head && wasHeld(row, routing));
    return { ...asOne([head, ...all]), reason: 'quiet' };
  }
  const following = ready.filter((row) => row !== head && isOfSame(row, head));
  const waited = head.attempts === 0 && routing.groupWait(head.effect, head.channel) > 0;
  return waited && following.length > 0 ? { form: 'latest', deliveries: [head, ...following] } : batch;
}

/** What waits of the same incident and came before. */
function heldBefore(held: readonly Delivery[], row: Delivery): readonly Delivery[] {
  return held.filter((other) => isOfSame(other, row) && other.effect.at <= row.effect.at);
}

function isOfSame(a: Delivery, b: Delivery): boolean {
  return a.effect.story.incident === b.effect.story.incident;
}
