import type { ContainerStatus } from '../../src/model.ts';
import { MINUTE } from './history.ts';
import type { Death } from './history.ts';

const NAMES = ['api', 'db', 'worker'] as const;

const ALIVE = { excused: false, removed: false };

/** The containers of the modelled host: how they are, and what the daemon has been told of them. */
export class Containers {
  readonly #up: { running: boolean; excused: boolean; removed: boolean }[];
  readonly #told: { running: boolean; excused: boolean; since: number; lastRunning: number }[];
  readonly #expected = new Map<string, readonly number[]>();

  constructor(start: number) {
    this.#up = NAMES.map(() => ({ running: true, ...ALIVE }));
    this.#told = NAMES.map(() => ({ running: true, excused: false, since: start, lastRunning: start }));
  }

  /** Every container, by its place. */
  get all(): readonly number[] {
    return [...NAMES.keys()];
  }

  name(container: number): string {
    return NAMES[container] ?? '';
  }

  /** Stops one, or starts it again; false if it was so already. */
  set(
    container: number,
    running: boolean,
    { excused, removed }: Pick<Death, 'excused' | 'removed'> = ALIVE,
  ): boolean {
    if (this.#up[container]?.running !== !running) return false;
    this.#up[container] = { running, excused, removed };
    return true;
  }

  /** Whether a heal may bring it back. */
  isHealable(container: number): boolean {
    return this.#up[container]?.excused === false;
  }

  /** Forgets what the daemon was told and has not kept. */
  forget(isKept: (name: string) => boolean, now: number): void {
    for (const [container, name] of NAMES.entries()) {
      if (!isKept(name)) {
        this.#told[container] = { running: false, excused: false, since: now, lastRunning: -Infinity };
      }
    }
  }

  /** Tells the daemon how one is. After a start (`afresh`) there is nothing to say of one that is no longer there. */
  tell(container: number, now: number, afresh: boolean): ContainerStatus | undefined {
    const real = this.#up[container];
    const told = this.#told[container];
    if (real === undefined || told === undefined) return undefined;
    this.#told[container] = {
      running: real.running,
      // Nobody tells who removed what is gone when the daemon comes back.
      excused: afresh && real.removed ? told.excused : real.excused,
      since: told.running === real.running ? told.since : now,
      lastRunning: told.running || real.running ? now : told.lastRunning,
    };
    if (afresh && real.removed) return undefined;
    return {
      type: 'container',
      at: now,
      id: `id-${container}`,
      container: this.name(container),
      labels: {},
      state: real.running ? 'running' : real.removed ? 'removed' : 'exited',
      healthy: true,
      stoppedByOperator: real.excused,
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
  }

  /** Those the incident of this key needs that are not there, as far as the daemon was told, and since when. */
  missing(key: string): { readonly names: readonly string[]; readonly since: number } {
    const missing = (this.#expected.get(key) ?? []).filter((container) => {
      const told = this.#told[container];
      return told?.running === false && !told.excused;
    });
    return {
      names: missing.map((container) => this.name(container)),
      since: Math.min(...missing.map((container) => this.#told[container]?.since ?? Infinity)),
    };
  }
}
