import type { ContainerStatus, Signal } from '../../model.ts';
import type { Inspected } from './inspected.ts';
import type { ToldStart } from './same-start.ts';

/** What is remembered of one container id and its current or last run. Moments in epoch milliseconds. */
export interface ContainerRun {
  readonly id: string;
  name: string;
  /** Its identity. */
  container: string;
  labels: Readonly<Record<string, string>>;
  /** Name of the restart policy; undefined until the container has been inspected. */
  policy?: string | undefined;
  /** It is removed as soon as it ends, once inspect has told so. */
  autoRemove?: boolean | undefined;
  state: ContainerStatus['state'];
  healthy: boolean;
  /** Created, and never started since. */
  created: boolean;
  /** Another id had the same identity before. */
  replaces: boolean;
  startedAt: number;
  /** When the run before the current one ended: 0 if there was none, undefined if that is not known. */
  startedAfter?: number | undefined;
  diedAt?: number | undefined;
  /** The last end that events have told, 0 for none yet; `diedAt` may be of inspect and ahead of them. */
  toldEndAt?: number | undefined;
  exitCode?: number | undefined;
  /** Stopped or killed by somebody since its last start. */
  touched: boolean;
  /** When it was last told to stop. */
  touchedAt?: number | undefined;
  oom: boolean;
  oomAt: number;
  /** The engine's count of policy restarts as far as we have accounted for it. */
  count?: number | undefined;
  /** A start up to here has been accounted for by inspect; its event may still come. */
  accountedAt: number;
  /** A start that waits to be explained: a `restart` event may follow it. */
  held?: Held | undefined;
  /** What inspect said; events of the same start may still be on their way. */
  check?: { readonly startedAt: number; readonly count: number; readonly due: number } | undefined;
}

/** A start waiting for its explanation, with what is known of the run before it. */
export interface Held {
  readonly at: number;
  readonly after?: number | undefined;
  readonly due: number;
  readonly first: boolean;
  readonly touched: boolean;
  readonly oom: boolean;
  readonly diedAt?: number | undefined;
  readonly exitCode?: number | undefined;
  manual: boolean;
  count?: number | undefined;
}

/** A container nothing is known of yet. */
export function newRun(
  id: string,
  name: string,
  container: string,
  labels: ContainerRun['labels'],
): ContainerRun {
  return {
    id,
    name,
    container,
    labels,
    state: 'running',
    healthy: true,
    created: false,
    replaces: false,
    startedAt: 0,
    touched: false,
    oom: false,
    oomAt: 0,
    accountedAt: 0,
  };
}

/** A container seen for the first time: its earlier restarts are not counted. */
export function initFromInspect(run: ContainerRun, found: Inspected): void {
  run.startedAt = found.startedAt;
  run.accountedAt = found.startedAt;
  run.created = found.state === 'created';
  run.count = found.restartCount;
  run.healthy = found.healthy;
  if (found.finishedAt < found.startedAt) run.toldEndAt = found.finishedAt;
  if (found.finishedAt === 0) return;
  run.diedAt = found.finishedAt;
  run.exitCode = found.exitCode;
}

/** Whether a start that comes now would be its first. */
export function isFirstStart({ created, diedAt, startedAt }: ContainerRun): boolean {
  return created || (diedAt === undefined && startedAt === 0);
}

/** The start of the current run, as far as it is known. */
export function currentStart({ startedAt, startedAfter }: ContainerRun): ToldStart {
  return { at: startedAt, after: startedAfter };
}

/** The fact that people and incidents see. An exit with code 0 is expected unless a policy would restart it. */
export function status(
  source: string,
  run: ContainerRun,
  state: ContainerStatus['state'],
  at: number,
): ContainerStatus {
  const down = isDown(state);
  return {
    type: 'container',
    at,
    source,
    id: run.id,
    container: run.container,
    labels: run.labels,
    state,
    healthy: run.healthy,
    stoppedByOperator: down && run.touched,
    expectedExit: down && run.exitCode === 0 && !restartsBy(run.policy, 0),
    ...((state === 'exited' || state === 'restarting') && {
      exitCode: run.exitCode,
      ...(run.oom && { outOfMemory: true }),
      ...(restartsBy(run.policy, run.exitCode) && { gaveUp: true }),
    }),
    ...(isOneOff(run) && { oneOff: true }),
  };
}

/** A signal of the engine's: its fingerprint is its text with numbers masked. */
export function signal(
  source: string,
  run: ContainerRun,
  at: number,
  kind: Signal['kind'],
  rule: string,
  text: string,
): Signal {
  const { container, labels } = run;
  return {
    type: 'signal',
    kind,
    at,
    source,
    container,
    labels,
    text,
    fingerprint: text.replaceAll(/\d+/g, '<n>'),
    rule,
  };
}

/** A container of `compose run`, or one that is removed as soon as it ends. */
export function isOneOff({ labels, autoRemove }: ContainerRun): boolean {
  return autoRemove === true || labels['com.docker.compose.oneoff'] === 'True';
}

export function isDown(state: string): boolean {
  return state === 'exited' || state === 'restarting' || state === 'removed';
}

/** Whether this policy restarts a container that ended with this code; false where the policy is not known. */
export function restartsBy(policy: string | undefined, exitCode: number | undefined): boolean {
  return policy === 'always' || policy === 'unless-stopped' || (policy === 'on-failure' && exitCode !== 0);
}

/** The exit code of a `die` event; undefined if a label of that name may have overwritten it. */
export function exitCodeOf(run: ContainerRun, attribute: string | undefined): number | undefined {
  if (attribute === undefined || !/^\d+$/.test(attribute)) return undefined;
  return run.policy !== undefined && 'exitCode' in run.labels ? undefined : Number(attribute);
}
