import { display } from '../text/display.ts';
import { formatDuration } from '../time/duration.ts';
import { cut, table } from './table.ts';
import type { Status } from './status.ts';

/** The width where none is given, in characters. */
const WIDTH = 100;
const LAST = 5;

/**
 * A status for people, who may have been woken for it: problems first, in words; tables after them. Text from logs or
 * labels is cut and cannot leave its line, and no line is longer than `width`.
 */
export function statusText(status: Status, width = WIDTH): string {
  const parts = [facts(status), rules(status, width), containers(status, width), ...lists(status)];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${cut(oneLine(line), width)}\n`).join(''))
    .join('\n');
}

function facts(status: Status): string[] {
  const { at, store, outbox, starts, config } = status;
  const since = (moment: number): string => span(at - moment);
  return [
    `quantum-realtime ${status.version}${status.dryRun ? ' (dry run)' : ''}, process ${status.pid}, up ${since(status.startedAt)}, ` +
      `${Math.round(status.rss / 1_048_576)} MB${starts > 1 ? `, ${starts} starts in 24 h` : ''}`,
    ...sources(status),
    `Reading    ${status.blind === undefined ? '' : `NOT ALL: ${status.blind}; `}${readable(status)} containers, ` +
      `${rate(status.lines.perSecond)} lines/s, ${status.lines.judged} lines judged`,
    ...incidents(status),
    `Healing    ${healing(status)}`,
    `Alerts     ${outbox.channels.length === 0 ? 'no webhook is configured' : outbox.channels.join(', ')}; ` +
      `${outbox.unsent} unsent${outbox.dead === 0 ? '' : `, ${outbox.dead} GIVEN UP`}`,
    ...failing(status).map((line) => `           ${line}`),
    `State      ${store.writable ? `written ${since(store.lastCommit)} ago` : `NOT WRITTEN: ${store.problem ?? 'unknown'}`} (${store.dir})`,
    `Settings   ${config.file ?? 'environment and defaults'}, read ${since(config.loadedAt)} ago`,
  ];
}

/** A line for each channel that has not taken the last message: until when it is left alone, and why. */
function failing({ at, outbox }: Status): string[] {
  const { disabled, failing: all = {} } = outbox;
  return [...new Set([...Object.keys(disabled), ...Object.keys(all)])].map((channel) => {
    const failure = all[channel];
    const next = failure === undefined ? '' : ` in ${span(failure.nextAt - at)}`;
    const why = disabled[channel] ?? failure?.why ?? '';
    return disabled[channel] === undefined
      ? `${channel} has not taken a message, tried again${next}: ${why}`
      : `${channel} is DISABLED, tried again with a new incident or${next === '' ? ' within 15m' : next}: ${why}`;
  });
}

/** A line for each source; with one engine alone it is Docker's. */
function sources({ sources: all, at }: Status): string[] {
  return all.map(({ id, kind, endpoint, state, since, reason }) => {
    const alone = all.length === 1 && kind === 'docker';
    const why = reason === undefined ? '' : `: ${reason}`;
    const where = endpoint === id ? '' : ` (${endpoint})`;
    const is = `${state === 'up' ? 'connected' : state} for ${span(at - since)}${why}${where}`;
    return alone ? `Docker     ${is}` : `Source     ${id} ${is}`;
  });
}

/** `6`, or `5 of 6` where a log driver does not support reading. */
function readable({ containers: all }: Status): string {
  const unreadable = all.filter(({ state }) => state === 'unreadable').length;
  return unreadable === 0 ? String(all.length) : `${all.length - unreadable} of ${all.length}`;
}

function incidents({ incidents: open, at }: Status): string[] {
  if (open.length === 0) return ['Incident   none'];
  return open.flatMap(({ id, state, since, reason, why, next, acknowledged }) => [
    `Incident   ${id}: ${state.toUpperCase()} for ${span(at - since)}${acknowledged ? ', acknowledged' : ''}`,
    `           ${reason}`,
    ...(why === '' || OF_BEFORE.has(state) ? [] : [`           ${why}`]),
    ...(next === undefined ? [] : [`           in ${span(next.at - at)} ${next.what}`]),
  ]);
}

/** States after the start of a heal: the reason for starting it is not shown in them. */
const OF_BEFORE: ReadonlySet<string> = new Set(['healing', 'settling']);

function healing({ heal, pausedUntil, at }: Status): string {
  const { budget, cooldownUntil, running } = heal;
  const said = [
    ...(pausedUntil === undefined ? [] : [`PAUSED for another ${span(pausedUntil - at)}`]),
    ...(running === undefined
      ? []
      : [`RUNNING for ${span(at - running.since)}, ended by force in ${span(running.deadline - at)}`]),
    heal.configured
      ? `${budget.used} of ${budget.limit} heals in ${formatDuration(budget.window)} used`
      : 'no heal is configured',
    ...(cooldownUntil === undefined
      ? []
      : [`none before ${clockTime(cooldownUntil)} (${span(cooldownUntil - at)})`]),
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

function containers({ containers: all, at }: Status, width: number): readonly string[] {
  if (all.length === 0) return ['No container is followed.'];
  const right = true;
  const lines = table(
    [
      { title: 'CONTAINER' },
      { title: 'READING' },
      { title: 'DRIVER', spare: true },
      { title: 'LAST LINE', right },
      { title: 'LAG', right, spare: true },
      { title: 'LINES/S', right },
      { title: 'LINES', right, spare: true },
      { title: 'CRIT', right },
      { title: 'ERR', right },
      { title: 'WARN', right },
      { title: 'RST', right },
    ],
    all.map(({ container, state, driver, lastLineAt, lag, perSecond, lines: count, counts }) => [
      oneLine(container),
      state,
      driver,
      lastLineAt === undefined ? '-' : span(at - lastLineAt),
      lag < 1_000 ? `${Math.round(lag)}ms` : span(lag),
      rate(perSecond),
      String(count),
      String(counts.critical),
      String(counts.error),
      String(counts.warning),
      String(counts.restart),
    ]),
    width,
  );
  const notes = all.flatMap(({ container, reason, warnings }) =>
    [...(reason === undefined ? [] : [reason]), ...warnings].map((note) => `  ! ${container}: ${note}`),
  );
  return [...lines, ...notes];
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
            `  ${container}: ${clockTime(from)} to ${clockTime(to)}: ${reason}`,
        ),
    ),
    titled(
      'RESTARTS',
      restarts
        .slice(-LAST)
        .map(({ at, text, counted }) => `  ${clockTime(at)} ${text}${counted ? '' : ' (not counted)'}`),
    ),
    titled(
      'LAST EFFECTS',
      effects.slice(-LAST).map(({ at, kind, id, ok, detail }) => {
        const end = ok === undefined ? 'under way' : `${ok ? 'done' : 'FAILED'}: ${detail ?? ''}`;
        return `  ${clockTime(at)} ${kind.padEnd(6)} ${id}: ${end}`;
      }),
    ),
  ];
}

/** `14:03:22`, local time. */
function clockTime(moment: number): string {
  return new Date(moment).toTimeString().slice(0, 8);
}

/** Whole seconds, at most two units: `2h13m`. */
function span(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms / 1_000)) * 1_000);
}

function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** Tabs would break the columns. */
function oneLine(text: string): string {
  return display(text).replaceAll('\t', ' ');
}
