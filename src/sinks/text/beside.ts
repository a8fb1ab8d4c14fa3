import type { IncidentSnapshot, Note } from '../../model.ts';
import { formatDuration } from '../../time/duration.ts';

/**
 * What is told beside an incident, in a sentence: `It began 40s after api was recreated from another image (a → b).` for a
 * change of the host before its first evidence, `Beside it: …` for what else was found.
 */
export function besideInWords({ sign, at, text, container }: Note, story: IncidentSnapshot): string {
  const first = firstEvidence(story);
  if (sign !== 'change') return `Beside it: ${text} (${container})`;
  if (at > first) return `Beside it: ${text}`;
  return `It began ${formatDuration(Math.round((first - at) / 1_000) * 1_000)} after ${text}.`;
}

/** When the first of what the incident is about happened; at the latest when it was opened. */
function firstEvidence({ deciding, openedAt }: IncidentSnapshot): number {
  return Math.min(openedAt, ...(deciding?.groups ?? []).map(({ first }) => first));
}
