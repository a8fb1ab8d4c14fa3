import { configSchema } from '../../src/config/config.ts';
import type { Config } from '../../src/config/config.ts';
import type { Counts, Effect, HealResult, Kind, Signal, Tally } from '../../src/model.ts';
import { policyOf } from '../../src/incidents/policy.ts';
import type { Step } from '../../src/incidents/reducer-context.ts';
import { Agenda } from './agenda.ts';
import { Containers } from './containers.ts';
import { Crash, Daemon } from './daemon.ts';
import type { Machine, Process } from './daemon.ts';
import { cure, HOUR } from './history.ts';
import type { Death, HealPlan, History, Storm } from './history.ts';
import { Violation, Watcher } from './invariants.ts';
import type { Truth } from './invariants.ts';

/** Where every history begins. */
export const START = Date.parse('2026-01-05T00:00:00.000Z');

/** How many events one history may take before it counts as going round in circles. */
const STEPS = 60_000;

/** A second key beside the host's, which the same signals may breach. */
const OWN = { name: 'own', kinds: ['critical'], limit: 3, key: 'own' };

/** What a told story asks for beside its history. Moments from the start, in milliseconds. */
export interface Script {
  /** Looks in addition every so often. */
  readonly tickEvery?: number;
  /** When the daemon is started for the first time. */
  readonly bootAt?: number;
  /** Crashes at the nth passing of a place, or at a moment. */
  readonly crashAt?: readonly { readonly place: string; readonly nth: number; readonly down: number }[];
  readonly crashes?: readonly { readonly at: number; readonly down: number }[];
}

/** Something that happened, as a story tells it. */
export interface Note {
  readonly at: number;
  readonly text: string;
}

/** One history from its first event until everything has had time to end. */
export class Simulation implements Machine {
  now = START;
  disk: Machine['disk'];
  process: Process | undefined;
  cursor = 0;
  readonly watcher: Watcher;
  /** What happened outside the core, in order. */
  readonly notes: Note[] = [];
  readonly config: Config;
  readonly #history: History;
  readonly #policy: ReturnType<typeof policyOf>;
  readonly #agenda = new Agenda();
  readonly #containers = new Containers(START);
  readonly #read: Signal[] = [];
  readonly #all: Signal[] = [];
  readonly #cured = new Set<Storm>();
  #daemon: Daemon | undefined;
  #plan: HealPlan = cure;
  #heals = 0;
  #blind = 0;
  #partlyBlind = 0;
  readonly #elsewhere = { blind: 0, unread: 0 };
  #blindToldAt = Infinity;
  #observedSince = START;
  #blindTime = 0;
  readonly #readAt = new Map<Signal, number>();
  #lastHeal = '';
  #receiverDown = 0;
  pausedUntil = 0;
  #boundaries = 0;
  #downtime = 0;
  readonly #tickEvery: number;
  readonly #script: Script;
  readonly #passed = new Map<string, number>();
  readonly #end: number;

