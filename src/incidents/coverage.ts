import { type Coverage, HOST } from '../model.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident, SourceWatch, Watch } from './state.ts';

/** What has to be read for something to be known: sources, and the logs of containers by identity. */
export interface Dependencies {
  readonly sources: readonly string[];
  readonly containers: readonly string[];
}

/**
 * Everything that an incident depends on: what its deciding evidence and the states of its expected containers are
 * read from, and `HOST`, which is blind while the whole host is silent.
 */
export function dependenciesOf(state: CoreState, { sources, subjects, expected }: Incident): Dependencies {
  const ofExpected = expected.flatMap((name) =>
    Object.hasOwn(state.presence, name) ? (state.presence[name]?.source ?? []) : [],
  );
  return {
    sources: [...new Set([HOST, ...sources, ...ofExpected])],
    containers: [...new Set([...subjects, ...expected])],
  };
}

/** What one signal depends on. */
export function dependenciesOn(source: string, container: string): Dependencies {
  return { sources: [HOST, source], containers: [container] };
}

/** Whether something of these has not been read for longer than `blindAfter`. */
export function isBlind(state: CoreState, needed: Dependencies, policy: Policy): boolean {
  return isLong(blindSince(state, needed), state.now, policy);
}

/** Since when something of these is not read, epoch milliseconds; undefined while all are. */
export function blindSince(state: CoreState, needed: Dependencies): number | undefined {
  let earliest: number | undefined;
  for (const { blindSince: since } of watchesOf(state, needed))
    if (since !== undefined && (earliest === undefined || since < earliest)) earliest = since;
  return earliest;
}

/** Since when all of these have been read without a break. */
export function observedSince(state: CoreState, needed: Dependencies): number {
  let latest = state.observedSince;
  for (const watch of watchesOf(state, needed)) latest = Math.max(latest, watch.observedSince);
  return latest;
}

/** What of these is not read, for people; empty while all are. */
export function blindReason({ coverage }: CoreState, needed: Dependencies): string {
  const reasons = needed.sources.flatMap((source) => {
    const watch = watchOf(coverage, source);
    const isMissing =
      watch !== undefined &&
      (watch.blindSince !== undefined ||
        needed.containers.some((name) => containerWatch(watch, name)?.blindSince !== undefined));
    return isMissing ? [watch.reason] : [];
  });
  return reasons.join('; ');
}

/**
 * The state with what is known of a source. Only an interruption longer than `blindAfter` restarts the quiet clock of what
 * was not read. A container that is still not read once its source is again has not been read for as long as the source.
 */
export function applyCoverage(state: CoreState, fact: Coverage, policy: Policy): CoreState {
  const known = watchOf(state.coverage, fact.source) ?? {
    observedSince: state.observedSince,
    reason: '',
    containers: {},
  };
  const watch: SourceWatch = fact.blind
    ? {
        ...known,
        blindSince: known.blindSince ?? Math.min(fact.at, state.now),
        reason: fact.reason,
      }
    : {
        ...seenAgain(known, state.now, policy),
        reason: fact.reason,
        containers: containersOf(known, fact, state.now, policy),
      };
  return { ...state, coverage: { ...state.coverage, [fact.source]: watch } };
}

function containersOf(
  known: SourceWatch,
  fact: Coverage,
  now: number,
  policy: Policy,
): Readonly<Record<string, Watch>> {
  const unread = new Set(fact.unread);
  const since = known.blindSince ?? Math.min(fact.at, now);
  const seen = Object.entries(known.containers)
    .filter(([name]) => !unread.has(name))
    .map(([name, watch]): [string, Watch] => [name, seenAgain(watch, now, policy)])
    .filter(([, watch]) => watch.observedSince > now - policy.longestWindow);
  const missing = [...unread].map((name): [string, Watch] => {
    const before = containerWatch(known, name);
    return [
      name,
      {
        observedSince: before?.observedSince ?? known.observedSince,
        blindSince: before?.blindSince ?? since,
      },
    ];
  });
  return Object.fromEntries([...seen, ...missing]);
}

function seenAgain({ blindSince: since, observedSince: before }: Watch, now: number, policy: Policy): Watch {
  return { observedSince: isLong(since, now, policy) ? now : before };
}

/** Whether an interruption since then is longer than `blindAfter`. */
function isLong(since: number | undefined, now: number, { incident }: Policy): boolean {
  return since !== undefined && now - since > incident.blindAfter;
}

function watchOf(coverage: CoreState['coverage'], source: string): SourceWatch | undefined {
  return Object.hasOwn(coverage, source) ? coverage[source] : undefined;
}

/** A container may be named as something that every object inherits. */
function containerWatch({ containers }: SourceWatch, name: string): Watch | undefined {
  return Object.hasOwn(containers, name) ? containers[name] : undefined;
}

function* watchesOf({ coverage }: CoreState, { sources, containers }: Dependencies): Generator<Watch> {
  for (const source of sources) {
    const watch = watchOf(coverage, source);
    if (watch === undefined) continue;
    yield watch;
    for (const container of containers) {
      const own = containerWatch(watch, container);
      if (own !== undefined) yield own;
    }
  }
}
