import { formatDuration } from '../../time/duration.ts';
import { countsInWords } from '../../sinks/text/plain-words.ts';
import { type Canvas, clipped } from './canvas.ts';
import type { DemoRun, Performed } from './story.ts';

/** When an hourly poller started with the session would first have looked. */
const POLLED = '2025-12-17T17:06:14.000Z';
const BAR = 20;
const CAUSES = 5;

interface Row {
  readonly at: string;
  readonly style: 'red' | 'yellow' | 'green' | 'dim';
  readonly text: string;
}

/** What happened when, a row each, the clock (UTC) shown where it moves on. */
export function timeline(run: DemoRun, { paint, columns }: Canvas): readonly string[] {
  const rows = rowsOf(run).toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  return rows.map(({ at, style, text }, n) => {
    const clock = at === rows[n - 1]?.at ? ' '.repeat(8) : at.slice(11, 19);
    const shown = clipped(text, columns - 14);
    return `  ${paint('dim', clock)}  ${paint(style, '●')} ${style === 'dim' ? paint('dim', shown) : shown}`;
  });
}

function rowsOf({ replay, performed }: DemoRun): readonly Row[] {
  const transitions = replay.incidents.flatMap((incident) =>
    incident.transitions.map((transition) => ({ ...transition, opening: incident.opening })),
  );
  const reached = transitions.find(({ to }) => to === 'open')?.at;
  const late =
    reached === undefined ? '' : `, ${formatDuration(Date.parse(POLLED) - Date.parse(reached))} later`;
  const restarts = groupsOf(performed).filter(({ kind }) => kind === 'restart');
  return [
    ...restarts.map(({ first, container, sample }): Row => ({
      at: iso(first),
      style: 'yellow',
      text: `${container}: ${sample}`,
    })),
    ...transitions.flatMap(({ at, to, reason, opening }): readonly Row[] => {
      if (to === 'open') return [{ at, style: 'red', text: `${reason}: ${countsInWords(opening)}` }];
      if (to === 'verifying') return [{ at, style: 'dim', text: 'watching whether the heal has helped' }];
      if (to === 'closed') return [{ at, style: 'dim', text: `closed: ${reason}` }];
      return [];
    }),
    ...performed.map(rowOf),
    { at: POLLED, style: 'dim', text: `an hourly poller would have looked for the first time${late}` },
  ];
}

function rowOf({ effect: { at, kind, part, story }, outcome }: Performed): Row {
  const heal = story.heals.at(-1);
  const attempt = `heal ${heal?.attempt ?? 1}`;
  const parts: Readonly<Record<string, string>> = {
    opened: `people are told: ${story.reason}`,
    heal: `people are told: ${attempt} ended, ${heal?.result ?? 'unknown'}`,
    resolved: `people are told: resolved, after ${story.reason}`,
  };
  const alert = parts[part] ?? `people are told: ${part}`;
  const text = { alert, report: `the report has its section "${part}"`, heal: `${attempt} starts` }[kind];
  const style = part === 'resolved' ? 'green' : part === 'opened' ? 'red' : 'yellow';
  return outcome.ok
    ? { at: iso(at), style: kind === 'heal' ? 'yellow' : style, text }
    : { at: iso(at), style: 'red', text: `${text}: ${outcome.detail}` };
}

/** The messages that made up the incident, the most frequent first, with a bar for how often each came. */
export function causes({ performed }: DemoRun, { paint, columns }: Canvas): readonly string[] {
  const alike = Object.groupBy(
    groupsOf(performed),
    ({ container, sample }) => `${container} ${gist(sample)}`,
  );
  const messages = Object.values(alike)
    .flatMap((groups) => {
      const [first] = groups ?? [];
      return first === undefined ? [] : [{ ...first, count: sum(groups ?? []) }];
    })
    .toSorted((a, b) => b.count - a.count);
  const most = messages[0]?.count ?? 1;
  const lines = messages.slice(0, CAUSES).map(({ count, kind, sample, container }) => {
    const bar = '█'.repeat(Math.max(1, Math.round((count / most) * BAR))).padEnd(BAR);
    const name = container.padEnd(18);
    const text = clipped(gist(sample), Math.min(80, columns - BAR - name.length - 13));
    return `  ${paint(kind === 'critical' ? 'red' : 'yellow', bar)} ${String(count).padStart(4)} × ${paint('dim', name)} ${text}`;
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

const sum = (groups: readonly { readonly count: number }[]) =>
  groups.reduce((total, { count }) => total + count, 0);

/** What the newest effect says the incident consists of. */
const groupsOf = (performed: readonly Performed[]) => performed.at(-1)?.effect.story.groups ?? [];

/** A line without the stamps, ids and level that most formats begin with; of a JSON object its message. */
function gist(line: string): string {
  const message = /"msg":"([^"]*)"/.exec(line)?.[1] ?? /\bmsg="([^"]*)"/.exec(line)?.[1];
  return message ?? line.replace(/^[\d:/TZ.,\s-]+(?:UTC )?(?:\[\d+\] |- )?(?:[\w.]+ - )?(?:\w+ - )?/, '');
}

const iso = (at: number) => new Date(at).toISOString();