  constructor(history: History, overrides: object = {}, script: Script = {}) {
    this.#history = history;
    this.#script = script;
    this.#tickEvery = script.tickEvery ?? Infinity;
    this.config = configSchema.parse({
      heal: { command: history.healConfigured ? ['heal'] : [] },
      rules: history.twoKeys ? [OWN] : [],
      ...overrides,
    });
    this.#policy = policyOf(this.config);
    this.watcher = new Watcher(this.config, this.#policy);
    this.#end = this.#schedule();
  }

  /** Runs it; throws a Violation where an invariant is broken. */
  run(until = Infinity): this {
    const end = Math.min(this.#end + 6 * HOUR, until);
    if (this.#script.bootAt === undefined) this.#boot();
    else this.#at(START + this.#script.bootAt, () => this.#boot());
    for (let steps = 0; ; steps += 1) {
      if (steps > STEPS) throw new Violation('progress', `still busy at ${this.now - START} ms`);
      const next = Math.min(
        this.#agenda.next,
        this.#daemon?.next ?? Infinity,
        this.process?.ends ?? Infinity,
        this.#nextTick(),
      );
      if (next > end) break;
      this.now = Math.max(this.now, next);
      this.#guard(() => {
        if ((this.process?.ends ?? Infinity) <= this.now) this.#exit(undefined);
        else if ((this.#daemon?.next ?? Infinity) <= this.now) this.#daemon?.run();
        else if (this.#agenda.next <= this.now) this.#agenda.runNext();
        else this.#daemon?.feed({ type: 'tick', at: this.now });
      });
    }
    if (until === Infinity && this.#daemon !== undefined) this.watcher.end(this.#daemon.core, this.now);
    return this;
  }

  get core(): Daemon['core'] | undefined {
    return this.#daemon?.core;
  }

  spawn(effect: Effect): void {
    this.boundary('before the start of a heal');
    this.watcher.spawn(effect, this.disk, this.process !== undefined, this.#truth());
    const plans = this.#history.heals;
    this.#plan = plans[this.#heals % Math.max(1, plans.length)] ?? cure;
    this.#heals += 1;
    const { length, exit, ignoresTerm, aftershocks } = this.#plan;
    this.#note(`heal ${effect.story.heals.length} runs`);
    this.process = { id: effect.id, started: this.now, result: exit, ends: this.now + length, ignoresTerm };
    // A late word of an earlier heal means nothing.
    if (this.#lastHeal !== '') this.#at(this.now + 250, this.#tellOutcome.bind(this, this.#lastHeal, 'ok'));
    this.#lastHeal = effect.id;
    for (const delay of aftershocks) this.#at(this.now + delay, () => this.#emit('restart'));
    const { stops } = this.#plan;
    if (stops === undefined) return;
    this.#at(this.now, () => this.#stop(stops));
    this.#at(this.now + 2 * HOUR, () => this.#setRunning(stops, true));
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.process === undefined) return;
    if (signal === 'SIGTERM' && this.process.ignoresTerm) return;
    this.#note(`the heal is sent ${signal}`);
    this.#exit('timeout');
  }

  send(effect: Effect): boolean {
    if (effect.kind === 'alert' && this.#receiverDown > 0) {
      this.#note(`the receiver refuses ${nameOf(effect)}`);
      return false;
    }
    if (this.watcher.delivered.includes(effect.id)) this.#note(`${nameOf(effect)} is sent once more`);
    this.watcher.deliver(effect);
    return true;
  }

  boundary(place: string): void {
    this.#boundaries += 1;
    const nth = (this.#passed.get(place) ?? 0) + 1;
    this.#passed.set(place, nth);
    const crash =
      this.#history.crashes.find(({ boundary }) => boundary === this.#boundaries) ??
      this.#script.crashAt?.find((other) => other.place === place && other.nth === nth);
    if (crash === undefined) return;
    if ('vanishes' in crash && crash.vanishes !== undefined) this.#vanish(crash.vanishes, crash.down);
    this.#crash(place, crash.down);
  }

  /** A container is removed while the daemon is down. */
  #vanish(container: number, down: number): void {
    const removed = { at: 0, length: 0, container, excused: false, removed: true };
    this.#at(this.now + Math.floor(down / 2), () => this.#setRunning(container, false, removed));
    this.#at(this.now + down + 2 * HOUR, () => this.#setRunning(container, true));
  }

  #crash(place: string, down: number): never {
    this.#note(`the daemon is killed, ${place}`);
    this.watcher.crashed(place, this.disk);
    this.#at(this.now + down, () => this.#boot());
    this.#downtime += down;
    throw new Crash(place);
  }

  #note(text: string): void {
    this.notes.push({ at: this.now, text });
  }

  tally(at: number, since = -Infinity): Tally {
    const counts: Record<Kind, number> = { critical: 0, error: 0, warning: 0, restart: 0 };
    const from = Math.max(at - this.config.window, since);
    for (let index = this.#read.length - 1; index >= 0; index -= 1) {
      const signal = this.#read[index];
      if (signal === undefined || signal.at <= from) break;
      if (signal.at <= at) counts[signal.kind] += 1;
    }
    const containers = new Map<string, Counts>([['api', counts]]);
    return {
      at,
      counts,
      containers,
      groups: [],
      samples: { critical: [], error: [], warning: [], restart: [] },
    };
  }

  onStep(step: Step, before: Daemon['core']): void {
    for (const { from, to, key } of step.transitions) {
      if (from !== 'healthy' && (from !== 'resolved' || to === 'closed')) continue;
      this.#containers.expect(key, this.now);
      // Unseen time counts as time in which it ran, and what is told is written within a second.
      const since =
        this.now - this.config.incident.aliveGrace - this.#truth().unseen - this.#downtime - 1_000;
      const expected = step.state.keys[key]?.incident?.expected ?? [];
      this.watcher.expects(
        expected.filter((name) => !this.#containers.wasUpSince(name, since)),
        this.now,
      );
    }
    this.watcher.step(step, before, this.#truth());
    for (const { at, from, to, reason } of step.transitions)
      this.notes.push({ at, text: `${from} -> ${to}: ${reason}` });
    for (const { at, kind, id, story } of step.effects) {
      const said = [story.reason, story.ask].filter((text) => text !== '').join(' | ');
      this.notes.push({
        at,
        text: `  ${kind} ${id.slice(story.incident.length + 1)}${kind === 'alert' ? `  "${said}"` : ''}`,
      });
    }
  }

  /** Beside the deadlines, where a history asks for it: looking too often must change nothing. */
  #nextTick(): number {
    const since = this.now - START;
    return this.#tickEvery === Infinity
      ? Infinity
      : START + (Math.floor(since / this.#tickEvery) + 1) * this.#tickEvery;
  }

  #schedule(): number {
    const {
      storms,
      deaths,
      lists = [],
      blind,
      elsewhere,
      receiverDown,
      pauses,
      resumes = [],
      resets,
      acks,
    } = this.#history;
    let last = START;
    for (const { at, down } of this.#script.crashes ?? []) {
      this.#at(START + at, () => this.#crash('in the middle of things', down));
    }
    const until = (at: number): number => {
      last = Math.max(last, START + at);
      return START + at;
    };
    for (const storm of storms) this.#storm(storm, until(storm.at), until(storm.at + storm.length));
    for (const death of deaths) {
      const { container, at, length } = death;
      this.#at(until(at), () => this.#setRunning(container, false, death));
      this.#at(until(at + length), () => this.#setRunning(container, true));
    }
    for (const at of lists) {
      this.#at(until(at), () => {
        if (this.#daemon !== undefined && this.#blind === 0) this.#list();
      });
    }
    for (const { at, length, partial } of blind) {
      this.#at(until(at), () => this.#look(1, partial));
      this.#at(until(at + length), () => this.#look(-1, partial));
    }
    for (const { at, length, partial } of elsewhere) {
      this.#at(until(at), () => this.#lookElsewhere(1, partial));
      this.#at(until(at + length), () => this.#lookElsewhere(-1, partial));
    }
    for (const { at, length } of receiverDown) {
      this.#at(until(at), () => (this.#receiverDown += 1));
      this.#at(until(at + length), () => (this.#receiverDown -= 1));
    }
    for (const { at, length } of pauses) {
      this.#at(until(at), () => {
        this.pausedUntil = this.now + length;
        this.#note('an operator pauses healing');
        this.#daemon?.feed({ type: 'pause', at: this.now, until: this.pausedUntil });
      });
      until(at + length);
    }
    for (const at of resumes) {
      this.#at(until(at), () => {
        if (this.now >= this.pausedUntil) return;
        this.pausedUntil = this.now;
        this.#note('an operator resumes healing');
        this.#daemon?.feed({ type: 'resume', at: this.now });
      });
    }
    for (const at of resets) {
      this.#at(until(at), () => {
        if (this.#daemon === undefined) return;
        this.watcher.reset();
        this.#daemon.feed({ type: 'heal-reset', at: this.now });
      });
    }
    for (const at of acks) {
      this.#at(until(at), () => {
        const incident = this.core?.keys['host']?.incident?.id ?? '';
        if (this.#daemon === undefined) return;
        this.watcher.acknowledged(incident);
        try {
          this.#daemon.feed({ type: 'ack', at: this.now, incident });
        } catch (error) {
          // Whoever acknowledges is told so after the write: before it, nothing has been promised.
          if (this.disk?.core.keys['host']?.incident?.acknowledged !== true)
            this.watcher.acknowledged(incident, false);
          throw error;
        }
      });
    }
    return last;
  }

  #storm(storm: Storm, at: number, until: number): void {
    if (at > until) return;
    this.#at(at, () => {
      if (this.#cured.has(storm)) return;
      this.#emit(storm.kind);
      this.#storm(storm, at + storm.every, until);
    });
  }

  #emit(kind: Kind): void {
    this.#all.push({
      type: 'signal',
      source: 'docker',
      kind,
      at: this.now,
      container: 'api',
      labels: {},
      text: kind,
      fingerprint: kind,
      rule: 'test',
    });
    this.#catchUp();
  }

  /** Hands over what the daemon has not read. While it is blind there is nothing to read. */
  #catchUp(): void {
    while (this.#daemon !== undefined && this.#blind === 0 && this.cursor < this.#all.length)
      this.#readNext();
  }

  #readNext(): void {
    const signal = this.#all[this.cursor];
    if (signal === undefined) return;
    this.cursor += 1;
    this.#read.length = this.cursor - 1;
    this.#read.push(signal);
    this.#readAt.set(signal, this.now);
    if (this.#daemon !== undefined) this.watcher.read(this.#daemon.core, this.#truth());
    this.#daemon?.feed(signal);
  }

  #look(change: 1 | -1, partial: boolean): void {
    const couldSee = this.#blind + this.#partlyBlind === 0;
    if (partial) this.#partlyBlind += change;
    else this.#blind += change;
    if (this.#daemon === undefined) return;
    this.#catchUp();
    const canSee = this.#blind + this.#partlyBlind === 0;
    if (this.#blind === 0) this.#list();
    if (canSee !== couldSee) this.#sight(!canSee);
  }

  #sight(blind: boolean): void {
    if (!blind) {
      if (this.#isBlind()) this.#observedSince = this.now;
      if (this.#blindToldAt !== Infinity) this.#blindTime += this.now - this.#blindToldAt;
      this.#blindToldAt = Infinity;
    } else if (this.#blindToldAt === Infinity) this.#blindToldAt = this.now;
    this.#note(blind ? 'the view is lost' : 'the view is back');
    const isPartial = blind && this.#blind === 0;
    this.#daemon?.feed({
      type: 'coverage',
      at: this.now,
      source: 'docker',
      blind: blind && !isPartial,
      unread: isPartial ? ['api'] : [],
      reason: blind ? 'the engine is away' : '',
    });
  }

  #lookElsewhere(change: 1 | -1, partial: boolean): void {
    if (partial) this.#elsewhere.unread += change;
    else this.#elsewhere.blind += change;
    this.#tellElsewhere();
  }

  #tellElsewhere(): void {
    const { blind, unread } = this.#elsewhere;
    this.#daemon?.feed({
      type: 'coverage',
      at: this.now,
      source: 'files',
      blind: blind > 0,
      unread: unread > 0 ? ['files:other'] : [],
      reason: blind + unread > 0 ? 'a disk is away' : '',
    });
  }

  #setRunning(container: number, running: boolean, death?: Death): void {
    if (!this.#containers.set(container, this.now, running, death)) return;
    this.#note(`${this.#containers.name(container)} ${running ? 'runs' : 'is gone'}`);
    if (this.#daemon !== undefined && this.#blind === 0) this.#tell(container);
  }

  #stop(container: number): void {
    if (this.process === undefined || !this.#containers.stop(container, this.now)) return;
    this.#note(`the heal stops ${this.#containers.name(container)}`);
    if (this.#daemon !== undefined && this.#blind === 0) this.#tell(container);
  }

  #list(afresh = false): void {
    for (const container of this.#containers.all) this.#tell(container, afresh);
  }

  #tell(container: number, afresh = false): void {
    const { healing } = this.core ?? {};
    const settled = (healing?.lastEnd ?? -Infinity) + this.config.incident.settle;
    if (healing !== undefined && (healing.running !== undefined || this.now <= settled))
      this.#containers.blameHeal(container, this.now, afresh);
    const status = this.#containers.tell(container, this.now, afresh);
    if (status !== undefined) this.#daemon?.feed(status);
  }

  #truth(): Truth {
    return {
      now: this.now,
      paused: this.now < this.pausedUntil,
      blind: this.#isBlind(),
      blindSince: this.#blindToldAt,
      observedSince: this.#observedSince,
      missing: (key) => this.#containers.missing(key),
      backSince: (key) => this.#containers.backSince(key),
      slack: this.#downtime,
      unseen: this.#blindTime + Math.max(0, this.now - this.#blindToldAt),
      read: this.#read,
      readAt: (signal) => this.#readAt.get(signal) ?? Infinity,
    };
  }

  #isBlind(): boolean {
    return this.now - this.#blindToldAt > this.config.incident.blindAfter;
  }

  #exit(forced: 'timeout' | undefined): void {
    const process = this.process;
    if (process === undefined) return;
    this.process = undefined;
    if (this.#plan.cures && forced === undefined) this.#cure();
    this.#note(forced === undefined ? 'the heal ends by itself' : 'the heal is gone');
    const adopted = this.#daemon === undefined || !this.#ownsProcess;
    const result = adopted ? 'unknown' : (forced ?? process.result);
    this.watcher.exit(process.id, this.now, this.#downtime);
    if (this.#daemon === undefined) return;
    this.#tellOutcome(process.id, result);
  }

  #tellOutcome(effect: string, result: HealResult): void {
    const ok = result === 'ok';
    this.#daemon?.feed({ type: 'outcome', effect, kind: 'heal', at: this.now, ok, detail: '', result });
  }

  #cure(): void {
    for (const storm of this.#history.storms) {
      if (storm.curable && START + storm.at <= this.now) this.#cured.add(storm);
    }
    for (const container of this.#containers.all) {
      if (this.#containers.isHealable(container)) this.#setRunning(container, true);
    }
  }

  #ownsProcess = true;

  #boot(): void {
    this.#note(this.disk === undefined ? 'the daemon starts' : 'the daemon starts again');
    this.#ownsProcess = this.process === undefined;
    if (this.#blindToldAt !== Infinity) this.#blindTime += this.now - this.#blindToldAt;
    this.#blindToldAt = Infinity;
    this.#observedSince = this.now;
    this.#daemon = new Daemon(this, this.config, this.#policy);
    this.#read.length = this.cursor;
    this.#containers.forget(this.#daemon.core.presence, this.now);
    this.#daemon.run();
    if (this.#blind + this.#partlyBlind > 0) this.#sight(true);
    if (this.#elsewhere.blind + this.#elsewhere.unread > 0) this.#tellElsewhere();
    if (this.#blind === 0) this.#list(true);
    this.#catchUp();
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#daemon = undefined;
      if (this.process !== undefined && this.#history.cgroup) {
        const { id } = this.process;
        this.process = undefined;
        this.watcher.exit(id, this.now, this.#downtime);
      }
    }
  }

  #at(at: number, run: () => void): void {
    this.#agenda.add(Math.max(at, this.now), run);
  }
}

function nameOf({ id, story }: Effect): string {
  return id.slice(story.incident.length + 1);
}

/** Runs a history to its end; throws a Violation where an invariant is broken. */
export function simulate(history: History, overrides: object = {}): Simulation {
  return new Simulation(history, overrides).run();
}
