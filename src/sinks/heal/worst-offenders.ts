import type { Breach, Counts, IncidentSnapshot } from '../../model.ts';

/**
 * The containers that caused the breaches, worst first: those of the rules that count each container on its own, and
 * for every other rule the fewest without whose signals the limit would not have been reached. Where that is not
 * known the result is empty, and never all containers.
 */
export function worstOffenders(story: IncidentSnapshot): readonly string[] {
  return [...new Set(story.breaches.flatMap((breach) => blamedBy(breach, story)))];
}

function blamedBy(breach: Breach, story: IncidentSnapshot): readonly string[] {
  if (breach.container !== undefined) return [breach.container];
  const shares = Object.entries(story.containers)
    .map(([name, counts]) => ({ name, share: shareOf(breach, counts) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
  let left = shares.reduce((sum, { share }) => sum + share, 0);
  const blamed: string[] = [];
  for (const { name, share } of shares) {
    if (left < breach.limit && blamed.length > 0) break;
    blamed.push(name);
    left -= share;
  }
  return blamed;
}

function shareOf(breach: Breach, counts: Counts): number {
  return breach.kinds.reduce((sum, kind) => sum + counts[kind], 0);
}
