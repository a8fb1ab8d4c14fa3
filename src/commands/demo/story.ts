import type { Effect, Outcome } from '../../model.ts';
import type { ReplayResult } from '../../replay/replay-result.ts';
import { counted } from '../../text/plain.ts';
import type { Received } from './discord-stand-in.ts';

/** An effect that was performed for real, its outcome, and how many milliseconds of the present it took. */
export interface Performed {
  readonly effect: Effect;
  readonly outcome: Outcome;
  readonly took: number;
}

/** The results of a demo. `report` is the text of the report file. */
export interface DemoRun {
  readonly replay: ReplayResult;
  readonly performed: readonly Performed[];
  readonly received: readonly Received[];
  readonly report: string;
}

/** The story of the shipped session, assuming that its heal is ok after 30 seconds. */
export const REFERENCE: readonly string[] = [
  '8 containers: 353 critical events, 482 errors, 10 warnings, 1 restart',
  '16:18:07.250 limit reached',
  '16:18:10.250 alert opened: 21 critical events (threshold: 5); 54 errors (threshold: 50)',
  '16:18:10.250 report opened',
  '16:18:10.250 heal 1 starts',
  '16:18:40.250 alert heal',
  '16:18:40.250 report heal',
  '16:29:40.250 alert resolved',
  '16:29:40.250 report resolved: 353 critical events (threshold: 5); 482 errors (threshold: 50), 10 warnings, 1 restart',
  '16:59:40.250 closed',
  '1 incident, 1 heal (exit code 0)',
  'message: 🚨 **Quantum Trader - Auto-Heal Triggered**',
  'message: ✅ Auto-heal completed successfully',
  'message: ✅ **Quantum Trader - Resolved**',
  'report sections: opened, heal:1, resolved:1',
];

/** The story of a demo in lines that can be compared with the reference; effects that failed say so. */
export function storyOf({ replay, performed, received, report }: DemoRun): readonly string[] {
  const { counts, incidents } = replay;
  const transitions = incidents.flatMap((incident) => incident.transitions);
  const moments = (to: string, text: string) =>
    transitions.filter((transition) => transition.to === to).map(({ at }) => `${at.slice(11, 23)} ${text}`);
  const heals = performed.filter(({ effect }) => effect.kind === 'heal');
  const codes = heals.map(({ outcome }) => `exit code ${outcome.exitCode ?? 'none'}`);
  const posts = received.filter(({ method }) => method === 'POST');
  const sections = [...report.matchAll(/^<!-- incident:[^:\s]+:(\S+) -->$/gm)].map(([, part]) => part);
  return [
    `${replay.containers} containers: ${counted(counts.critical, 'critical event')}, ${counted(counts.error, 'error')}, ${rest(counts)}`,
    ...moments('open', 'limit reached'),
    ...performed.map(tell),
    ...moments('closed', 'closed'),
    `${counted(incidents.length, 'incident')}, ${counted(heals.length, 'heal')} (${codes.join(', ')})`,
    ...posts.map(({ content }) => `message: ${content.split('\n')[0] ?? ''}`),
    `report sections: ${sections.join(', ')}`,
  ];
}

/** In words, where a story first leaves another; undefined if it does not. */
export function firstDifference(story: readonly string[], reference: readonly string[]): string | undefined {
  const at = reference.findIndex((line, n) => line !== story[n]);
  if (at < 0 && story.length <= reference.length) return undefined;
  const place = at < 0 ? reference.length : at;
  return `expected "${reference[place] ?? 'nothing more'}", found "${story[place] ?? 'nothing more'}"`;
}

function tell({ effect, outcome }: Performed): string {
  const { kind, part, story } = effect;
  const what = kind === 'heal' ? `heal ${story.heals.at(-1)?.attempt ?? 0} starts` : `${kind} ${part}`;
  const told =
    kind === 'alert' && part === 'opened'
      ? `: ${story.reason}`
      : kind === 'report' && part === 'resolved'
        ? `: ${story.reason}, ${rest(story.counts)}`
        : '';
  const failure = outcome.ok ? '' : ` (${outcome.detail})`;
  return `${new Date(effect.at).toISOString().slice(11, 23)} ${what}${told}${failure}`;
}

const rest = ({ warning, restart }: { readonly warning: number; readonly restart: number }) =>
  `${counted(warning, 'warning')}, ${counted(restart, 'restart')}`;
