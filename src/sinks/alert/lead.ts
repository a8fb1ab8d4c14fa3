import type { Group, HealRecord, IncidentSnapshot, NotificationType } from '../../model.ts';
import { counted } from '../../text/plain.ts';
import { formatDuration } from '../../time/duration.ts';
import { messageOf } from '../text/message-of.ts';
import { countsInWords, openingOf, subjectGroups, subjectsOf } from '../text/plain-words.ts';
import { quoteLine } from '../text/quote.ts';

/** Characters of a message that a phone shows before it is opened. */
const LOCK_SCREEN = 120;

/** Of those, what the beginning of the sentence takes that says whether its reader must act. */
const ACT = 20;

/** The least that is left of what is wrong, however long the line before it. */
const LEAST = 24;

/** Characters of a container's name, so that what it says has room, too. */
const NAME = 28;

/**
 * The line of a message that says where and what, short enough that a lock screen shows it whole, and with it the
 * beginning of what its reader has to do. `above` is the line before it, if there is one.
 */
export function leadLine(story: IncidentSnapshot, above = ''): string {
  const room = Math.max(LEAST, LOCK_SCREEN - above.length - ACT);
  return cut(`${whereOf(story)}${whatOf(story)}`, room);
}

/**
 * The first line of a message in plain style, without emphasis: where, what, and what has become of it. `name` is that of
 * the host or the product.
 */
export function plainTitle(part: NotificationType, story: IncidentSnapshot, name: string): string {
  const kind = openingOf(story);
  const where = kind === 'limit' ? `${subject(story)} on ${name}` : name;
  const open = formatDuration(story.at - story.openedAt);
  const line = (begin: string, end = ''): string => {
    const room = LOCK_SCREEN - ACT - begin.length - end.length;
    return begin + cut(whatOf(story), Math.max(LEAST, room)) + end;
  };
  switch (part) {
    case 'opened':
      return line(`${SIGNS[kind]} ${where}: `, kind === 'limit' ? countOf(story) : '');
    case 'heal':
      return `${story.heals.at(-1)?.result === 'ok' ? '🔧' : '❌'} ${where}: ${healEnd(story.heals.at(-1))}`;
    case 'news':
      return line(`📣 ${where}: new in an open incident: `);
    case 'reopened':
      return line(`🔁 ${where}: back again: `);
    case 'escalated':
      return line(`🆘 ${where}: `);
    case 'reminder':
      return line(`⏰ ${where}: still open after ${open}: `);
    case 'resolved':
      return `✅ ${where}: resolved after ${open}`;
    case 'note':
      return `ℹ️ ${name} - ${story.timeline.at(-1)?.reason ?? story.reason}`;
  }
}

/** By what an opening is told at first sight. */
export const SIGNS = { limit: '🚨', state: '🔻', storage: '💾', clock: '🕰️', silence: '🔇' } as const;

/** How a heal has ended, in a few words. */
function healEnd(heal: HealRecord | undefined): string {
  const code = heal?.exitCode === undefined ? '' : ` (exit code ${heal.exitCode})`;
  const attempt = `heal ${heal?.attempt ?? 1}`;
  switch (heal?.result) {
    case 'ok':
      return `${attempt} ended well${code}`;
    case 'failed':
      return `${attempt} failed${code}`;
    case 'timeout':
      return `${attempt} ran out of time and was ended`;
    case 'broken':
      return `${attempt} could not be run`;
    case 'dry-run':
      return `${attempt} was a dry run: nothing was changed`;
    case 'unknown':
    case undefined:
      return `${attempt} was interrupted`;
  }
}

/** `shop_db: `, or nothing where what is wrong names it, or the host as a whole is silent. */
function whereOf(story: IncidentSnapshot): string {
  return openingOf(story) === 'limit' ? `${subject(story)}: ` : '';
}

/** The container that the incident is about, and how many others. */
function subject(story: IncidentSnapshot): string {
  const [first, ...others] = subjectsOf(story);
  if (first === undefined) return 'this host';
  const name = cut(first[0], NAME);
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

/** The most telling message of that container, without the word for its level. */
function whatOf(story: IncidentSnapshot): string {
  if (openingOf(story) !== 'limit') return story.reason;
  const [first] = subjectsOf(story);
  const groups = subjectGroups(story);
  const group = groups.find(({ container }) => container === first?.[0]) ?? groups[0];
  if (group !== undefined) return bare(group);
  const words = first === undefined ? '' : countsInWords(first[1]);
  return words === '' ? story.reason : words;
}

function bare({ sample }: Group): string {
  const text = messageOf(sample);
  return text.replace(/^(?:FATAL|CRITICAL|PANIC|EMERG|ERROR|ERR|WARN(?:ING)?)\s*[:\]]\s*/i, '') || text;
}

/** ` (7 critical, limit 5)`, where one limit was reached. */
function countOf({ breaches }: IncidentSnapshot): string {
  const [breach, ...others] = breaches;
  if (breach === undefined || others.length > 0 || breach.kinds.length === 0) return '';
  const [kind = 'critical'] = breach.kinds;
  const what = kind === 'critical' ? `${breach.count} critical` : counted(breach.count, kind);
  return ` (${breach.kinds.length === 1 ? what : breach.count}, limit ${breach.limit})`;
}

function cut(text: string, limit: number): string {
  const points = Array.from(quoteLine(text, 400));
  return points.length <= limit ? points.join('') : `${points.slice(0, limit - 1).join('')}…`;
}
