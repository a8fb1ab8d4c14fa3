import type { Config } from '../../src/config/config.ts';
import type { Effect, HealResult, Rule, Signal } from '../../src/model.ts';
import { countedFor, decisionCount } from '../../src/incidents/evidence.ts';
import type { Policy } from '../../src/incidents/policy.ts';
import { nextDeadline } from '../../src/incidents/state.ts';
import type { CoreState } from '../../src/incidents/state.ts';
import type { Move, Step } from '../../src/incidents/reducer-context.ts';
import type { Disk } from './daemon.ts';
import { HOUR } from './history.ts';
import { Naming } from './naming.ts';

/**
 * An invariant that does not hold, or a transition that is not as it should be. Their numbers are those of
 * docs/reference/incident-transitions.md.
 */
export class Violation extends Error {
  readonly invariant: string;
  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

/** What really is, as the watcher is told of it; the invariants are judged against this and never against the core. */
export interface Truth {
  readonly now: number;
  readonly paused: boolean;
  /** What the daemon has been told: blind for longer than `blindAfter`, and which expected containers are missing. */
  readonly blind: boolean;
  /** When the daemon was told that it sees nothing; infinite while it does. */
  readonly blindSince: number;
  /** The last start of the daemon, or the end of the last blindness. */
  readonly observedSince: number;
  readonly missing: (key: string) => { readonly names: readonly string[]; readonly since: number };
  /** When the last of the expected containers was back. */
  readonly backSince: (key: string) => number;
  /** For how long the daemon was down in all, and for how long it could not see: nothing could be done meanwhile. */
  readonly slack: number;
  readonly unseen: number;
  /** Signals the daemon has read, in order of time, and when it read one. */
  readonly read: readonly Signal[];
  readonly readAt: (signal: Signal) => number;
}

interface Heal {
  readonly id: string;
  readonly incident: string;
  readonly started: number;
  ended?: number;
  result?: string;
}

/**
 * Watches one history from outside and throws at the first invariant that is broken. It keeps its own books: of
 * heals, messages and decisions, by what happened and not by what the core believes.
 */
export class Watcher {
  readonly #config: Config;
  readonly #policy: Policy;
  readonly #heals: Heal[] = [];
  readonly #asked = new Map<string, Effect>();
  readonly #delivered: string[] = [];
  readonly #alertTimes = new Map<string, readonly number[]>();
  readonly #moves: Move[] = [];
  #spawned = new Set<string>();
  #lastDecision = new Map<string, number>();
  #resolvedAt = new Map<string, number>();
  #openOf = new Map<string, string>();
  #verifyingSince = new Map<string, number>();
  #attemptsSinceReset = new Map<string, number>();
  #reminded = new Map<string, readonly number[]>();
  readonly #acknowledged = new Set<string>();
  /** Keys whose last decision rests on evidence that was read back. */
  readonly #readBack = new Set<string>();
  readonly #reopened = new Map<string, number>();
  readonly #coolingSince = new Map<string, number>();
  /** Heals that have followed each other closely, and the pause after the last of them. */
  #streak = 0;
  #cooldown = 0;
  #lastEnd = -Infinity;
  readonly #ended = new Set<string>();
  readonly #naming: Naming;
  /** Before the step that is looked at: up to when evidence of each key was spent. */
  #spent: CoreState['keys'] = {};
  #sendCrashes = 0;
  #now = 0;

  constructor(config: Config, policy: Policy) {
    this.#config = config;
    this.#policy = policy;
    this.#naming = new Naming(config, policy);
  }

