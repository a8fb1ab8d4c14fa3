import type { ContainerStatus } from '../../src/model.ts';
import type { CoreState } from '../../src/incidents/state.ts';
import { MINUTE } from './history.ts';
import type { Death } from './history.ts';

const NAMES = ['api', 'db', 'worker'] as const;

const ALIVE = { excused: false, removed: false };

/** One container as it is. `running` is whether it does its work: one that is `sick` runs, but is not healthy. */
interface Real {
  readonly running: boolean;
  readonly excused: boolean;
  readonly removed: boolean;
  readonly sick: boolean;
  /** Until when it was there and healthy; meaningless while it is. */
  readonly upUntil: number;
  /** When a heal has stopped it: the engine tells that it was stopped, and that excuses nothing. */
  readonly byHeal?: number;
}

/** One container as the daemon was told; `since` is when that last changed, `back` when it was last missed no more. */
interface Told {
  readonly running: boolean;
  readonly excused: boolean;
  readonly sick: boolean;
  readonly since: number;
  readonly lastRunning: number;
  readonly back: number;
}

/** The containers of the modelled host: how they are, and what the daemon has been told of them. */
export class Containers {
  readonly #up: Real[];
  readonly #told: Told[];
  readonly #expected = new Map<string, readonly number[]>();
  /** By key: since when not all of those that its incident needs have been there, whichever was missing. */
  readonly #lacking = new Map<string, number>();

  constructor(start: number) {
    this.#up = NAMES.map(() => ({ running: true, sick: false, upUntil: start, ...ALIVE }));
    const told = { running: true, excused: false, sick: false, since: start, lastRunning: start, back: 0 };
    this.#told = NAMES.map(() => told);
  }

  /** Every container, by its place. */
  get all(): readonly number[] {
    return [...NAMES.keys()];
  }

  name(container: number): string {
    return NAMES[container] ?? '';
  }

  /** Stops one, or starts it again, at a moment; false if it was so already. */
  set(
    container: number,
    at: number,
    running: boolean,
    { excused, removed, sick = false }: Pick<Death, 'excused' | 'removed' | 'sick'> = ALIVE,
  ): boolean {
    if (this.#up[container]?.running !== !running) return false;
    const doing = { running, sick, upUntil: at };
    this.#up[container] = sick ? { ...doing, ...ALIVE } : { ...doing, excused, removed };
    return true;
  }

  /** A heal stops one and leaves it so. */
  stop(container: number, at: number): boolean {
    if (this.#up[container]?.running !== true) return false;
    this.#up[container] = { running: false, sick: false, upUntil: at, ...ALIVE, byHeal: at };
    return true;
  }

  /** What is told to have been stopped while a heal runs or settles counts as stopped by that. */
  blameHeal(container: number, now: number, afresh: boolean): void {
    const real = this.#up[container];
    const told = this.#told[container];
    if (real === undefined || told === undefined || !real.excused) return;
    // After a start nobody tells of what has been removed.
    if (afresh && real.removed) return;
    if (told.running || told.sick || !told.excused)
      this.#up[container] = { ...real, excused: false, byHeal: now };
  }

  /** Whether it was there and healthy at any time since a moment. */
  wasUpSince(name: string, moment: number): boolean {
    const real = this.#up[NAMES.findIndex((own) => own === name)];
    return real !== undefined && (real.running || real.upUntil >= moment);
  }

  /** Whether a heal may bring it back. */
  isHealable(container: number): boolean {
    return this.#up[container]?.excused === false;
  }

  /** Forgets what the daemon was told and has not kept: all of a container, or only that it was stopped. */
  forget(kept: CoreState['presence'], now: number): void {
    for (const [container, name] of NAMES.entries()) {
      const told = this.#told[container];
      const known = kept[name];
      if (known !== undefined && told !== undefined) {
        this.#told[container] = { ...told, excused: told.excused && known.excused };
        continue;
      }
      const unknown = { running: false, excused: false, sick: false, since: now, lastRunning: -Infinity };
      this.#told[container] = { ...unknown, back: 0 };
    }
    this.#look(now);
  }

  /** Tells the daemon how one is. After a start (`afresh`) there is nothing to say of one that is no longer there. */
  tell(container: number, now: number, afresh: boolean): ContainerStatus | undefined {
    const real = this.#up[container];
    const told = this.#told[container];
    if (real === undefined || told === undefined) return undefined;
    // Nobody tells who removed what is gone when the daemon comes back.
    const excused = afresh && real.removed ? told.excused : real.excused;
    const ran = told.running || real.running;
    this.#told[container] = {
      running: real.running,
      excused,
      sick: real.sick,
      since: told.running === real.running ? told.since : now,
      lastRunning: ran ? now : told.lastRunning,
      back: isMissed(told) && !isMissed({ running: real.running, excused }) ? now : told.back,
    };
    this.#look(now);
    if (afresh && real.removed) return undefined;
    return {
      type: 'container',
      source: 'docker',
      at: real.byHeal ?? now,
      id: `id-${container}`,
      container: this.name(container),
      labels: {},
      state: real.running || real.sick ? 'running' : real.removed ? 'removed' : 'exited',
      healthy: !real.sick,
      stoppedByOperator: real.excused || real.byHeal !== undefined,
      expectedExit: false,
    };
  }

  /** From here on the incident of this key needs those that ran in the last five minutes. */
  expect(key: string, now: number): void {
    const ran = this.all.filter((container) => {
      const told = this.#told[container];
      return told !== undefined && (told.running || told.lastRunning >= now - 5 * MINUTE);
    });
    this.#expected.set(key, ran);
    this.#lacking.delete(key);
    this.#look(Math.min(now, ...this.#missing(key).map((container) => this.#told[container]?.since ?? now)));
  }

  /** When the last of those that the incident of this key missed was back, as far as the daemon was told. */
  backSince(key: string): number {
    return Math.max(
      0,
      ...(this.#expected.get(key) ?? []).map((container) => this.#told[container]?.back ?? 0),
    );
  }

  /** Those the incident of this key needs that are not there, as far as the daemon was told, and since when it lacks any. */
  missing(key: string): { readonly names: readonly string[]; readonly since: number } {
    return {
      names: this.#missing(key).map((container) => this.name(container)),
      since: this.#lacking.get(key) ?? Infinity,
    };
  }

  #missing(key: string): readonly number[] {
    return (this.#expected.get(key) ?? []).filter((container) => {
      const told = this.#told[container];
      return told !== undefined && isMissed(told);
    });
  }

  #look(since: number): void {
    for (const key of this.#expected.keys()) {
      if (this.#missing(key).length === 0) this.#lacking.delete(key);
      else if (!this.#lacking.has(key)) this.#lacking.set(key, since);
    }
  }
}

function isMissed({ running, excused }: Pick<Told, 'running' | 'excused'>): boolean {
  return !running && !excused;
}
