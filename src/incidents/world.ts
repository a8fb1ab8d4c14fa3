import type { ContainerStatus, Gap } from '../model.ts';
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
  const ran = runs(known) || running;
  const presence: Presence = {
    source: status.source,
    instances,
    lastRunning: ran ? state.now : (known?.lastRunning ?? 0),
    // A removed container stays excused or not as it was: that was decided when it stopped.
    excused: !running && (isExcused(status) || (status.state === 'removed' && (known?.excused ?? false))),
  };
  const kept = Object.entries(state.presence).filter(
    ([name, other]) => isNeeded(state, name, other, incident.aliveGrace) && name !== status.container,
  );
  return { ...state, presence: Object.fromEntries([...kept, [status.container, presence]]) };
}

/** The containers that ran at any time in the last `aliveGrace`: those that have to be there for a recovery. */
export function expectedFor(state: CoreState, policy: Policy, key: string): readonly string[] {
  const rules = [...policy.rules.values()].filter((rule) => rule.key === key);
  return Object.entries(state.presence)
    .filter(
      ([name, presence]) =>
        ranSince(presence, state.now - policy.incident.aliveGrace) &&
        rules.some((rule) => containerMatches(rule, name)),
    )
    .map(([name]) => name)
    .sort();
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
    { ...known, instances: {}, unseen: true, lastRunning: runs(known) ? state.now : known.lastRunning },
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

function ranSince(presence: Presence, moment: number): boolean {
  return runs(presence) || presence.lastRunning >= moment;
}

function isNeeded(state: CoreState, name: string, presence: Presence, grace: number): boolean {
  return (
    Object.keys(presence.instances).length > 0 ||
    ranSince(presence, state.now - grace) ||
    Object.values(state.keys).some(({ incident }) => incident?.expected.includes(name))
  );
}

/** A container may be named as something that every object inherits. */
function presenceOf({ presence }: CoreState, name: string): Presence | undefined {
  return Object.hasOwn(presence, name) ? presence[name] : undefined;
}