  get moves(): readonly Move[] {
    return this.#moves;
  }
  get heals(): readonly Heal[] {
    return this.#heals;
  }
  get asked(): readonly Effect[] {
    return [...this.#asked.values()];
  }
  get delivered(): readonly string[] {
    return this.#delivered;
  }

  /** A step that has been written. */
  step(step: Step, before: CoreState, truth: Truth): void {
    this.#spent = before.keys;
    this.#state(step.state, before);
    this.#counts(step.state, truth);
    for (const { id, result, ended } of step.incidents.flatMap(({ heals }) => heals)) {
      if (result === undefined || this.#ended.has(id)) continue;
      this.#ended.add(id);
      this.#count(result, ended ?? truth.now);
      const heal = this.#heals.find((other) => other.id === id);
      if (heal !== undefined) heal.result = result;
    }
    for (const effect of step.effects) this.#ask(effect);
    for (const move of step.transitions) this.#move(move, truth);
    const late = this.#naming.late(truth.now, truth.slack);
    if (late !== undefined) throw new Violation('I27', `nobody has been told in time of ${late}`);
    this.#told(step);
    for (const { incident } of Object.values(step.state.keys)) {
      if (incident === undefined || !['queued', 'cooldown'].includes(incident.state)) continue;
      const { blindMax } = this.#config.incident;
      if (truth.now > truth.blindSince + blindMax + truth.slack)
        throw new Violation('T8', `${incident.id} waits unseen for more than ${blindMax} ms`);
    }
    if (Object.values(step.state.keys).some(({ incident }) => incident !== undefined)) {
      if (nextDeadline(step.state) === undefined)
        throw new Violation('deadline', 'an open incident waits for nothing');
    }
  }

  /** The daemon is about to be given the last signal that it has read. */
  read({ keys }: CoreState, { now, read, slack }: Truth): void {
    this.#naming.read(
      read,
      now,
      slack,
      (key) => keys[key]?.watermark ?? 0,
      (key) => keys[key]?.incident?.state ?? 'healthy',
    );
  }

  /** An incident opens or comes back, and expects these although they have not been there. */
  expects(gone: readonly string[], now: number): void {
    if (gone.length > 0)
      throw new Violation('I30', `${gone.join(', ')} is expected at ${now}, and long gone`);
  }

  /** A heal process has been started. */
  spawn(effect: Effect, disk: Disk | undefined, running: boolean, truth: Truth): void {
    const { now } = truth;
    const { incident: settings } = this.#config;
    const { incident } = effect.story;
    if (running) throw new Violation('I1', `${effect.id} starts beside another heal`);
    if (this.#spawned.has(effect.id)) throw new Violation('I2', `${effect.id} is started twice`);
    const { budget, budgetWindow, maxAttempts, freshness } = settings;
    const last = this.#heals.at(-1);
    if (last?.ended !== undefined && now < last.ended + this.#cooldown)
      throw new Violation('I4', `${effect.id} ${now - last.ended} ms after the last, not ${this.#cooldown}`);
    if (this.#heals.filter(({ started }) => started > now - budgetWindow).length >= budget) {
      throw new Violation('I5', `${effect.id} is one more than the budget`);
    }
    const attempts = (this.#attemptsSinceReset.get(incident) ?? 0) + 1;
    this.#attemptsSinceReset.set(incident, attempts);
    if (attempts > maxAttempts) throw new Violation('I6', `${effect.id} is attempt ${attempts}`);
    const previous = this.#heals.findLast((heal) => heal.incident === incident);
    if (previous?.result === 'broken' && attempts > 1) {
      throw new Violation('T12', `${effect.id} after a broken command`);
    }
    const stored = [...(disk?.outbox ?? []).map((entry) => entry.effect.id)];
    if (!stored.includes(`${incident}:opened`))
      throw new Violation('I12', `${effect.id} before its incident was told`);
    if (truth.paused) throw new Violation('I24', `${effect.id} while paused`);
    if (truth.blind) throw new Violation('I24', `${effect.id} while blind`);
    const newest = truth.read.at(-1)?.at ?? -Infinity;
    const dead = now - truth.missing(effect.story.key).since >= settings.aliveGrace;
    if (newest < now - freshness && !dead) throw new Violation('I24', `${effect.id} on stale evidence`);
    if (this.#readBack.has(effect.story.key) && !dead) {
      const reached = this.#rulesOf(effect.story.key).some(
        (rule) => countIn(truth.read, rule, now - freshness - 1, now) >= rule.limit,
      );
      if (!reached) throw new Violation('I24', `${effect.id} on evidence that was read back and is old`);
    }
    this.#spawned.add(effect.id);
    this.#heals.push({ id: effect.id, incident, started: now });
  }

  /** A heal process has ended, or the daemon learnt that it has. */
  exit(id: string, now: number, downtime: number): void {
    const heal = this.#heals.find((other) => other.id === id);
    if (heal === undefined || heal.ended !== undefined) return;
    heal.ended = now;
    const { timeout, killGrace } = this.#config.heal;
    if (now > heal.started + timeout + killGrace + downtime) {
      throw new Violation('I19', `${id} lived for ${now - heal.started} ms`);
    }
  }

  deliver(effect: Effect): void {
    const { id, kind, story, part } = effect;
    if (
      kind === 'alert' &&
      part !== 'opened' &&
      this.#asked.get(`${story.incident}:opened`)?.kind === 'alert'
    ) {
      if (!this.#delivered.includes(`${story.incident}:opened`))
        throw new Violation('I13', `${id} before the opening`);
    }
    this.#delivered.push(id);
    const repeats = this.#delivered.length - new Set(this.#delivered).size;
    if (repeats > this.#sendCrashes) throw new Violation('I14', `${id} was sent again without need`);
  }

  crashed(place: string, disk: Disk | undefined): void {
    this.#naming.crashed(disk?.core.keys ?? {});
    if (place === 'in the send window') this.#sendCrashes += 1;
  }

  acknowledged(incident: string, kept = true): void {
    if (kept) this.#acknowledged.add(incident);
    else this.#acknowledged.delete(incident);
  }

  reset(): void {
    this.#attemptsSinceReset = new Map();
  }

  /** Everything is over and has had time to end. */
  end(core: CoreState, now: number): void {
    const open = Object.values(core.keys).flatMap(({ incident }) =>
      incident === undefined ? [] : [incident],
    );
    const left = open[0];
    if (left !== undefined) throw new Violation('I7', `${left.id} is still ${left.state} at ${now}`);
    const unnamed = this.#naming.left();
    if (unnamed !== undefined) throw new Violation('I27', `nobody was ever told of ${unnamed}`);
    const missing = [...this.#asked.values()].find(
      ({ id, kind }) => kind !== 'heal' && !this.#delivered.includes(id),
    );
    if (missing !== undefined) throw new Violation('I8', `${missing.id} was never delivered`);
    for (const incident of new Set(this.asked.map(({ story }) => story.incident))) {
      const opened = this.asked.filter(({ id }) => id === `${incident}:opened`);
      if (opened.length !== 1) throw new Violation('I3', `${incident} was opened ${opened.length} times`);
    }
  }

  #state(state: CoreState, before: CoreState): void {
    if (state.now < Math.max(before.now, this.#now)) throw new Violation('I25', 'the clock went back');
    this.#now = state.now;
    for (const [key, { watermark }] of Object.entries(state.keys)) {
      const old = before.keys[key]?.watermark ?? 0;
      if (watermark < old) throw new Violation('I25', `the watermark of ${key} went back`);
    }
  }

  /** I25: what decides is never more than what is shown. */
  #counts(state: CoreState, truth: Truth): void {
    for (const key of Object.keys(state.keys)) {
      for (const counted of countedFor(state, this.#policy, key)) {
        const { rule } = counted;
        const shown = truth.read.filter(
          ({ at, kind }) => at > state.now - rule.window && at <= state.now && rule.kinds.includes(kind),
        ).length;
        const decided = decisionCount(state, counted);
        if (decided > shown)
          throw new Violation('I25', `${decided} decide for ${rule.name}, ${shown} are shown`);
      }
    }
  }

  #ask(effect: Effect): void {
    if (this.#asked.has(effect.id)) throw new Violation('I3', `${effect.id} is asked for twice`);
    this.#asked.set(effect.id, effect);
    if (effect.kind !== 'alert') return;
    if (effect.story.reason === '') throw new Violation('I29', `${effect.id} does not say what it is about`);
    const unnamed = this.#naming.alert(effect);
    if (unnamed !== undefined) throw new Violation('I27', `${effect.id} does not name ${unnamed}`);
    if (effect.part === 'news') this.#acknowledged.delete(effect.story.incident);
    const { key } = effect.story;
    const times = [...(this.#alertTimes.get(key) ?? []), effect.at];
    this.#alertTimes.set(key, times);
    const lastHour = times.filter((at) => at > effect.at - HOUR).length;
    if (lastHour > 12) throw new Violation('I17', `${lastHour} messages in an hour`);
    if (effect.part === 'escalated') {
      this.#reminded.set(effect.story.incident, [effect.at]);
      this.#acknowledged.delete(effect.story.incident);
    }
    if (effect.part === 'reminder') this.#remind(effect);
  }

  #remind({ id, at, story }: Effect): void {
    const { reminder, reminderMax } = this.#config.incident;
    if (this.#acknowledged.has(story.incident))
      throw new Violation('T21', `${id} although somebody has taken it on`);
    const times = this.#reminded.get(story.incident) ?? [];
    const gap = at - (times.at(-1) ?? 0);
    const least = Math.min(reminder * 2 ** (times.length - 1), reminderMax);
    if (gap < least) throw new Violation('I17', `${id} comes ${gap} ms after the last, not ${least}`);
    this.#reminded.set(story.incident, [...times, at]);
  }

  #move(move: Move, truth: Truth): void {
    this.#moves.push(move);
    const { at, from, to, incident, key } = move;
    const { verifyMax, reopenWindow } = this.#config.incident;
    const since = this.#verifyingSince.get(incident);
    if (from === 'verifying' && since !== undefined && at - since > verifyMax + truth.slack) {
      throw new Violation('I7c', `${incident} was verifying for ${at - since} ms`);
    }
    if (to === 'verifying') this.#verifyingSince.set(incident, at);
    else this.#verifyingSince.delete(incident);
    if (from === 'healthy') {
      if (this.#openOf.has(key))
        throw new Violation('I11', `${incident} opens beside ${this.#openOf.get(key) ?? ''}`);
      const resolved = this.#resolvedAt.get(key);
      if (resolved !== undefined && at < resolved + reopenWindow) {
        throw new Violation('I21', `${incident} opens ${at - resolved} ms after the last was resolved`);
      }
      this.#openOf.set(key, incident);
    }
    if (to === 'closed') this.#openOf.delete(key);
    if (to === 'resolved') {
      this.#resolvedAt.set(key, at);
      if (truth.blind) throw new Violation('I9', `${incident} is resolved while blind`);
      const [missing] = truth.missing(key).names;
      if (missing !== undefined) throw new Violation('I9', `${incident} is resolved without ${missing}`);
      this.#recover(move, truth);
    }
    if (from === 'resolved' && to === 'open') this.#reopen(incident);
    const times = this.#reopened.get(incident) ?? 0;
    // A relapse that goes straight to a person is told as that and no more.
    if (
      from === 'open' &&
      to !== 'escalated' &&
      times > 0 &&
      !this.#asked.has(`${incident}:reopened:${times}`)
    )
      throw new Violation('T17', `${incident} has come back ${times} times, and nobody was told`);
    if (from === 'queued' && to === 'verifying' && move.reason.startsWith('it recovered')) {
      if (!this.#heals.some((heal) => heal.incident === incident))
        throw new Violation('T9', `the first heal of ${incident} is left out`);
    }
    this.#cool(move, truth);
    if (move.reason.startsWith('expired') && since !== undefined) this.#expire(move, since, truth);
    if (isPaid(move)) this.#pay(move, truth);
    else if (from === 'verifying' && move.reason.startsWith('a limit was reached again'))
      this.#reach(key, truth);
    if (from === 'healing') this.#lastDecision.set(key, at + this.#config.incident.settle);
  }

  /** T16: what was watched for so long and is over has stayed below every limit since. */
  #expire({ at, incident, key }: Move, since: number, truth: Truth): void {
    for (const rule of this.#rulesOf(key)) {
      const count = countIn(truth.read, rule, Math.max(since, at - rule.window), at);
      if (count >= rule.limit)
        throw new Violation('T16', `${incident} expires with ${count} for ${rule.name}`);
    }
  }

  #rulesOf(key: string): readonly Rule[] {
    return [...this.#policy.rules.values()].filter((rule) => rule.key === key);
  }

  /** Keeps book of the streak: each heal that follows another closely doubles the pause, up to a cap. */
  #count(result: HealResult, ended: number): void {
    const { cooldown, cooldownMax, settle } = this.#config.incident;
    this.#cooldown = result === 'unknown' ? settle : Math.min(cooldown * 2 ** this.#streak, cooldownMax);
    this.#streak += 1;
    this.#lastEnd = ended;
  }

  /** Forgets the streak as a whole once the last heal lies far enough back. Looked at when an incident opens. */
  #calmDown(at: number): void {
    const { streakReset } = this.#config.incident;
    if (at >= this.#lastEnd + Math.max(streakReset, 2 * this.#cooldown)) this.#streak = 0;
  }

  /** T5, T8: a cooldown ends when it should, unless the end could not be seen. */
  #cool({ at, from, to, incident, key }: Move, truth: Truth): void {
    if (from === 'healthy' || (from === 'resolved' && to !== 'closed')) this.#calmDown(at);
    if (to === 'cooldown') this.#coolingSince.set(key, at);
    const since = this.#coolingSince.get(key);
    if (from !== 'cooldown' || to === 'cooldown' || since === undefined) return;
    this.#coolingSince.delete(key);
    const late = at - Math.max(since, this.#lastEnd + this.#cooldown) - truth.slack - truth.unseen;
    if (late > 0) throw new Violation('T8', `${incident} leaves its cooldown ${late} ms late`);
  }

  #reopen(incident: string): void {
    const times = (this.#reopened.get(incident) ?? 0) + 1;
    this.#reopened.set(incident, times);
    if (times > this.#config.incident.maxReopens)
      throw new Violation('T17', `${incident} is opened again for the ${times}th time`);
  }

  /** T12: what cannot be run goes to a person in the same moment. */
  #told({ transitions }: Step): void {
    for (const { incident, at, reason } of transitions) {
      if (reason !== 'the heal ended: broken') continue;
      const called = transitions.some(
        (other) => other.incident === incident && other.at === at && other.to === 'escalated',
      );
      if (!called) throw new Violation('T12', `${incident} is not escalated though its command is broken`);
    }
  }

  /** Quiet, alive and observed, each for as long as it has to be (T7, T14, T16, T19). */
  #recover({ at, from, incident, key, reason }: Move, truth: Truth): void {
    const isBelow = reason.startsWith('below every limit');
    const span = from === 'escalated' && !isBelow ? this.#config.window : this.#config.incident.verify;
    if (at < truth.observedSince + span)
      throw new Violation(
        'I9',
        `${incident} is resolved ${at - truth.observedSince} ms after it could be seen`,
      );
    if (from === 'escalated') this.#endInTime(incident, key, at, truth);
    if (reason.startsWith('expired')) return;
    if (at < truth.backSince(key) + span)
      throw new Violation('I9', `${incident} is resolved too soon after its containers were back`);
    for (const rule of this.#rulesOf(key)) {
      const lo = Math.min(
        rule.limit - 1,
        Math.floor((rule.limit * span * this.#config.incident.resolveRatio) / rule.window),
      );
      if (isBelow) {
        const spent = this.#spent[key]?.watermark ?? 0;
        const most = countIn(truth.read, rule, Math.max(at - rule.window, spent), at);
        if (most >= rule.limit) throw new Violation('I28', `${incident} ends with ${most} for ${rule.name}`);
        continue;
      }
      const count = countIn(truth.read, rule, at - span, at);
      if (count > lo) throw new Violation('quiet', `${incident} is resolved with ${count} for ${rule.name}`);
    }
  }

  /** I28: an escalated incident ends once every limit has been below for a window, whatever noise goes on. */
  #endInTime(incident: string, key: string, at: number, truth: Truth): void {
    const { verify } = this.#config.incident;
    const below = this.#rulesOf(key).map((rule) => {
      const own = truth.read.filter(({ kind }) => rule.kinds.includes(kind));
      return (own.at(-rule.limit)?.at ?? 0) + 2 * rule.window;
    });
    const since = this.#moves.findLast(
      (move) => move.incident === incident && move.from !== move.to && move.to === 'escalated',
    );
    const ready = [truth.observedSince, truth.backSince(key), since?.at ?? at].map(
      (moment) => moment + verify,
    );
    const late = at - Math.max(...below, ...ready) - truth.slack - truth.unseen;
    if (late > 0) throw new Violation('I28', `${incident} ends ${late} ms late`);
  }

  /** I24: whether the evidence that reached a limit was read back, long after it was written. */
  #reach(key: string, truth: Truth): void {
    const tip = truth.read.at(-1);
    if (tip !== undefined && truth.readAt(tip) > tip.at + this.#config.incident.blindAfter)
      this.#readBack.add(key);
    else this.#readBack.delete(key);
  }

  /** I10, I16: every decision is paid for by a full threshold of evidence newer than the last one and its heal. */
  #pay({ at, from, key, incident, to }: Move, truth: Truth): void {
    const { aliveGrace } = this.#config.incident;
    const spent = this.#lastDecision.get(key) ?? -Infinity;
    this.#lastDecision.set(key, at);
    this.#reach(key, truth);
    const dead = at - truth.missing(key).since >= aliveGrace;
    if (dead) {
      this.#readBack.delete(key);
      if (from !== 'verifying' || at >= spent + aliveGrace) return;
    }
    const paid = this.#rulesOf(key).some(
      (rule) => countIn(truth.read, rule, Math.max(at - rule.window, spent), at) >= rule.limit,
    );
    if (!paid)
      throw new Violation('I16', `${incident} goes to ${to} at ${at} on evidence that was spent by ${spent}`);
  }
}

/** How many signals of a rule came later than `from`, and not after `to`. */
function countIn(signals: readonly Signal[], { kinds }: Rule, from: number, to: number): number {
  return signals.filter(({ at, kind }) => at > from && at <= to && kinds.includes(kind)).length;
}

/** Whether a move is an opening, a reopening or a failed verification by evidence. */
function isPaid({ from, to, reason }: Move): boolean {
  if (from === 'healthy') return true;
  if (from === 'resolved' && to !== 'closed') return true;
  return from === 'verifying' && ['cooldown', 'queued'].includes(to) && reason !== '';
}
