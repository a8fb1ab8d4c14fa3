import { type Breach, LOCAL_DOCKER } from '../model.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident } from './state.ts';
import { isSame } from './is-same.ts';
import { formatDuration } from '../time/duration.ts';

/** The key that states belong to, as the limits do: one failure is one incident. */
export const STATES_KEY = 'host';

/** After a start, of the engine or of this program, so long is left for containers to come back, in milliseconds. */
const AFTER_START = 5 * 60_000;

/** Docker waits no longer than a minute before it restarts a container by policy: what is not back then has given up. */
const LONGEST_BACKOFF = 90_000;

/** What has never been healthy, and a clock that was set back, is named once: its state lasts for so many milliseconds. */
const NAMED_ONCE = 60_000;

/** The states that hold now, as breaches of their rules. */
export function statesNow(state: CoreState, policy: Policy): readonly Breach[] {
  return spansOf(state, policy)
    .filter(({ from, until }) => from <= state.now && state.now < until)
    .map(({ breach }) => breach);
}

/** Whether a breach is a state, and no count that reached a limit. */
export function isState({ detail }: Pick<Breach, 'detail'>): boolean {
  return detail !== undefined;
}

/** Whether a container runs and its health check fails. */
export function isUnhealthy({ presence }: CoreState, name: string): boolean {
  return Object.hasOwn(presence, name) && presence[name]?.illSince !== undefined;
}

/** Whether something that people were told of still is so. */
export function stillHolds(state: CoreState, incident: Incident, policy: Policy): boolean {
  const told = incident.breaches.filter(isState);
  return told.length > 0 && statesNow(state, policy).some((now) => told.some((old) => isSame(old, now)));
}

/** The state with the moment at which the next state begins or ends by itself. */
export function withStatesDue(state: CoreState, policy: Policy): CoreState {
  let due = Infinity;
  for (const { from, until } of spansOf(state, policy)) {
    if (from > state.now) due = Math.min(due, from);
    if (until > state.now) due = Math.min(due, until);
  }
  const next = due === Infinity ? 0 : due;
  return next === (state.statesDue ?? 0) ? state : { ...state, statesDue: next };
}

/** A state that holds, or will if nothing changes, from one moment to another. */
interface StateSpan {
  readonly from: number;
  readonly until: number;
  readonly breach: Breach;
}

function spansOf(state: CoreState, policy: Policy): readonly StateSpan[] {
  const { states } = policy;
  if (states.size === 0) return [];
  const spans: StateSpan[] = [];
  const [down, unhealthy, engine] = ['down', 'unhealthy', 'engine'].map((name) => states.get(name));
  for (const [name, presence] of Object.entries(state.presence)) {
    const until = presence.unseen === true ? state.observedSince + policy.incident.aliveGrace : Infinity;
    if (down !== undefined && presence.down !== undefined) {
      const { at, how, unwatched, restarting } = presence.down;
      const wait = Math.max(down.after, restarting === true ? LONGEST_BACKOFF : 0);
      const from = Math.max(at + wait, unwatched === undefined ? 0 : unwatched + AFTER_START);
      spans.push({
        from,
        until,
        breach: held('down', name, at, `${name} is down since ${clock(at)}: ${how}`),
      });
    }
    if (unhealthy !== undefined && presence.illSince !== undefined) {
      const at = presence.illSince;
      const from = at + unhealthy.after;
      const text = `${name} is unhealthy since ${clock(at)}`;
      const most = presence.lastUp > 0 ? until : Math.min(until, from + NAMED_ONCE);
      spans.push({ from, until: most, breach: held('unhealthy', name, at, text) });
    }
  }
  const { unstored, setBack } = state;
  const storage = states.get('storage');
  if (storage !== undefined && unstored !== undefined) {
    const { since, reason } = unstored;
    const text = `the state of this program cannot be stored since ${clock(since)}, and no heal is started: ${reason}`;
    spans.push({ from: since + storage.after, until: Infinity, breach: ofHost('storage', since, text) });
  }
  if (states.has('clock') && setBack !== undefined) {
    const { at, by } = setBack;
    const text = `the clock of this host was set back by ${formatDuration(by)}, to ${clock(at)}: it was wrong before, or is now`;
    spans.push({ from: at, until: at + NAMED_ONCE, breach: ofHost('clock', at, text) });
  }
  if (engine === undefined) return spans;
  for (const [source, { blindSince, reason }] of Object.entries(state.coverage)) {
    if (blindSince === undefined || !isEngine(source)) continue;
    const text = `the Docker Engine${source === LOCAL_DOCKER ? '' : ` ${source}`} is away since ${clock(blindSince)}: ${reason}`;
    spans.push({
      from: blindSince + engine.after,
      until: Infinity,
      breach: held('engine', source, blindSince, text),
    });
  }
  return spans;
}

function held(rule: string, container: string, since: number, detail: string): Breach {
  return { rule, kinds: [], count: 1, limit: 1, container, since, detail };
}

function ofHost(rule: string, since: number, detail: string): Breach {
  return { rule, kinds: [], count: 1, limit: 1, since, detail };
}

function isEngine(source: string): boolean {
  return source === LOCAL_DOCKER || source.startsWith(`${LOCAL_DOCKER}:`);
}

/** `16:18:07 UTC`. */
function clock(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}
