import type { Delivery, Outbox } from '../../state/delivery.ts';
import { UPDATES } from './alert-channel.ts';
import type { MessageContext } from './fold-message.ts';
import type { Batch } from './plan-batch.ts';

/**
 * What a message needs of the one that opened its incident: its id there, and the whole of it if it is to be edited, which
 * it is not if it has been since `latest` (epoch milliseconds). Nothing for the opening itself, and for a summary.
 */
export function openingOf(
  outbox: Pick<Outbox, 'of'>,
  { form, deliveries: [first] }: Batch,
  latest: number,
): Pick<MessageContext, 'opened' | 'thread'> {
  const { part, story } = first.effect;
  if (form !== 'single' || part === 'opened') return { opened: undefined };
  const rows = outbox.of(story.incident, first.channel);
  const opened = rows.find((row) => row.effect.part === 'opened');
  const thread = opened?.remoteId ?? '';
  return wasEdited(rows, latest) && part !== 'resolved' ? { opened: undefined, thread } : { opened, thread };
}

function wasEdited(rows: readonly Delivery[], latest: number): boolean {
  return rows.some(({ state, effect }) => state === 'sent' && UPDATES.has(effect.part) && effect.at > latest);
}
