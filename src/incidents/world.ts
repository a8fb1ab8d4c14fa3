import type { ContainerStatus, Gap } from '../model.ts';
import { marksOf } from './marks.ts';
import { containerMatches } from './rules.ts';
import type { Policy } from './policy.ts';
import { nextDeadline } from './state.ts';
import type { CoreState, Incident, Presence } from './state.ts';

/**
 * The state at `now` if a deadline should have fired longer than `blindAfter` ago: the process stood still and
 * observed nothing meanwhile, so that the time observed begins anew before the deadline fires. Otherwise the same
 * state.
 */
export function caughtUp(state: CoreState, now: number, { incident }: Policy): CoreState {
  const due = nextDeadline(state);
  if (due === undefined || now - Math.max(due, state.now) <= incident.blindAfter) return state;
  return { ...state, now, observedSince: now };
}

/** The state with a gap kept for later messages: those of the last window, at most 50. */
export function keepGap(state: CoreState, gap: Gap, { config }: Policy): CoreState {
  const recent = state.gaps.filter(({ to }) => to > state.now - config.window);
  return { ...state, gaps: [...recent, gap].slice(-50) };
}

/** The state with a container's status. */
export function applyContainerStatus(
  state: CoreState,
  status: ContainerStatus,
  { incident }: Policy,
): CoreState {
  const known = presenceOf(state, status.container);
  const others = Object.entries(known?.instances ?? {}).filter(([id]) => id !== status.id);
  const running = status.state === 'running';
  const instances = Object.fromEntries(
    status.state === 'removed' ? others : [...others, [status.id, { running, healthy: status.healthy }]],
  );
  const at = Math.min(status.at, state.now);
  const wasUp = known !== undefined && isUp(known);
  const presence: Presence = {
    source: status.source,
    instances,
    lastUp: wasUp || (running && status.healthy) ? Math.max(at, known?.lastUp ?? 0) : (known?.lastUp ?? 0),
    ...endOf(state, status, known, incident.settle),
    ...(status.oneOff === true && { oneOff: true }),
  };
  const marked = { ...presence, ...marksOf(state, status, known, presence) };
  const kept = Object.entries(state.presence).filter(
    ([name, other]) => isNeeded(state, name, other, incident.aliveGrace) && name !== status.container,
  );
  return { ...state, presence: Object.fromEntries([...kept, [status.container, marked]]) };
}

/**
 * What its end means. What ends between the start of a heal of ours and the end of its settling was ended by that,
 * whoever seems to have stopped it; an operator's removal afterwards excuses it, as it does any that is down.
 */
function endOf(
  state: CoreState,
  status: ContainerStatus,
  known: Presence | undefined,
  settle: number,
): Pick<Presence, 'excused' | 'endedByHeal'> {
  if (status.state === 'running') return { excused: false };
  const healed = [status.at, state.now].some((at) => isHealing(state, at, settle));
  if (status.state === 'removed') {
    // Whoever clears away what is down has seen it; what was running is missed, unless it was stopped first.
    const isThere = known === undefined || Object.hasOwn(known.instances, status.id);
    const cleared = !healed && isThere && !runs(known);
    const excused = known?.excused === true || cleared || (!healed && isExcused(status));
    return excused ? { excused } : { excused, endedByHeal: true };
  }
  // After a start it is not known whether it ran a moment ago: only when it ended tells whose doing that was.
  const isNews = known === undefined || runs(known) || (known.unseen === true && !known.excused);
  const endedByHeal = (isNews && healed) || (known?.endedByHeal === true && !runs(known));
  return endedByHeal ? { excused: false, endedByHeal } : { excused: isExcused(status) };
}

/** Whether a heal of ours ran at that moment, or was settling. */
function isHealing({ healing }: CoreState, at: number, settle: number): boolean {
  const started = healing.running?.started ?? healing.starts.at(-1);
  if (started === undefined || at < started) return false;
  return healing.running !== undefined || at <= healing.lastEnd + settle;
}

/**
 * The containers that ran, and were not unhealthy, at any time in the last `aliveGrace`: those that have to be there for a
 * recovery. What was made for one run is not missed.
 */
export function expectedFor(state: CoreState, policy: Policy, key: string): readonly string[] {
  const rules = [...policy.rules.values()].filter((rule) => rule.key === key);
  return Object.entries(state.presence)
    .filter(
      ([name, presence]) =>
        presence.oneOff !== true &&
        wasUpSince(presence, state.now - policy.incident.aliveGrace) &&
        rules.some((rule) => containerMatches(rule, name)),
    )
    .map(([name]) => name)
    .sort();
}

/** The state in which nobody misses a container, and nothing of it is told any more: an operator says that it is gone. */
export function withoutContainer(state: CoreState, name: string): CoreState {
  const known = presenceOf(state, name);
  if (known === undefined) return state;
  const { source, instances, lastUp, ran } = known;
  const dropped: Presence = { source, instances, lastUp, excused: true, ...(ran === true && { ran }) };
  return { ...state, presence: { ...state.presence, [name]: dropped } };
}

/** The expected containers that are not running and healthy although nobody stopped them. */
export function downOf(state: CoreState, expected: readonly string[]): readonly string[] {
  return expected.filter((name) => {
    const presence = presenceOf(state, name);
    return presence === undefined || !(presence.excused || isUp(presence));
  });
}

/** Those of the expected containers that have been seen to be down, for people. */
export function seenDown(state: CoreState, expected: readonly string[]): readonly string[] {
  return downOf(state, expected).filter((name) => presenceOf(state, name)?.unseen !== true);
}

/** The incident with what is known of its containers now. */
export function withPresence(state: CoreState, incident: Incident): Incident {
  const down = downOf(state, incident.expected).length > 0;
  if (down === (incident.downSince !== undefined)) return incident;
  return down ? { ...incident, downSince: state.now } : { ...upAgain(incident), aliveSince: state.now };
}

/** The incident with none of its containers down. */
export function upAgain(incident: Incident): Incident {
  const { downSince, ...rest } = incident;
  return downSince === undefined ? incident : rest;
}

/**
 * The state in which no container counts as running until it is seen again; those that ran count as having run until
 * now.
 */
export function unseen(state: CoreState): CoreState {
  const presence = Object.entries(state.presence).map(([name, known]): [string, Presence] => [
    name,
    { ...known, instances: {}, unseen: true, lastUp: isUp(known) ? state.now : known.lastUp },
  ]);
  return { ...state, presence: Object.fromEntries(presence) };
}

function isExcused(status: ContainerStatus): boolean {
  return status.stoppedByOperator || status.expectedExit || status.state === 'paused';
}

function runs(presence: Presence | undefined): boolean {
  return presence !== undefined && Object.values(presence.instances).some(({ running }) => running);
}

function isUp({ instances }: Presence): boolean {
  const all = Object.values(instances);
  return all.some(({ running }) => running) && all.every(({ running, healthy }) => healthy || !running);
}

function wasUpSince(presence: Presence, moment: number): boolean {
  return isUp(presence) || presence.lastUp >= moment;
}

function isNeeded(state: CoreState, name: string, presence: Presence, grace: number): boolean {
  return (
    Object.keys(presence.instances).length > 0 ||
    wasUpSince(presence, state.now - grace) ||
    Object.values(state.keys).some(({ incident }) => incident?.expected.includes(name))
  );
}

/** A container may be named as something that every object inherits. */
function presenceOf({ presence }: CoreState, name: string): Presence | undefined {
  return Object.hasOwn(presence, name) ? presence[name] : undefined;
}
