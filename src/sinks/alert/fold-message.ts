import type { Effect } from '../../model.ts';
import type { Delivery } from '../../state/delivery.ts';
import { counted, utcDateTime, utcTime } from '../../text/plain.ts';
import type { Message } from './alert-channel.ts';
import { alertParts, alertTitle } from './alert-text.ts';
import type { Batch } from './plan-batch.ts';
import { repeatOf } from './routing/repeat-standing.ts';

const LISTED = 20;

/** What a message needs beside its effects. */
export interface MessageContext {
  /** The product's name, with which messages begin. */
  readonly name: string;
  readonly at: number;
  /** The delivery of the incident's `opened` to this channel, if it was sent. */
  readonly opened: Delivery | undefined;
  /** The receiver's id of that message, whether or not it is to be edited. Default: none. */
  readonly thread?: string;
}

/**
 * The one message for a batch: that of its effect, or a summary of what happened while the channel could not be
 * reached.
 */
export function foldMessage(batch: Batch, context: MessageContext): Message {
  const effects = batch.deliveries.map((delivery) => delivery.effect).sort((a, b) => a.at - b.at);
  const effect = leading(batch);
  const repeat = batch.deliveries.some((delivery) => delivery.state === 'inflight');
  const id = batch.form === 'single' ? effect.id : `${effect.id}+${effects.length - 1}`;
  const footer = `${footerOf(effects)}${repeat ? ' (may be a repeat)' : ''}${marksOf(batch, effect)}`;
  const { at, opened } = context;
  return {
    id,
    effect,
    ...textOf(batch, effects, effect, context.name),
    footer,
    repeat,
    ...openedPart(opened, context),
    thread: context.thread ?? opened?.remoteId ?? '',
    at,
  };
}

/** Why this message comes here, or comes again, where that would surprise. */
function marksOf({ form, deliveries, reason }: Batch, { id }: Effect): string {
  const [{ insteadOf, since }] = deliveries;
  const again = repeatOf(id) > 0 ? ' (sent again: nobody has acknowledged it)' : '';
  const late =
    reason === 'quiet' && form === 'single' ? ` (held back by quiet hours since ${utcTime(since)})` : '';
  return `${again}${late}${insteadOf === undefined ? '' : ` (sent here because ${insteadOf} has not taken it)`}`;
}

/**
 * The effect that a message is classed by (id, priority, color): the newest; in a summary, an escalation that still
 * stands.
 */
function leading({ form, deliveries }: Batch): Effect {
  const effects = deliveries.map(({ effect }) => effect);
  const call = form === 'summary' ? openCall(effects) : undefined;
  return call ?? effects.at(-1) ?? deliveries[0].effect;
}

/** The last escalation whose incident has not been resolved since. */
function openCall(effects: readonly Effect[]): Effect | undefined {
  return effects.findLast(
    ({ part, story: { incident }, at }) =>
      part === 'escalated' &&
      !effects.some(
        (later) => later.part === 'resolved' && later.story.incident === incident && later.at >= at,
      ),
  );
}

function openedPart(opened: Delivery | undefined, context: MessageContext): Pick<Message, 'opened'> {
  if (opened === undefined || opened.remoteId === '') return {};
  const batch: Batch = { form: 'single', deliveries: [{ ...opened, state: 'sent' }] };
  return {
    opened: { remoteId: opened.remoteId, message: foldMessage(batch, { ...context, opened: undefined }) },
  };
}

function textOf(
  batch: Batch,
  effects: readonly Effect[],
  last: Effect,
  name: string,
): Pick<Message, 'title' | 'head' | 'body'> {
  if (batch.form === 'single') return { title: alertTitle(last, name), ...alertParts(last, name) };
  if (batch.form === 'merged') return merged(effects, last, batch, name);
  if (batch.form === 'latest') return latest(effects, last, name);
  return summary(effects, batch, name);
}

function merged(
  effects: readonly Effect[],
  last: Effect,
  { reason }: Batch,
  name: string,
): Pick<Message, 'title' | 'head' | 'body'> {
  const [first = last] = effects;
  const opened = alertParts(first, name);
  const resolved = alertParts(last, name);
  const late = `Opened ${utcDateTime(first.at)} and resolved ${utcDateTime(last.at)}; ${reason === 'quiet' ? 'quiet hours have held it back' : 'this channel could not be reached before'}.`;
  return {
    title: `${alertTitle(first, name)} - and resolved`,
    head: `${opened.head}\n\n${late}`,
    body: `${resolved.head}\n\n${resolved.body}`,
  };
}

/** The newest message in full, and a line for each that waited with it. */
function latest(
  effects: readonly Effect[],
  last: Effect,
  name: string,
): Pick<Message, 'title' | 'head' | 'body'> {
  const { head, body } = alertParts(last, name);
  const before = effects.filter((effect) => effect !== last).map((effect) => listed(effect, name));
  return {
    title: alertTitle(last, name),
    head,
    body: `${body}\n\n**Before that:**\n${before.slice(-LISTED).join('\n')}`,
  };
}

/** What was missed, a line each; an escalation that still stands comes first and in full. */
function summary(
  effects: readonly Effect[],
  { reason }: Batch,
  name: string,
): Pick<Message, 'title' | 'head' | 'body'> {
  const incidents = new Set(effects.map((effect) => effect.story.incident)).size;
  const title = `📭 ${name} - ${counted(effects.length, 'message')} held back`;
  const shown = effects.slice(-LISTED);
  const older = effects.length > shown.length ? [`• and ${effects.length - shown.length} older`] : [];
  const call = openCall(effects);
  const told = call === undefined ? undefined : alertParts(call, name);
  const list = [...older, ...shown.map((effect) => listed(effect, name))].join('\n');
  return {
    title,
    head: `📭 **${name} - ${counted(effects.length, 'message')} held back**\n\n${reason === 'quiet' ? 'Quiet hours are over' : 'This channel could not be reached for a while'}. What it missed of ${counted(incidents, 'incident')}:${told === undefined ? '' : ' Among them is a call for a person.'}`,
    body: told === undefined ? list : `${told.head}\n\n${told.body}\n\n**All that was held back:**\n${list}`,
  };
}

function listed(effect: Effect, name: string): string {
  return `• ${utcDateTime(effect.at)}: ${alertTitle(effect, name)} (${effect.story.reason}) [${effect.story.incident}]`;
}

function footerOf(effects: readonly Effect[]): string {
  const incidents = [...new Set(effects.map((effect) => effect.story.incident))];
  const more = incidents.length > 3 ? ` and ${incidents.length - 3} more` : '';
  return `Incident ${incidents.slice(-3).join(', ')}${more}`;
}
