import { type ContainerStatus, identityOf, LOCAL_DOCKER, type RestartCause } from '../../model.ts';
import { type ContainerRun, newRun, status } from './container-run.ts';
import { identity } from './identity.ts';
import type { TrackerState } from './saved-position.ts';
import { endedTasks, type TaskEnd } from './task-end.ts';
import type { RestartObservation, TrackerOptions } from './tracker.ts';

/** So many identities are remembered, those of containers that have been removed included. */
const MOST_SEEN = 1_000;

/** What the restart tracker knows; `out` is what it has observed and not handed on yet. */
export interface TrackerMemory {
  readonly source: string;
  readonly count: readonly RestartCause[];
  readonly onRestart: TrackerOptions['onRestart'];
  /** By container id. */
  readonly runs: Map<string, ContainerRun>;
  /** Identities, the latest last, so that a container made anew under the same name is known as such. */
  readonly seen: Set<string>;
  /** Ids that are known from before, whose status this process has not emitted yet: it does so once, changed or not. */
  readonly unannounced: Set<string>;
  /** How the last task of a slot of swarm has ended, until another takes its place; by identity. */
  readonly ended: Map<string, TaskEnd>;
  /** When the connection to the engine was last lost, and found again; epoch milliseconds. */
  engineLostAt: number | undefined;
  engineBackAt: number | undefined;
  out: RestartObservation[];
}

export function trackerMemory(
  { source = LOCAL_DOCKER, count, onRestart }: TrackerOptions,
  saved?: TrackerState,
): TrackerMemory {
  const runs = new Map<string, ContainerRun>((saved?.runs ?? []).map((run) => [run.id, copyOf(run)]));
  return {
    source,
    count,
    onRestart,
    runs,
    seen: new Set(saved?.seen),
    unannounced: new Set(runs.keys()),
    ended: endedTasks([...runs.values()]),
    engineLostAt: saved?.engineLostAt,
    engineBackAt: saved?.engineBackAt,
    out: [],
  };
}

/** For saving: what goes on in another process. */
export function savedMemory({ runs, seen, engineLostAt, engineBackAt }: TrackerMemory): TrackerState {
  return {
    runs: [...runs.values()].map(copyOf),
    seen: [...seen],
    ...(engineLostAt === undefined ? {} : { engineLostAt }),
    ...(engineBackAt === undefined ? {} : { engineBackAt }),
  };
}

/** Begins to remember a container that has not been seen before. */
export function addRun(
  memory: TrackerMemory,
  id: string,
  name: string,
  labels: ContainerRun['labels'],
): ContainerRun {
  const run = newRun(id, name, identityOf(memory.source, identity(name, labels)), labels);
  run.replaces = memory.seen.has(run.container);
  rememberIdentity(memory, run.container);
  memory.runs.set(id, run);
  return run;
}

export function emitStatus(
  memory: TrackerMemory,
  run: ContainerRun,
  state: ContainerStatus['state'],
  at: number,
): void {
  memory.unannounced.delete(run.id);
  run.state = state;
  memory.out.push(status(memory.source, run, state, at));
}

/** A new name may be a new identity; the old one is then gone, which is nobody's fault. */
export function renameRun(memory: TrackerMemory, run: ContainerRun, name: string, at: number): void {
  const container = identityOf(memory.source, identity(name, run.labels));
  if (container !== run.container) {
    memory.out.push({ ...status(memory.source, run, 'removed', at), stoppedByOperator: true });
    run.container = container;
    rememberIdentity(memory, container);
  }
  run.name = name;
  emitStatus(memory, run, run.state, at);
}

function rememberIdentity({ seen }: TrackerMemory, container: string): void {
  seen.delete(container);
  seen.add(container);
  if (seen.size > MOST_SEEN) for (const oldest of seen.values().take(1)) seen.delete(oldest);
}

/** A run is changed in place, and so is a start that is held; what else it refers to is replaced as a whole. */
function copyOf<T extends Pick<ContainerRun, 'held'>>(run: T): T {
  return run.held === undefined ? { ...run } : { ...run, held: { ...run.held } };
}
