import { formatDuration } from '../../duration.ts';
import { KINDS, type Counts, type Kind } from '../../model.ts';
import type { ReplayedIncident } from '../../replay-journal.ts';
import type { ReplayResult } from '../../replay-session.ts';

/** A replay's result as people read it: the totals, then every incident as a timeline of what would have been done. */
export function replayStory(result: ReplayResult): string {
  const out = [
    `${result.lines} lines, ${result.entries} entries, ${result.containers} containers, ${formatDuration(result.span * 1_000)} of events`,
    `${inWords(result.counts)} in all`,
    ...result.gaps.map((gap) => `gap in ${gap.container} from ${gap.from} to ${gap.to}: ${gap.reason}`),
    '',
    ...(result.incidents.length === 0
      ? ['No incident.']
      : result.incidents.flatMap((incident) => tell(incident, result))),
    ...result.assumptions.map((assumption) => `Assumed: ${assumption}.`),
  ];
  return `${out.join('\n')}\n`;
}

function tell(incident: ReplayedIncident, { effects }: ReplayResult): string[] {
  const { transitions } = incident;
  const moments = [
    ...transitions.map(({ at, from, to, reason }) => ({ at, text: `${from} → ${to}: ${reason}` })),
    ...effects
      .filter(({ id }) => id.startsWith(`${incident.id}:`))
      .map(({ at, kind, text }) => ({ at, text: `${kind}: ${text.split('\n')[0] ?? ''}` })),
  ];
  moments.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  return [
    `Incident ${incident.id}: ${incident.state}`,
    `  ${incident.reason}`,
    ...moments.map(({ at, text }) => `  ${at.slice(11, 23)}  ${text}`),
    '',
  ];
}

const PLURALS: Readonly<Record<Kind, string>> = {
  critical: 'critical',
  error: 'errors',
  warning: 'warnings',
  restart: 'restarts',
};

function inWords(counts: Counts): string {
  return KINDS.map((kind) => `${counts[kind]} ${PLURALS[kind]}`).join(', ');
}
