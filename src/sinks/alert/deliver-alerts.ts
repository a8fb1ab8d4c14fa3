import type { SchedulerLike } from 'rxjs';
import type { Delivery, Outbox } from '../../state/delivery.ts';
import { retryLater, type RetryPolicy } from '../retry.ts';
import type { Log } from '../../log.ts';
import type { Settled, Worker } from '../worker.ts';
import { type AlertChannel, type SendResult, UPDATES } from './alert-channel.ts';
import { foldMessage } from './fold-message.ts';
import { nextDue, planBatch, type Batch } from './plan-batch.ts';

/** `name` is what messages begin with. */
export interface DeliverAlertsOptions extends RetryPolicy {
  readonly channels: readonly AlertChannel[];
  readonly name: string;
  /**
   * The shortest time between two edits of the message that opened an incident, in milliseconds; the end is always
   * edited in.
   */
  readonly updateInterval: number;
  readonly outbox: Omit<Outbox, 'add'>;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly reportSettled: Settled;
}

/** The worker for alerts, and its part of `status`. */
export interface AlertWorker extends Worker {
  /**
   * Channels that refused us altogether (401, 403, 404), by name, with the reason: not used again until the next
   * reload.
   */
  readonly disabled: ReadonlyMap<string, string>;
}

/**
 * Sends what is due: one message to each channel, all at the same time, each failing by itself. A delivery is marked
 * `inflight` before its request, so that a crash in between is recognized as one.
 */
export function deliverAlerts(options: DeliverAlertsOptions): AlertWorker {
  const { channels, outbox, clock, log } = options;
  const disabled = new Map<string, string>();
  const heldUntil = new Map<string, number>();
  const names = new Set(channels.map(({ name }) => name));

  const unsentTo = (name: string): readonly Delivery[] =>
    outbox.unsent().filter((row) => row.effect.kind === 'alert' && row.channel === name);

  const held = (name: string): number => heldUntil.get(name) ?? -Infinity;

  async function attemptOn(channel: AlertChannel): Promise<void> {
    const now = clock.now();
    const batch = held(channel.name) > now ? undefined : planBatch(unsentTo(channel.name), now);
    if (batch === undefined) return;
    const why = disabled.get(channel.name);
    if (why !== undefined) {
      finish(batch, 'dead', `the channel is disabled: ${why}`, '');
      return;
    }
    const message = foldMessage(batch, {
      name: options.name,
      at: now,
      opened: openedOf(outbox, batch, now - options.updateInterval),
    });
    outbox.save(batch.deliveries.map((row) => ({ ...row, state: 'inflight' })));
    record(channel, batch, await channel.send(message));
  }

  function record(channel: AlertChannel, batch: Batch, result: SendResult): void {
    const { verdict, detail, wait } = result;
    const now = clock.now();
    const fields = { channel: channel.name, effects: batch.deliveries.map((row) => row.effect.id), detail };
    if (verdict === 'sent') {
      if (wait !== undefined) heldUntil.set(channel.name, now + wait);
      log.info(fields, 'alert sent');
      finish(batch, 'sent', detail, result.remoteId);
    } else if (verdict === 'retry') {
      const rows = batch.deliveries.map((row) => retryLater(row, result, now, options));
      const next = rows.reduce((latest, row) => Math.max(latest, row.nextAt), now);
      if (result.channelWide) heldUntil.set(channel.name, next);
      log.warn({ ...fields, nextAt: next }, 'alert not sent; it will be tried again');
      outbox.save(rows);
      settle(rows);
    } else {
      if (verdict === 'disable') disabled.set(channel.name, detail);
      log.error(fields, verdict === 'disable' ? 'channel disabled until the next reload' : 'alert refused');
      finish(batch, 'dead', detail, '');
    }
  }

  function finish(batch: Batch, state: 'sent' | 'dead', detail: string, remoteId: string): void {
    const rows = batch.deliveries.map((row) => ({
      ...row,
      state,
      attempts: row.attempts + 1,
      detail,
      remoteId: batch.form === 'summary' ? '' : remoteId,
    }));
    outbox.save(rows);
    settle(rows);
  }

  function settle(rows: readonly Delivery[]): void {
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
      options.reportSettled(
        effect,
        all.every((row) => row.state === 'sent'),
        detail,
      );
    }
  }

  for (const row of outbox.unsent()) {
    if (row.effect.kind !== 'alert' || names.has(row.channel)) continue;
    const dead: Delivery = { ...row, state: 'dead', detail: 'the channel is no longer configured' };
    outbox.save([dead]);
    settle([dead]);
  }

  return {
    disabled,
    async attempt() {
      await Promise.all(channels.map(attemptOn));
    },
    nextDue: () =>
      channels.reduce((next, { name }) => {
        const due = nextDue(unsentTo(name));
        return Math.min(next, due === Infinity ? due : Math.max(due, held(name)));
      }, Infinity),
  };
}

/**
 * The delivery of the `opened` of the batch's incident; undefined if the batch is that itself or folds several, or if
 * that message has been edited since `latest`.
 */
function openedOf(
  outbox: Pick<Outbox, 'of'>,
  { form, deliveries: [first] }: Batch,
  latest: number,
): Delivery | undefined {
  const { part, story } = first.effect;
  if (form !== 'single' || part === 'opened') return undefined;
  const rows = outbox.of(story.incident, first.channel);
  const isRecent = rows.some(
    ({ state, effect }) => state === 'sent' && UPDATES.has(effect.part) && effect.at > latest,
  );
  return isRecent && part !== 'resolved' ? undefined : rows.find((row) => row.effect.part === 'opened');
}
