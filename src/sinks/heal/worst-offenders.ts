import type { Breach, IncidentSnapshot, Share } from '../../model.ts';

/**
 * The containers that caused the breaches, worst first: those of the rules that count each container on its own, and
 * for every other rule the fewest without whose signals the limit would not have been reached. Where that is not
 * known the result is empty, and never all containers.
 */
export function worstOffenders(story: IncidentSnapshot): readonly string[] {
  const counted = story.breaches.filter(({ detail }) => detail === undefined);
  return [...new Set(counted.flatMap((breach) => blamedBy(breach, story)))];
}

function blamedBy(breach: Breach, story: IncidentSnapshot): readonly string[] {
  if (breach.container !== undefined) return [breach.container];
  const shares = (breach.from ?? sharesOf(breach, story))
    .map(({ container, count }) => ({ name: container, share: count }))
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

/** For a story of version 0.1.0, in which nobody noted whose evidence it was: all that counted in the window. */
function sharesOf({ kinds }: Breach, { containers, deciding }: IncidentSnapshot): readonly Share[] {
  if (deciding !== undefined) return [];
  return Object.entries(containers).map(([container, counts]) => ({
    container,
    count: kinds.reduce((sum, kind) => sum + counts[kind], 0),
  }));
}
