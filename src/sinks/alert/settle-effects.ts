import type { Delivery, Outbox } from '../../state/delivery.ts';
import type { Settled } from '../worker.ts';

/** Where deliveries are looked up, the names of all channels, and who is told. */
export interface SettleParts {
  readonly outbox: Pick<Outbox, 'unsent' | 'of'>;
  readonly names: ReadonlySet<string>;
  readonly reportSettled: Settled;
}

/** Reports the effects of final deliveries of which no channel is owed anything any more; the others are reported later. */
export function settleEffects(rows: readonly Delivery[], parts: SettleParts): void {
  const { outbox, names, reportSettled } = parts;
  const open = new Set(
    outbox
      .unsent()
      .filter((row) => row.effect.kind === 'alert')
      .map((row) => row.effect.id),
  );
  for (const { effect, state } of rows) {
    if ((state !== 'sent' && state !== 'dead') || open.has(effect.id)) continue;
    const all = [...names].flatMap((name) =>
      outbox.of(effect.story.incident, name).filter((row) => row.effect.id === effect.id),
    );
    const detail = all.map((row) => `${row.channel}: ${row.state}, ${row.detail}`).join('; ');
    reportSettled(
      effect,
      all.every((row) => row.state === 'sent'),
      detail,
    );
  }
}
