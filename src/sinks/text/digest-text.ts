import type { Digest } from '../../learning/digest.ts';
import type { PastMessage } from '../../learning/past.ts';
import { formatDuration } from '../../time/duration.ts';
import { counted, localDateTime, span } from '../../text/plain.ts';
import { messageOf } from './message-of.ts';
import { quoteLine } from './quote.ts';

/** Characters of a line of a message, and of what else comes from outside. */
const SAID = 160;

/** One part of a digest: its title and its rows, never without one. Fit for one line each; not escaped for Markdown. */
export interface DigestPart {
  readonly title: string;
  readonly rows: readonly string[];
}

/** The whole digest in a sentence or two, for the message. */
export function digestHeadline({ week, incidents, found, undelivered, blind, health }: Digest): string {
  const open = incidents.filter(({ resolvedAt }) => resolvedAt === undefined).length;
  return [
    `Week ${week.name}: health ${health.score} of 100`,
    `${counted(incidents.length, 'incident')}${open > 0 ? ` (${open} still open)` : ''}`,
    counted(
      incidents.reduce((sum, { heals }) => sum + heals, 0),
      'heal',
    ),
    counted(found.appeared, 'new error'),
    `blind for ${blind === 0 ? '0s' : span(blind)}`,
    `${counted(undelivered.length, 'message')} not delivered`,
  ].join(', ');
}

/** The digest as lists of lines, moments in local time. */
export function digestParts(digest: Digest): readonly DigestPart[] {
  const { health, incidents, appeared, gone, found, trend, blind, undelivered, changes, isFirst } = digest;
  return [
    {
      title: `Health: ${health.score} of 100`,
      rows: health.parts.map(
        ({ what, off, most }) => `${what}: ${off === 0 ? 'nothing' : `${off} of ${most}`} off`,
      ),
    },
    {
      title: 'Incidents',
      rows: rowsOr(incidents, 'none', ({ openedAt, resolvedAt, reason, heals, helped, escalated }) => {
        const lasted = resolvedAt === undefined ? 'not resolved' : `lasted ${span(resolvedAt - openedAt)}`;
        const healed =
          heals === 0 ? 'no heal' : `${counted(heals, 'heal')}, ${helped === 0 ? 'none' : helped} helped`;
        const called = escalated ? ', a person was called' : '';
        return `${localDateTime(openedAt)}: ${quoteLine(reason, SAID)}; ${lasted}, ${healed}${called}`;
      }),
    },
    ...(isFirst
      ? [{ title: 'New and gone', rows: ['not known: the history does not reach to the week before'] }]
      : [
          { title: 'New errors', rows: messageRows(appeared, found.appeared) },
          { title: 'Gone since the week before', rows: messageRows(gone, found.gone) },
        ]),
    {
      title: 'Errors and criticals, against the week before',
      rows: rowsOr(trend, 'none', ({ container, count, before }) => {
        const name = quoteLine(container, SAID);
        return isFirst ? `${name}: ${count}` : `${name}: ${count} (${before} before)`;
      }),
    },
    { title: 'Not seen', rows: [blind === 0 ? 'everything was read' : `blind for ${formatDuration(blind)}`] },
    {
      title: 'Messages not delivered',
      rows: rowsOr(undelivered, 'none', ({ at, text }) => `${localDateTime(at)}: ${quoteLine(text, SAID)}`),
    },
    {
      title: 'Changes of the host',
      rows: rowsOr(
        changes.slice(-CHANGES),
        'none',
        ({ at, text }) => `${localDateTime(at)}: ${quoteLine(text, SAID)}`,
      ),
    },
  ];
}

/** Most changes that are told, the latest. */
const CHANGES = 20;

function rowsOr<T>(items: readonly T[], none: string, row: (item: T) => string): readonly string[] {
  return items.length === 0 ? [none] : items.map(row);
}

function messageRows(told: readonly PastMessage[], all: number): readonly string[] {
  const more = all > told.length ? [`and ${all - told.length} more`] : [];
  return [...rowsOr(told, 'none', messageRow), ...more];
}

function messageRow({ container, sample, count, total, first }: PastMessage): string {
  const times = count > 0 ? count : total;
  return `${times} × ${quoteLine(messageOf(sample), SAID)} in ${quoteLine(container, SAID)}, first ${localDateTime(first)}`;
}
