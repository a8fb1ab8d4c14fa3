/** One way to break the machine: a piece of its source text, found exactly once, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const CORE = 'src/operators/incident';
const DAEMON = 'test/incident/daemon.ts';

/** The 18 of incidents.md §7. Those that live outside the pure core break the model of the daemon around it. */
export const named: readonly Mutant[] = [
  {
    name: 'a heal is run again on boot',
    file: `${CORE}/evaluate.ts`,
    find: `if (turn.state.healing.running?.lost === true) endHeal(turn, incident, 'unknown', now);`,
    replace: `if (turn.state.healing.running?.lost === true) startHeal(turn, { ...incident, heals: incident.heals.slice(0, -1), attempts: incident.attempts - 1 });`,
  },
  {
    name: 'no cooldown',
    file: `${CORE}/decide.ts`,
    find: `if (situation.coolingDown)`,
    replace: `if (situation.coolingDown && situation.queueFull)`,
  },
  {
    name: 'no budget',
    file: `${CORE}/decide.ts`,
    find: `if (!situation.budgetLeft)`,
    replace: `if (!situation.budgetLeft && situation.queueFull)`,
  },
  {
    name: 'no maxAttempts',
    file: `${CORE}/decide.ts`,
    find: `if (!situation.attemptsLeft)`,
    replace: `if (!situation.attemptsLeft && situation.queueFull)`,
  },
  {
    name: 'heal before a durable alert',
    file: `${CORE}/evaluate.ts`,
    find: `if (!gathered.told && !isCall) to.announce(`,
    replace: `if (!gathered.told && !isCall && decision.to !== 'queued') to.announce(`,
  },
  {
    name: 'resolved while blind',
    file: `${CORE}/due.ts`,
    find: `if (isBlind(state, policy) || incident.downSince !== undefined) return Infinity;`,
    replace: `if (incident.downSince !== undefined) return Infinity;`,
  },
  {
    name: 'inflight is never sent again',
    file: DAEMON,
    find: `entry.state === 'inflight' ? { ...entry, state: 'pending' }`,
    replace: `entry.state === 'inflight' ? { ...entry, state: 'sent' }`,
  },
  {
    name: 'acts before it has written',
    file: DAEMON,
    find: `    machine.boundary('before the write');`,
    replace: `    for (const effect of heals.splice(0)) machine.spawn(effect);\n    machine.boundary('before the write');`,
  },
  {
    name: 'no verifyMax',
    file: `${CORE}/transitions.ts`,
    find: `until: now + turn.policy.incident.verifyMax,`,
    replace: `until: now + 1_000 * turn.policy.incident.verifyMax,`,
  },
  {
    name: 'no watermark',
    file: `${CORE}/evidence.ts`,
    find: `return state.keys[key]?.watermark ?? 0;`,
    replace: `return Math.min(0, state.keys[key]?.watermark ?? 0);`,
  },
  {
    name: 'no settle',
    file: `${CORE}/heal.ts`,
    find: `until: end + turn.policy.incident.settle,`,
    replace: `until: end,`,
  },
  {
    name: 'no kill',
    file: DAEMON,
    find: `machine.kill('SIGKILL');`,
    replace: `machine.kill('SIGTERM');`,
  },
  {
    name: 'no reopen',
    file: `${CORE}/reduce.ts`,
    find: `else if (incident.state === 'resolved') reopen(turn, incident, readBack);`,
    replace: `else if (incident.state === 'resolved') open(turn, key, readBack);`,
  },
  {
    name: 'no streak growth',
    file: `${CORE}/cooldown.ts`,
    find: `streak: streak + 1,`,
    replace: `streak,`,
  },
  {
    name: 'a resolution leaves the watermark',
    file: `${CORE}/transitions.ts`,
    find: `passive: false, relapsed: false }, now - span);`,
    replace: `passive: false, relapsed: false }, now - 100 * span);`,
  },
  {
    name: 'no reminder backoff',
    file: `${CORE}/transitions.ts`,
    find: `reminderEvery: Math.min(incident.reminderEvery * 2, reminderMax),`,
    replace: `reminderEvery: Math.min(incident.reminderEvery, reminderMax),`,
  },
  {
    name: 'marked as sent although it failed',
    file: DAEMON,
    find: `        sent\n          ?`,
    replace: `        sent || entry.tries === 0\n          ?`,
  },
  {
    name: 'dead counts as quiet',
    file: `${CORE}/due.ts`,
    find: `if (isBlind(state, policy) || incident.downSince !== undefined) return Infinity;`,
    replace: `if (isBlind(state, policy)) return Infinity;`,
  },
];

/** More ways to break it, for what incidents.md added after its prototype. */
export const further: readonly Mutant[] = [
  {
    name: 'heals while paused',
    file: `${CORE}/decide.ts`,
    find: `if (situation.paused)`,
    replace: `if (situation.paused && situation.queueFull)`,
  },
  {
    name: 'heals while blind',
    file: `${CORE}/evaluate.ts`,
    find: `if (state.healing.running !== undefined || isBlind(state, policy)) return;`,
    replace: `if (state.healing.running !== undefined) return;`,
  },
  {
    name: 'two heals at once',
    file: `${CORE}/evaluate.ts`,
    find: `if (state.healing.running !== undefined || isBlind(state, policy)) return;`,
    replace: `if (isBlind(state, policy)) return;`,
  },
  {
    name: 'heals on stale evidence',
    file: `${CORE}/decide.ts`,
    find: `if (!situation.fresh)`,
    replace: `if (!situation.fresh && situation.queueFull)`,
  },
  {
    name: 'a broken command is tried again',
    file: `${CORE}/decide.ts`,
    find: `if (situation.commandBroken)`,
    replace: `if (situation.commandBroken && situation.queueFull)`,
  },
  {
    name: 'silence of the dead is no failure',
    file: `${CORE}/due.ts`,
    find: `incident.graceFrom) + policy.incident.aliveGrace;`,
    replace: `incident.graceFrom) + 100 * policy.incident.aliveGrace;`,
  },
  {
    name: 'boot takes containers for running',
    file: `${CORE}/world.ts`,
    find: `{ ...known, instances: {}, unseen: true, lastRunning`,
    replace: `{ ...known, lastRunning`,
  },
  {
    name: 'a passive wait forgets that a limit was reached again',
    file: `${CORE}/evaluate.ts`,
    find: `relapsed: true, graceFrom: now, why: reason`,
    replace: `graceFrom: now, why: reason`,
  },
  {
    name: 'one too many: strictly more than the limit',
    file: `${CORE}/evidence.ts`,
    find: `const oldestNeeded = nth(newest, limit);`,
    replace: `const oldestNeeded = nth(newest, limit + 1);`,
  },
  {
    name: 'the window is closed at its old end',
    file: `${CORE}/evidence.ts`,
    find: `oldestNeeded > state.now - rule.window &&`,
    replace: `oldestNeeded >= state.now - rule.window &&`,
  },
];
