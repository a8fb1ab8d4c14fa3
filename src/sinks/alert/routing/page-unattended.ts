import type { SchedulerLike } from 'rxjs';
import type { Effect, NotificationType } from '../../../model.ts';
import type { Outbox } from '../../../state/delivery.ts';
import type { Worker } from '../../worker.ts';
import { owedSince } from './release.ts';
import type { Routing } from './routing.ts';

/**
 * How an incident stands as far as people are concerned. `none`: it is over, or somebody has acknowledged it. `open`:
 * nobody has. `unattended`: nobody has, and no heal will be run.
 */
export type Standing = (incident: string) => 'none' | 'open' | 'unattended';

export interface PageUnattendedOptions {
  readonly routing: Routing;
  readonly outbox: Pick<Outbox, 'to' | 'add' | 'of'>;
  readonly standing: Standing;
  readonly clock: SchedulerLike;
}

/** What calls for somebody; what else is told of an incident only follows. */
const CALLS: ReadonlySet<NotificationType> = new Set(['opened', 'reopened', 'news']);

/**
 * Owes a page for an alert that nobody has acknowledged and no heal is left for, `alerts.pageAfter` after the first channel
 * took it, to whom pages go. It is stored as owed, once for each alert.
 */
export function pageUnattended({ routing, outbox, standing, clock }: PageUnattendedOptions): Worker {
  /** The alerts that become pages, with the moment (epoch milliseconds). */
  function due(): readonly { readonly page: Effect; readonly at: number }[] {
    if (routing.pageAfter === undefined) return [];
    const first = new Map<string, { readonly page: Effect; readonly at: number }>();
    for (const row of routing.channels.flatMap((channel) => outbox.to(channel))) {
      const { effect, state } = row;
      if (state !== 'sent' || !CALLS.has(effect.part) || routing.severity(effect) !== 'alert') continue;
      if (standing(effect.story.incident) !== 'unattended') continue;
      const page: Effect = { ...effect, id: `${effect.id}:page`, part: 'reminder', isPage: true };
      const at = Math.min(
        first.get(page.id)?.at ?? Infinity,
        Math.max(row.nextAt, owedSince(row, routing)) + routing.pageAfter,
      );
      if (!isOwed(page)) first.set(page.id, { page, at });
    }
    return [...first.values()];
  }

  function isOwed({ id, story }: Effect): boolean {
    return routing.channels.some((channel) =>
      outbox.of(story.incident, channel).some(({ effect }) => effect.id === id),
    );
  }

  return {
    attempt() {
      const now = clock.now();
      for (const { page, at } of due())
        if (at <= now) {
          const told: Effect = { ...page, at: now, story: { ...page.story, at: now } };
          outbox.add(told, routing.recipients(told), now);
        }
      return Promise.resolve();
    },
    nextDue: () =>
      due()
        .filter(({ page }) => routing.recipients(page).length > 0)
        .reduce((next, { at }) => Math.min(next, at), Infinity),
  };
}
