import type { Config } from '../../src/config/config.ts';
import type { Effect, TallyAt } from '../../src/model.ts';
import { boot } from '../../src/incidents/boot.ts';
import type { Policy } from '../../src/incidents/policy.ts';
import { reduce } from '../../src/incidents/reduce.ts';
import type { Input } from '../../src/incidents/reduce.ts';
import { initial, nextDeadline } from '../../src/incidents/state.ts';
import type { CoreState } from '../../src/incidents/state.ts';
import type { Step } from '../../src/incidents/reducer-context.ts';

/** One message on its way, as the outbox keeps it. */
export interface Entry {
  readonly effect: Effect;
  readonly state: 'pending' | 'inflight' | 'sent';
  readonly tries: number;
  readonly nextAt: number;
}

/** What one transaction writes: state, outbox, and how far the logs have been read. */
export interface Disk {
  readonly core: CoreState;
  readonly outbox: readonly Entry[];
  readonly cursor: number;
}

/** A heal process of the modelled machine. */
export interface Process {
  readonly id: string;
  readonly started: number;
  readonly result: 'ok' | 'failed' | 'broken';
  /** When it ends by itself, and whether it has been told to end. */
  readonly ends: number;
  readonly ignoresTerm: boolean;
}

/** What the daemon needs of the world around it, and what it tells of itself. */
export interface Machine {
  now: number;
  /** Written for good. Survives crashes. */
  disk: Disk | undefined;
  process: Process | undefined;
  /** What the PAUSE file says. */
  readonly pausedUntil: number;
  spawn(effect: Effect): void;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** One attempt to deliver; false if the receiver refused or was not there. */
  send(effect: Effect): boolean;
  /** A place where a crash may strike: throws if it does. */
  boundary(place: string): void;
  readonly tally: TallyAt;
  /** How many of the world's signals the daemon has read. */
  cursor: number;
  onStep(step: Step, before: CoreState): void;
}

/** Thrown at a boundary: the process is gone, what was not written is lost. */
export class Crash extends Error {}

/**
 * A model of the daemon around the core, with all it does about crashes: commit before acting, a strict FIFO outbox with
 * retries, heals started once and killed in time, recovery from what is on disk. Memory only; a crash drops it.
 */
export class Daemon {
  core: CoreState;
  outbox: readonly Entry[];
  readonly #machine: Machine;
  readonly #config: Config;
  readonly #policy: Policy;
  #savedAt = 0;
  /** The heals that have been sent SIGTERM, and SIGKILL. */
  #killed: string | undefined;
  #dead: string | undefined;

  constructor(machine: Machine, config: Config, policy: Policy) {
    this.#machine = machine;
    this.#config = config;
    this.#policy = policy;
    const disk = machine.disk;
    if (disk === undefined) {
      this.core = { ...initial(config, machine.now), pausedUntil: machine.pausedUntil };
      this.outbox = [];
    } else {
      const { core, outbox, cursor } = JSON.parse(JSON.stringify(disk)) as Disk;
      this.core = boot(core, machine.now, machine.process !== undefined, machine.pausedUntil);
      this.outbox = outbox.map(again);
      machine.cursor = cursor;
    }
  }

  /** When the daemon has something to do by itself. */
  get next(): number {
    const process = this.#machine.process;
    const { timeout, killGrace } = this.#config.heal;
    const kills =
      process === undefined ? [] : [process.started + timeout, process.started + timeout + killGrace];
    const kill = kills[this.#killed === process?.id ? 1 : 0] ?? Infinity;
    const dead = this.#dead !== undefined && this.#dead === process?.id;
    const head = this.outbox.find(({ state }) => state !== 'sent');
    return Math.min(nextDeadline(this.core) ?? Infinity, dead ? Infinity : kill, head?.nextAt ?? Infinity);
  }

  /** Does what is due now. */
  run(): void {
    const machine = this.#machine;
    if ((nextDeadline(this.core) ?? Infinity) <= machine.now) this.feed({ type: 'tick', at: machine.now });
    const { timeout, killGrace } = this.#config.heal;
    const { id, started } = machine.process ?? { id: undefined, started: Infinity };
    if (machine.now >= started + timeout && this.#killed !== id) {
      this.#killed = id;
      machine.kill('SIGTERM');
    }
    if (machine.now >= started + timeout + killGrace && this.#dead !== id) {
      this.#dead = id;
      machine.kill('SIGKILL');
    }
    this.#deliver();
  }

  /** Takes one input through the core, writes what follows, and only then acts. */
  feed(input: Input): void {
    const machine = this.#machine;
    const before = this.core;
    const step = reduce(before, input, machine.now, (at, since) => machine.tally(at, since), this.#policy);
    this.core = step.state;
    if (step.effects.length === 0 && step.transitions.length === 0) {
      if (machine.now - this.#savedAt >= 1_000) this.#save();
      return;
    }
    const messages = step.effects.filter(({ kind }) => kind !== 'heal');
    const heals = step.effects.filter(({ kind }) => kind === 'heal');
    this.outbox = [
      ...this.outbox,
      ...messages.map((effect): Entry => ({ effect, state: 'pending', tries: 0, nextAt: machine.now })),
    ];
    machine.boundary('before the write');
    this.#save();
    machine.onStep(step, before);
    machine.boundary('after the write');
    for (const effect of heals) {
      machine.spawn(effect);
      machine.boundary('after the start of a heal');
    }
    this.#deliver();
  }

  #save(): void {
    const machine = this.#machine;
    this.#savedAt = machine.now;
    machine.disk = { core: this.core, outbox: this.outbox, cursor: machine.cursor };
  }

  /** Sends what is pending, in order; one that fails keeps those behind it waiting. */
  #deliver(): void {
    const machine = this.#machine;
    for (;;) {
      const index = this.outbox.findIndex(({ state }) => state === 'pending');
      const entry = this.outbox[index];
      if (entry === undefined || entry.nextAt > machine.now) return;
      this.#mark(index, { ...entry, state: 'inflight' });
      machine.boundary('before a send');
      const sent = machine.send(entry.effect);
      machine.boundary('in the send window');
      const wait = Math.min(5_000 * 2 ** entry.tries, 900_000);
      this.#mark(
        index,
        sent
          ? { ...entry, state: 'sent' }
          : { ...entry, state: 'pending', tries: entry.tries + 1, nextAt: machine.now + wait },
      );
    }
  }

  #mark(index: number, entry: Entry): void {
    this.outbox = this.outbox.with(index, entry);
    this.#save();
  }
}

/** What was being sent when the daemon went away is sent again: nobody knows whether it arrived. */
function again(entry: Entry): Entry {
  return entry.state === 'inflight' ? { ...entry, state: 'pending' } : entry;
}
