import type { SchedulerLike } from 'rxjs';
import type { Delivery, Outbox } from '../../../state/delivery.ts';
import type { Worker } from '../../worker.ts';
import type { Standing } from './page-unattended.ts';
import { owedSince } from './release.ts';
import type { Routing } from './routing.ts';

export interface RepeatStandingOptions {
  readonly routing: Routing;
  readonly outbox: Pick<Outbox, 'to' | 'add'>;
  readonly standing: Standing;
  readonly clock: SchedulerLike;
}

/**
 * Owes the last message of an incident to a channel once more when the `repeat` of its route has passed since it was sent,
 * for as long as nobody acknowledges the incident. What is owed is stored, and sent like any other message.
 */
export function repeatStanding({ routing, outbox, standing, clock }: RepeatStandingOptions): Worker {
  const due = (): readonly { readonly row: Delivery; readonly at: number }[] =>
    routing.channels.flatMap((channel) =>
      lastOf(outbox.to(channel)).flatMap((row) => {
        if (row.state !== 'sent' || row.effect.part === 'resolved') return [];
        if (standing(row.effect.story.incident) === 'none') return [];
        const every = routing.repeat(row.effect, channel);
        if (every === undefined) return [];
        return [{ row, at: Math.max(row.nextAt, owedSince(row, routing)) + every }];
      }),
    );

  return {
    attempt() {
      const now = clock.now();
      for (const { row, at } of due())
        if (at <= now) outbox.add({ ...row.effect, id: nextId(row.effect.id) }, [row.channel], now);
      return Promise.resolve();
    },
    nextDue: () => due().reduce((next, { at }) => Math.min(next, at), Infinity),
  };
}

/** How often the message of an effect was sent before this time; 0 for the first time. */
export function repeatOf(id: string): number {
  return Number(/~(\d+)$/.exec(id)?.[1] ?? 0);
}

function nextId(id: string): string {
  return `${id.replace(/~\d+$/, '')}~${repeatOf(id) + 1}`;
}

/** The last delivery of each incident. */
function lastOf(rows: readonly Delivery[]): readonly Delivery[] {
  return [...new Map(rows.map((row) => [row.effect.story.incident, row])).values()];
}
