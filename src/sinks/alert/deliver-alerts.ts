import type { SchedulerLike } from 'rxjs';
import type { Delivery, Outbox } from '../../state/delivery.ts';
import { retryLater, type RetryPolicy, UNANSWERED_PAUSE } from '../retry.ts';
import type { Log } from '../../log.ts';
import type { Settled, Worker } from '../worker.ts';
import type { AlertChannel, SendResult } from './alert-channel.ts';
import {
  type ChannelCondition,
  type ChannelFailure,
  conditionAtStart,
  disabledDetail,
  hold,
  nextUse,
  PROBE_EVERY,
} from './channel-condition.ts';
import type { MessageStyle } from './alert-text.ts';
import { foldMessage } from './fold-message.ts';
import { openingOf } from './opening-of.ts';
import { type Batch, nextDue } from './plan-batch.ts';
import { handOver, handOverLost } from './routing/hand-over.ts';
import { planReleased } from './routing/plan-released.ts';
import { owedSince, release, type Released } from './routing/release.ts';
import type { Routing } from './routing/routing.ts';
import { settleEffects } from './settle-effects.ts';

/** `name` is what messages begin with. */
export interface DeliverAlertsOptions extends RetryPolicy {
  readonly channels: readonly AlertChannel[];
  readonly routing: Routing;
  readonly name: string;
  readonly style?: MessageStyle;
  /**
   * The shortest time between two edits of the message that opened an incident, in milliseconds; the end is always
   * edited in.
   */
  readonly updateInterval: number;
  readonly outbox: Omit<Outbox, 'add'>;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly reportSettled: Settled;
  /** Called when a channel that was not waited for is done. */
  readonly wake: () => void;
}

/** The worker for alerts, and its part of `status`. */
export interface AlertWorker extends Worker {
  /** Channels whose service says that they are wrong themselves, by name, with the reason. */
  readonly disabled: () => Readonly<Record<string, string>>;
  /** Channels that have not taken the last message, by name. */
  readonly failing: () => Readonly<Record<string, ChannelFailure>>;
  /** Resolves when no slow channel is at work. */
  readonly idle: () => Promise<void>;
}

/**
 * Sends what is due: one message to each channel, all at the same time, each failing by itself. A delivery is marked
 * `inflight` before its request, so that a crash in between is recognized as one.
 */
