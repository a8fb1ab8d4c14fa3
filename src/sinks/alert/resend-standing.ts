import type { SchedulerLike } from 'rxjs';
import type { Log } from '../../log.ts';
import type { Delivery, Outbox } from '../../state/delivery.ts';
import type { Worker } from '../worker.ts';
import type { AlertChannel } from './alert-channel.ts';
import type { MessageStyle } from './alert-text.ts';
import { foldMessage } from './fold-message.ts';

export interface ResendStandingOptions {
  readonly channels: readonly AlertChannel[];
  /** What messages begin with. */
  readonly name: string;
  readonly style?: MessageStyle;
  readonly outbox: Pick<Outbox, 'to'>;
  readonly clock: SchedulerLike;
  readonly log: Log;
}

/**
 * Tells receivers that forget (`resendEvery`) again what they have been told of every incident whose end has not been
 * told. Nothing is owed for it: what fails is told anew with the next round.
 */
export function resendStanding({ channels, name, style, outbox, clock, log }: ResendStandingOptions): Worker {
  const lines = channels.flatMap((channel) =>
    channel.resendEvery === undefined
      ? []
      : [{ channel, every: channel.resendEvery, at: clock.now() + channel.resendEvery }],
  );

  return {
    async attempt() {
      const now = clock.now();
      for (const line of lines) {
        if (line.at > now) continue;
        line.at = now + line.every;
        for (const row of standing(outbox.to(line.channel.name))) {
          const message = foldMessage(
            { form: 'single', deliveries: [row] },
            { name, style, at: now, opened: undefined },
          );
          const { verdict, detail } = await line.channel.send(message);
          if (verdict !== 'sent') log.warn({ channel: line.channel.name, detail }, FAILED);
        }
      }
    },
    nextDue: () =>
      lines.reduce(
        (next, { channel, at }) =>
          standing(outbox.to(channel.name)).length === 0 ? next : Math.min(next, at),
        Infinity,
      ),
  };
}

const FAILED = 'what stands could not be told again; the next try follows';

/** The last message of each incident that was received, unless its end was told, or is being told. */
function standing(rows: readonly Delivery[]): readonly Delivery[] {
  const last = new Map<string, Delivery>();
  for (const row of rows) if (row.state === 'sent') last.set(row.effect.story.incident, row);
  const isOver = (incident: string): boolean =>
    rows.findLast(({ effect }) => effect.story.incident === incident)?.effect.part === 'resolved';
  return [...last].flatMap(([incident, row]) => (isOver(incident) ? [] : [row]));
}
