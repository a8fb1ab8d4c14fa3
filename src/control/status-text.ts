import { countsInWords } from '../sinks/text/plain-words.ts';
import { display } from '../text/display.ts';
import { apart, counted, localTime, span, upcoming } from '../text/plain.ts';
import { formatDuration } from '../time/duration.ts';
import { channelLines } from './channel-lines.ts';
import { table, wrap } from './table.ts';
import type { Status } from './status.ts';

/** The width where none is given, in characters. */
const WIDTH = 100;
/** What the lines at the top begin with takes so many characters. */
const LABEL = 11;
const LAST = 5;

/**
 * A status for people, who may have been woken for it: problems first, in words; tables after them. Text from logs or
 * labels cannot leave its place; a line longer than `width` is continued on the next one, and cut after a few.
 */
export function statusText(status: Status, width = WIDTH): string {
  const parts = [facts(status), rules(status, width), containers(status, width), ...lists(status)];
  const fitted = (lines: readonly string[], indent: number): string =>
    lines.flatMap((line) => wrap(oneLine(line), width, indent).map((one) => `${one}\n`)).join('');
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines, index) => fitted(lines, index === 0 ? LABEL : 4))
    .join('\n');
}

function facts(status: Status): string[] {
  const { at, store, outbox, starts, config } = status;
  const since = (moment: number): string => span(at - moment);
  return [
    `quantum-realtime ${status.version}${status.dryRun ? ' (dry run)' : ''}, process ${status.pid}, up ${since(status.startedAt)}, ` +
      `${Math.round(status.rss / 1_048_576)} MB${starts > 1 ? `, ${starts} starts in 24 h` : ''}`,
    ...sources(status),
    `Reading    ${status.blind === undefined ? '' : `NOT ALL: ${status.blind}; `}${readable(status)}, ` +
      `${rate(status.lines.perSecond)} lines/s, ${counted(status.lines.judged, 'line')} judged`,
    ...incidents(status),
    `Healing    ${healing(status)}`,
    `Alerts     ${outbox.channels.length === 0 ? 'no webhook is configured' : outbox.channels.join(', ')}; ` +
      `${outbox.unsent} unsent${outbox.dead === 0 ? '' : `, ${outbox.dead} GIVEN UP`}`,
    ...channelLines(status).map((line) => `           ${line}`),
    `State      ${store.writable ? `written ${since(store.lastCommit)} ago` : `NOT WRITTEN: ${store.problem ?? 'unknown'}`} (${store.dir})`,
    `Settings   ${config.file ?? 'environment and defaults'}, read ${since(config.loadedAt)} ago`,
  ];
}

/** A line for each source; with one engine alone it is Docker's. */
function sources({ sources: all, at }: Status): string[] {
  return all.flatMap(({ id, kind, endpoint, state, since, reason, offset = 0 }) => {
    const alone = all.length === 1 && kind === 'docker';
    const why = reason === undefined ? '' : `: ${reason}`;
    const where = endpoint === id ? '' : ` (${endpoint})`;
    const is = `${state === 'up' ? 'connected' : state} for ${span(at - since)}${why}${where}`;
    return [
      alone ? `Docker     ${is}` : `Source     ${id} ${is}`,
      ...(Math.abs(offset) < SAME ? [] : [`           its clock is ${apart(offset)} ours`]),
    ];
  });
}

/** Clocks that differ by less than this show the same time to people, in milliseconds. */
const SAME = 2_000;

/** `6 containers`, or `5 of 6 containers` where a log driver does not support reading. */
function readable({ containers: all }: Status): string {
  const unreadable = all.filter(({ state }) => state === 'unreadable').length;
  return `${unreadable === 0 ? '' : `${all.length - unreadable} of `}${counted(all.length, 'container')}`;
}

function incidents({ incidents: open, window, at }: Status): string[] {
  if (open.length === 0) return ['Incident   none'];
  const now = countsInWords(window.counts);
  const present = now === '' ? [] : [`           in the last ${formatDuration(window.length)} now: ${now}`];
  const told = open.flatMap(({ id, state, since, reason, why, next, acknowledged, unheard }) => [
    `Incident   ${id}: ${state.toUpperCase()} for ${span(at - since)}${acknowledged ? ', acknowledged' : ''}`,
    `           ${reason}`,
    ...(unheard === undefined ? [] : [`           TOLD TO NOBODY: ${unheard}`]),
    ...(why === '' || !UNDECIDED.has(state) ? [] : [`           ${why}`]),
    ...(next === undefined ? [] : [`           ${upcoming(next.at, at)}: ${next.what}`]),
  ]);
  return [...told, ...present];
}

/** States that the reason of the last decision explains; in all others it is a thing of the past. */
const UNDECIDED: ReadonlySet<string> = new Set(['open', 'queued', 'cooldown', 'escalated']);