export function deliverAlerts(options: DeliverAlertsOptions): AlertWorker {
  const { channels, routing, outbox, clock, log } = options;
  const names = new Set(channels.map(({ name }) => name));
  const unanswered = new Map<string, number>();
  const busy = new Map<Line, Promise<void>>();

  const unsentTo = (name: string): readonly Delivery[] =>
    outbox.unsent().filter((row) => row.effect.kind === 'alert' && row.channel === name);

  const lines = channels.map((channel) => ({ channel, condition: conditionAtStart(unsentTo(channel.name)) }));

  /** A page, and the end of an incident that the channel was told of by one. */
  function isPage({ effect, channel }: Delivery): boolean {
    if (routing.severity(effect) === 'page') return true;
    if (effect.part !== 'resolved') return false;
    return outbox.of(effect.story.incident, channel).some((row) => routing.severity(row.effect) === 'page');
  }

  function releasedTo({ channel }: Line): Released {
    return release(unsentTo(channel.name), routing, isPage, clock.now());
  }

  /** When a channel is next used, by what may go out now, and what will. */
  function use(line: Line, { ready, nextAt }: Released): ReturnType<typeof nextUse> {
    const now = clock.now();
    const next = nextUse(line.condition, ready, nextDue(ready, now), now);
    return { ...next, at: Math.min(next.at, nextAt) };
  }

  /** What a failing channel has not taken, and is now owed to its fallback. */
  function handedOver({ condition }: Line, { ready }: Released): ReturnType<typeof handOver> {
    if (condition.failure === undefined) return { rows: [], nextAt: Infinity };
    const failing = { isDisabled: condition.disabled !== undefined, isPage };
    return handOver(ready, outbox, routing, failing, clock.now());
  }

  async function attemptOn(line: Line): Promise<void> {
    const { channel } = line;
    const now = clock.now();
    const released = releasedTo(line);
    const next = use(line, released);
    if (next.at > now) return;
    const takes = { folds: channel.folds !== false, missed: next.asOne };
    const batch = planReleased(released, routing, takes, now);
    if (batch === undefined) return;
    const message = foldMessage(batch, {
      name: options.name,
      style: options.style,
      at: now,
      ...openingOf(outbox, batch, now - options.updateInterval),
    });
    outbox.save(batch.deliveries.map((row) => ({ ...row, state: 'inflight' })));
    record(line, batch, await channel.send(message));
  }

  /** A slow channel is waited for by nobody; when it is done, the worker is called again. */
  function attemptInBackground(line: Line): void {
    if (busy.has(line) || use(line, releasedTo(line)).at > clock.now()) return;
    const run = attemptOn(line)
      .catch((error: unknown) => {
        line.condition.heldUntil = clock.now() + AFTER_FAULT;
        log.error({ channel: line.channel.name, error: String(error) }, FAULT);
      })
      .finally(() => {
        busy.delete(line);
        options.wake();
      });
    busy.set(line, run);
  }

  function record({ channel, condition }: Line, batch: Batch, result: SendResult): void {
    const { verdict, detail, wait } = result;
    const now = clock.now();
    const fields = { channel: channel.name, effects: batch.deliveries.map((row) => row.effect.id), detail };
    if (verdict === 'sent' || verdict === 'refused') {
      if (condition.disabled !== undefined) log.info({ channel: channel.name }, 'channel works again');
      Object.assign(condition, { disabled: undefined, missed: false, failure: undefined });
      if (verdict === 'refused') log.error(fields, 'alert refused');
      else {
        if (wait !== undefined) hold(condition, now + wait, now);
        log.info(fields, 'alert sent');
      }
      finish(batch, verdict === 'sent' ? 'sent' : 'dead', detail, result.remoteId);
      return;
    }
    const isDisabled = verdict === 'disable';
    const patient = result.unanswered === true && isPatient(batch);
    const pause = isDisabled ? PROBE_EVERY : patient ? UNANSWERED_PAUSE : wait;
    const failure = { ...result, wait: pause, detail: isDisabled ? disabledDetail(detail) : detail };
    const rows = batch.deliveries.map((row) => {
      const held = owedSince(row, routing) - row.since;
      return retryLater(row, failure, now, { ...options, deadline: options.deadline + held });
    });
    const nextAt = rows.reduce((latest, row) => Math.max(latest, row.nextAt), now);
    const first = rows.reduce((least, row) => Math.min(least, row.nextAt), Infinity);
    if (isDisabled || condition.missed) hold(condition, isDisabled ? first : nextAt, now);
    else if (result.channelWide && !patient) hold(condition, nextAt, now);
    const wasDisabled = condition.disabled !== undefined;
    condition.disabled = isDisabled ? detail : undefined;
    condition.missed ||= isDisabled;
    condition.failure = { why: detail, nextAt: isDisabled ? first : nextAt };
    if (!isDisabled) log.warn({ ...fields, nextAt }, result.unanswered === true ? SLOW : RETRIED);
    else if (!wasDisabled) log.error({ ...fields, nextAt: first }, DISABLED);
    saveEnd(rows);
  }

  /** Whether the batch's first message has been left without an answer so often that it has probably arrived. */
  function isPatient({ deliveries: [row] }: Batch): boolean {
    const times = (unanswered.get(row.effect.id + row.channel) ?? 0) + 1;
    unanswered.set(row.effect.id + row.channel, times);
    return times > REPEATS;
  }

  function finish(batch: Batch, state: 'sent' | 'dead', detail: string, remoteId: string): void {
    const rows = batch.deliveries.map((row) => ({
      ...row,
      state,
      attempts: row.attempts + 1,
      detail,
      remoteId: batch.form === 'summary' || batch.form === 'latest' ? '' : remoteId,
    }));
    saveEnd(rows);
  }

  /** Stores how an attempt ended, with what is owed to a fallback from now on for what is lost. */
  function saveEnd(rows: readonly Delivery[]): void {
    outbox.save([...rows, ...handOverLost(rows, outbox, routing, clock.now())]);
    settle(rows);
  }

  function settle(rows: readonly Delivery[]): void {
    for (const { effect, state, channel } of rows)
      if (state === 'sent' || state === 'dead') unanswered.delete(effect.id + channel);
    settleEffects(rows, { outbox, names, reportSettled: options.reportSettled });
  }

  for (const row of outbox.unsent()) {
    if (row.effect.kind !== 'alert' || names.has(row.channel)) continue;
    const dead: Delivery = { ...row, state: 'dead', detail: 'the channel is no longer configured' };
    outbox.save([dead]);
    settle([dead]);
  }

  return {
    disabled: () =>
      Object.fromEntries(
        lines.flatMap(({ channel, condition: { disabled } }) =>
          disabled === undefined ? [] : [[channel.name, disabled]],
        ),
      ),
    failing: () =>
      Object.fromEntries(
        lines.flatMap(({ channel, condition: { failure } }) =>
          failure === undefined ? [] : [[channel.name, failure]],
        ),
      ),
    async attempt() {
      for (const line of lines) if (line.channel.slow === true) attemptInBackground(line);
      await Promise.all(lines.filter(({ channel }) => channel.slow !== true).map(attemptOn));
      for (const line of lines) {
        const { rows } = handedOver(line, releasedTo(line));
        if (rows.length > 0) outbox.save(rows);
        for (const { effect, channel, insteadOf } of rows)
          log.warn({ channel: insteadOf, fallback: channel, effect: effect.id }, HANDED_OVER);
      }
    },
    nextDue: () =>
      lines.reduce((next, line) => {
        const released = releasedTo(line);
        const at = busy.has(line) ? Infinity : use(line, released).at;
        return Math.min(next, at, handedOver(line, released).nextAt);
      }, Infinity),
    async idle() {
      await Promise.all(busy.values());
    },
  };
}

interface Line {
  readonly channel: AlertChannel;
  readonly condition: ChannelCondition;
}

/** How often a message is sent again that a receiver took and left without an answer. */
const REPEATS = 3;

const RETRIED = 'alert not sent; it will be tried again';
/** After a fault of the program a channel rests for so long (milliseconds). */
const AFTER_FAULT = 60_000;
const HANDED_OVER = 'a channel has not taken a message: it goes to the fallback as well';
const FAULT = 'a channel failed in a way it must not; it will be tried again';
const SLOW =
  'alert sent, and no answer in time: it will be sent again, and may be shown twice. A slow receiver needs a longer alerts.timeout';
const DISABLED =
  'channel disabled: its service says that it is wrong. It is tried again with the next incident, or every 15 min';
