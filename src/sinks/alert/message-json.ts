import type { IncidentSnapshot } from '../../model.ts';
import { worstContainers, worstGroups } from '../text/plain-words.ts';
import { quoteLine } from '../text/quote.ts';
import { cutText } from '../text/cut-text.ts';
import type { Message } from './alert-channel.ts';
import { wholeText } from './whole-text.ts';

const TEXT = 20_000;
const PLAIN = 500;
const CONTAINERS = 50;
const GROUPS = 20;

/** A message as data: what it says, and the figures of its incident. Quoted log lines are masked and cut. */
export function messageJson(message: Message): object {
  const { story } = message.effect;
  const text = cutText(wholeText(message), TEXT);
  return { ...envelope(message), data: { ...facts(message), text, ...figures(story) } };
}

/** The same without any line of a log. */
export function shortMessageJson(message: Message): object {
  return { ...envelope(message), data: { ...facts(message), text: cutText(message.title, PLAIN) } };
}

function envelope(message: Message): object {
  return { type: `incident.${message.effect.part}`, timestamp: new Date(message.effect.at).toISOString() };
}

function facts(message: Message): object {
  const { incident, state } = message.effect.story;
  return { id: message.id, incident, part: message.effect.part, state, repeat: message.repeat };
}

function figures(story: IncidentSnapshot): object {
  return {
    key: story.key,
    openedAt: new Date(story.openedAt).toISOString(),
    reason: story.reason,
    counts: story.counts,
    containers: Object.fromEntries(worstContainers(story).slice(0, CONTAINERS)),
    groups: worstGroups(story)
      .slice(0, GROUPS)
      .map((group) => ({ ...group, fingerprint: undefined, sample: quoteLine(group.sample) })),
    heals: story.heals.map((heal) => ({ ...heal, output: undefined })),
    gaps: story.gaps.length,
    foundAtStart: story.foundAtStart,
    ask: story.ask,
  };
}