function healing({ heal, pausedUntil, at }: Status): string {
  const { budget, cooldownUntil, running } = heal;
  const said = [
    ...(pausedUntil === undefined ? [] : [`PAUSED for another ${span(pausedUntil - at)}`]),
    ...(running === undefined
      ? []
      : [`RUNNING for ${span(at - running.since)}, ended by force at ${upcoming(running.deadline, at)}`]),
    heal.configured
      ? `${budget.used} of ${counted(budget.limit, 'heal')} in ${formatDuration(budget.window)} used`
      : 'no heal is configured',
    ...(cooldownUntil === undefined ? [] : [`none before ${upcoming(cooldownUntil, at)}`]),
  ];
  return said.join('; ');
}

function rules({ rules: all, window }: Status, width: number): readonly string[] {
  const title = `IN ${formatDuration(window.length).toUpperCase()}`;
  return table(
    [
      { title: 'LIMIT ON' },
      { title, right: true },
      { title: 'DECIDING', right: true },
      { title: 'LIMIT', right: true },
    ],
    [
      ...all.map(({ rule, container, inWindow, deciding, limit }) => [
        `${rule}${container === undefined ? '' : ` of ${container}`}${deciding >= limit ? ' (reached)' : ''}`,
        String(inWindow),
        String(deciding),
        String(limit),
      ]),
      ['warnings', String(window.counts.warning), '', 'none'],
    ],
    width,
  );
}

function containers({ containers: all, window, at }: Status, width: number): readonly string[] {
  const others = uncounted(window.counts, all);
  if (all.length === 0 && others === undefined) return ['No container is followed.'];
  const right = true;
  const lines = table(
    [
      { title: 'CONTAINER' },
      { title: 'READING' },
      { title: 'DRIVER', spare: 3 },
      { title: 'LAST LINE', right, spare: 1 },
      { title: 'LAG', right, spare: 4 },
      { title: 'LINES/S', right, spare: 2 },
      { title: 'LINES', right, spare: 5 },
      { title: 'CRIT', right },
      { title: 'ERR', right },
      { title: 'WARN', right },
      { title: 'RST', right },
    ],
    [
      ...all.map((one) => [
        oneLine(one.container),
        reading(one),
        one.driver,
        one.lastLineAt === undefined ? '-' : span(at - one.lastLineAt),
        one.lag < 1_000 ? `${Math.round(one.lag)}ms` : span(one.lag),
        rate(one.perSecond),
        String(one.lines),
        ...cells(one.counts),
      ]),
      ...(others === undefined ? [] : [['(gone)', '-', '-', '-', '-', '-', '-', ...cells(others)]]),
    ],
    width,
  );
  const notes = all.flatMap(({ container, reason, warnings }) =>
    [...(reason === undefined ? [] : [reason]), ...warnings].map((note) => `  ! ${container}: ${note}`),
  );
  return [...lines, ...notes];
}

/** How its log is read, or what is wrong with the container itself. */
function reading({ state, unhealthy, exitCode }: Status['containers'][number]): string {
  if (state === 'stopped' && exitCode !== undefined) return `exited ${exitCode}`;
  return state === 'following' && unhealthy === true ? 'unhealthy' : state;
}

type Counts = Status['window']['counts'];

function cells({ critical, error, warning, restart }: Counts): readonly string[] {
  return [critical, error, warning, restart].map(String);
}

/** What the window holds of containers that have no row any more; undefined if that is nothing. */
function uncounted(total: Counts, all: Status['containers']): Counts | undefined {
  const rows = new Map(all.map(({ container, counts }) => [container, counts]));
  const rest = (kind: keyof Counts): number =>
    [...rows.values()].reduce((left, counts) => left - counts[kind], total[kind]);
  const others = {
    critical: rest('critical'),
    error: rest('error'),
    warning: rest('warning'),
    restart: rest('restart'),
  };
  return Object.values(others).some((count) => count > 0) ? others : undefined;
}

function lists({ gaps, effects, restarts }: Status): readonly (readonly string[])[] {
  const titled = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [title, ...lines];
  return [
    titled(
      'LOST LINES',
      gaps
        .slice(-LAST)
        .map(
          ({ container, from, to, reason }) =>
            `  ${container}: ${localTime(from)} to ${localTime(to)}: ${reason}`,
        ),
    ),
    titled(
      'RESTARTS',
      restarts
        .slice(-LAST)
        .map(
          ({ at, container, text, counted }) =>
            `  ${localTime(at)} ${container}: ${text}${counted ? '' : ' (not counted)'}`,
        ),
    ),
    titled(
      'LAST EFFECTS',
      effects.slice(-LAST).map(({ at, kind, id, ok, detail }) => {
        const word = ok === false ? 'FAILED' : NOT_DONE.has(detail ?? '') ? 'not done' : 'done';
        const end = ok === undefined ? 'under way' : `${word}: ${detail ?? ''}`;
        return `  ${localTime(at)} ${kind.padEnd(6)} ${id}: ${end}`;
      }),
    ),
  ];
}

/** What became of effects for which nothing had to be done, or nothing might be: their outcome is no failure either. */
const NOT_DONE: ReadonlySet<string> = new Set(['no channel is configured', 'dry run']);

function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** Tabs would break the columns. */
function oneLine(text: string): string {
  return display(text).replaceAll('\t', ' ');
}
