import type { IncidentSnapshot } from '../../model.ts';
import { besideInWords } from '../text/beside.ts';
import { messageOf } from '../text/message-of.ts';
import { counted, utcDateTime, utcTime } from '../../text/plain.ts';
import { type Counted, countsInWords, openingOf, subjectGroups, subjectsOf } from '../text/plain-words.ts';
import { quoteLine } from '../text/quote.ts';

const CONTAINERS_SHOWN = 5;
/** Of the containers beyond those: names alone. */
const NAMES_SHOWN = 20;
const GROUPS_SHOWN = 5;
/** Characters of a container's name. */
const NAME = 80;

/**
 * What an operator woken at night needs first: the containers that the incident is about, their most telling messages
 * with number and span, and the gaps. Empty if there is none of it.
 */
export function incidentDetails(story: IncidentSnapshot): string {
  // A host that is silent is no container, and its alarm no message of one.
  const isSilence = openingOf(story) === 'silence';
  const containers = isSilence ? [] : subjectsOf(story);
  const groups = isSilence ? [] : subjectGroups(story);
  const since = groups
    .slice(0, GROUPS_SHOWN)
    .reduce((first, group) => Math.min(first, group.first), Infinity);
  return [
    ...where(containers, story.deciding === undefined ? 0 : NAMES_SHOWN),
    '',
    ...section('What', groups, GROUPS_SHOWN, (group) => {
      const span =
        group.count === 1
          ? utcTime(group.first)
          : `${utcTime(group.first).slice(0, 8)} to ${utcTime(group.last)}`;
      return `${group.count} × ${inCode(messageOf(group.sample))} in ${quoteLine(group.container, NAME)} (${group.kind}, ${span})`;
    }),
    ...(since < story.openedAt ? [`Since ${utcDateTime(since)}.`] : []),
    ...(story.foundAtStart ? ['Found at start: some of this happened before the monitor ran.'] : []),
    ...(story.notes ?? []).map((note) => quoteLine(besideInWords(note, story), 320)),
    ...(story.gaps.length > 0
      ? [`Not everything was seen: ${counted(story.gaps.length, 'gap')} in the logs.`]
      : []),
  ]
    .join('\n')
    .trim();
}

/** No container that the incident is about is left out, as far as the message has room: those beyond the first by name. */
function where(containers: readonly Counted[], named: number): readonly string[] {
  if (containers.length === 0) return [];
  const first = containers.slice(0, CONTAINERS_SHOWN).map(([name, counts]) => {
    const words = countsInWords(counts);
    return `• ${quoteLine(name, NAME)}${words === '' ? '' : `: ${words}`}`;
  });
  const others = containers.slice(CONTAINERS_SHOWN);
  const names = others.slice(0, named).map(([name]) => quoteLine(name, NAME));
  const rest = others.length - names.length;
  const last = [
    ...(names.length > 0 ? [`also ${names.join(', ')}`] : []),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ].join(' ');
  return ['**Where:**', ...first, ...(last === '' ? [] : [`• ${last}`])];
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
