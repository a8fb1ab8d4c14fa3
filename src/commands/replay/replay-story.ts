import { formatDuration } from '../../time/duration.ts';
import type { Counts } from '../../model.ts';
import type { ReplayedIncident } from '../../replay/replay-result.ts';
import type { ReplayResult } from '../../replay/replay-result.ts';
import { counted } from '../../text/plain.ts';

/** A replay's result as people read it: the totals, then every incident as a timeline of what would have been done. */
export function replayStory(result: ReplayResult): string {
  const { lines, entries, containers, counts, began, span } = result;
  const out = [
    [
      counted(lines, 'line'),
      entries === 1 ? '1 entry' : `${entries} entries`,
      counted(containers, 'container'),
      `${formatDuration(span * 1_000)} of events${began === null ? '' : ` from ${dateTime(began)} UTC on`}`,
    ].join(', '),
    `${inWords(counts)} in all`,
    ...result.gaps.map(
      ({ container, from, to, reason }) =>
        `gap in ${container} from ${dateTime(from)} to ${dateTime(to)}: ${reason}`,
    ),
    ...(result.notes ?? []).map(
      ({ at, container, sign, text }) =>
        `${dateTime(at)} ${sign}${container === '' ? '' : ` in ${container}`}: ${text}`,
    ),
    '',
    ...(result.incidents.length === 0
      ? ['No incident.']
      : result.incidents.flatMap((incident) => tell(incident, result))),
    ...result.assumptions.map((assumption) => `Assumed: ${assumption}.`),
    ...left(result.skipped.length),
  ];
  return `${out.join('\n')}\n`;
}

/** The day stands at its first moment only. */
function tell(incident: ReplayedIncident, { effects }: ReplayResult): string[] {
  const { transitions } = incident;
  const moments = [
    ...transitions.map(({ at, from, to, reason }) => ({ at, text: `${from} → ${to}: ${reason}` })),
    ...effects
      .filter(({ id }) => id.startsWith(`${incident.id}:`))
      .map(({ at, kind, text }) => ({ at, text: `${kind}: ${headOf(text, incident.id)}` })),
  ].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  let day = '';
  const timeline = moments.map(({ at, text }) => {
    const date = at.slice(0, 10);
    const shown = date === day ? ''.padEnd(date.length) : date;
    day = date;
    return `  ${shown} ${at.slice(11, 23)}  ${text}`;
  });
  return [`Incident ${incident.id}: ${incident.state}`, `  ${incident.reason}`, ...timeline, ''];
}

function left(files: number): string[] {
  return files === 0
    ? []
    : [`Left out, or read in part: ${counted(files, 'file')}, named on standard error.`];
}

/** The first line without Markdown, and without the name of the incident that it stands under. */
function headOf(text: string, incident: string): string {
  const [line = ''] = text.split('\n');
  return line.replaceAll('**', '').replace(` of incident ${incident}`, '');
}

function inWords({ critical, error, warning, restart }: Counts): string {
  return [
    `${critical} critical`,
    counted(error, 'error'),
    counted(warning, 'warning'),
    counted(restart, 'restart'),
  ].join(', ');
}

/** `2025-12-17 16:18:07` of an ISO moment. */
function dateTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
