import type { IncidentSnapshot } from '../../model.ts';
import { messageOf } from '../text/message-of.ts';
import {
  clockTime,
  counted,
  countsInWords,
  dateTime,
  worstContainers,
  worstGroups,
} from '../text/plain-words.ts';
import { quoteLine } from '../text/quote.ts';

const CONTAINERS_SHOWN = 5;
const GROUPS_SHOWN = 5;
/** Characters of a container's name. */
const NAME = 80;

/**
 * What an operator woken at night needs first: the containers that count most, their most frequent messages with
 * number and span, and the gaps. Empty if there is none of it.
 */
export function incidentDetails(story: IncidentSnapshot): string {
  const containers = worstContainers(story);
  const groups = worstGroups(story);
  const since = groups
    .slice(0, GROUPS_SHOWN)
    .reduce((first, group) => Math.min(first, group.first), Infinity);
  return [
    ...section(
      'Where',
      containers,
      CONTAINERS_SHOWN,
      ([name, counts]) => `${quoteLine(name, NAME)}: ${countsInWords(counts)}`,
    ),
    '',
    ...section('What', groups, GROUPS_SHOWN, (group) => {
      const span =
        group.count === 1
          ? clockTime(group.first)
          : `${clockTime(group.first).slice(0, 8)} to ${clockTime(group.last)}`;
      return `${group.count} × ${inCode(messageOf(group.sample))} in ${quoteLine(group.container, NAME)} (${group.kind}, ${span})`;
    }),
    ...(since < story.openedAt ? [`Since ${dateTime(since)}.`] : []),
    ...(story.foundAtStart ? ['Found at start: some of this happened before the monitor ran.'] : []),
    ...(story.gaps.length > 0
      ? [`Not everything was seen: ${counted(story.gaps.length, 'gap')} in the logs.`]
      : []),
  ]
    .join('\n')
    .trim();
}

function section<T>(
  title: string,
  all: readonly T[],
  shown: number,
  line: (item: T) => string,
): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length > shown ? [`• and ${all.length - shown} more`] : [];
  return [`**${title}:**`, ...all.slice(0, shown).map((item) => `• ${line(item)}`), ...more];
}

/** Log text within a line of a message: back-ticks would end the code span. */
export function inCode(text: string): string {
  return `\`${quoteLine(text, 160).replaceAll('`', 'ˋ')}\``;
}
