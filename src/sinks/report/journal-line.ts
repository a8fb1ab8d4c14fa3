import type { Effect } from '../../model.ts';
import { worstGroups } from '../text/plain-words.ts';
import { quoteLine, quoteLines } from '../text/quote.ts';

const GROUPS = 50;

/** One incident event as one line of JSON, its id first. Times are ISO 8601 in UTC; quoted text is masked. */
export function journalLine(effect: Effect): string {
  const { story } = effect;
  return JSON.stringify({
    id: effect.id,
    at: iso(effect.at),
    incident: story.incident,
    part: effect.part,
    key: story.key,
    state: story.state,
    openedAt: iso(story.openedAt),
    reason: story.reason,
    breaches: story.breaches,
    counts: story.counts,
    containers: story.containers,
    groups: worstGroups(story)
      .slice(0, GROUPS)
      .map(({ kind, container, count, first, last, sample }) => ({
        ...{ kind, container, count, first: iso(first), last: iso(last) },
        sample: quoteLine(sample),
      })),
    heals: story.heals.map((heal) => ({
      ...heal,
      started: iso(heal.started),
      ...(heal.ended === undefined ? {} : { ended: iso(heal.ended) }),
      ...(heal.output === undefined ? {} : { output: quoteLines(heal.output).join('\n') }),
    })),
    timeline: story.timeline.map((step) => ({ ...step, at: iso(step.at) })),
    gaps: story.gaps.map(({ container, from, to, reason }) => ({
      container,
      from: iso(from),
      to: iso(to),
      reason,
    })),
    foundAtStart: story.foundAtStart,
    ask: story.ask,
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
