import { formatDuration } from '../time/duration.ts';
import type { HealRecord, Kind } from '../model.ts';
import { KINDS } from '../model.ts';
import { besideInWords } from '../sinks/text/beside.ts';
import { counted, localDateTime } from '../text/plain.ts';
import { safeLine } from '../text/safe-text.ts';
import type { IncidentRecord, Told } from '../state/change.ts';
import { cut, table } from './table.ts';

const GROUPS = 10;

/** A list of incidents for people, no line longer than `width`. Moments are local. */
export function incidentList(records: readonly IncidentRecord[], width: number): string {
  if (records.length === 0) return 'No incident is on record.\n';
  const rows = records.map(({ id, openedAt, closedAt, story }) => [
    id,
    localDateTime(openedAt).slice(0, 19),
    closedAt === undefined ? story.state.toUpperCase() : `lasted ${length(closedAt - openedAt)}`,
    counted(story.heals.length, 'heal'),
    oneLine(story.reason),
  ]);
  const columns = ['INCIDENT', 'OPENED', 'STATE', 'HEALS', 'REASON'].map((title) => ({ title }));
  return table(columns, rows, Infinity)
    .map((line) => `${cut(line, width)}\n`)
    .join('');
}

/** So many lines of a heal's output are shown: the last ones. */
const OUTPUT = 10;

/**
 * One incident for people: what, when, which lines, what was done, who was told of it. Log text is redacted and cannot
 * leave its line.
 */
export function incidentText(
  { id, openedAt, closedAt, story }: IncidentRecord,
  told: readonly Told[] = [],
): string {
  const { counts, containers, groups, timeline, heals, gaps, notes = [] } = story;
  const lines = [
    `Incident ${id}: ${closedAt === undefined ? story.state.toUpperCase() : 'closed'}`,
    story.reason,
    `Opened ${localDateTime(openedAt)}${story.foundAtStart ? ' (found at the start of the daemon)' : ''}` +
      (closedAt === undefined
        ? ''
        : `, closed ${localDateTime(closedAt)}, after ${length(closedAt - openedAt)}`),
    `In the window: ${KINDS.map((kind) => kindCounted(counts[kind], kind)).join(', ')}`,
    ...(story.ask === '' ? [] : [story.ask]),
    ...section('Course', [
      ...timeline.map(({ at, from, to, reason }) => `${localDateTime(at)}  ${from} → ${to}: ${reason}`),
    ]),
    ...section('Heals', [
      ...heals.map(({ attempt, started, ended, result, exitCode }) => {
        const took = ended === undefined ? 'not ended' : `took ${length(ended - started)}`;
        return `${localDateTime(started)}  attempt ${attempt}: ${result ?? 'running'}, ${took}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`;
      }),
    ]),
    ...heals.flatMap((heal) => section(`Output of heal ${heal.attempt}`, outputOf(heal, told))),
    ...section('Told', told.map(toldInWords)),
    ...section('Containers', [
      ...Object.entries(containers).map(
        ([name, own]) => `${name}: ${KINDS.map((kind) => kindCounted(own[kind], kind)).join(', ')}`,
      ),
    ]),
    ...section('Messages', [
      ...groups.slice(0, GROUPS).map(({ count, container, sample }) => `${count} × [${container}] ${sample}`),
    ]),
    ...section(
      'Compared with the past',
      notes.map((note) => `${localDateTime(note.at)}  ${besideInWords(note, story)}`),
    ),
    ...section('Lost lines', [
      ...gaps.map(
        ({ container, from, to, reason }) =>
          `${container}: ${localDateTime(from)} to ${localDateTime(to)}: ${reason}`,
      ),
    ]),
  ];
  return lines.map((line) => `${oneLine(line)}\n`).join('');
}

/** The output of a heal: the story has only that of the last one, the messages have that of each. */
function outputOf({ attempt, output }: HealRecord, told: readonly Told[]): readonly string[] {
  const said = output ?? told.find(({ heal }) => heal?.attempt === attempt)?.heal?.output ?? '';
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const cut = lines.length - OUTPUT;
  const more = `(${counted(cut, 'earlier line')} left out: the report and incidents.jsonl have them)`;
  return [...(cut > 0 ? [more] : []), ...lines.slice(-OUTPUT)];
}

function toldInWords({ since, part, heal, channel, state, attempts, detail, nextAt }: Told): string {
  const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
  const why = detail === '' ? '' : `: ${detail}`;
  const what = {
    sent: channel === 'report' ? 'written' : `sent${tries}`,
    dead: `NOT SENT, given up${tries}${why}`,
    pending: attempts === 0 ? 'not sent yet' : `not sent yet, tried again at ${localDateTime(nextAt)}${why}`,
    inflight: `being sent, or not known to have arrived${why}`,
  };
  const message = heal === undefined ? part : `heal ${heal.attempt}`;
  return `${localDateTime(since)}  ${message} to ${channel}: ${what[state]}`;
}

/** `6 critical`, `1 error`: short, since many stand in a line. */
function kindCounted(count: number, kind: Kind): string {
  return kind === 'critical' ? `${count} critical` : counted(count, kind);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function length(ms: number): string {
  return formatDuration(ms < 10_000 ? ms : Math.round(ms / 1_000) * 1_000);
}

/** What is on record may have been written before texts were made safe as they came in. */
function oneLine(text: string): string {
  return safeLine(text).replaceAll('\t', ' ');
}
