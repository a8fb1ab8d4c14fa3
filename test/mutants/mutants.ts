/** One way to break the machine: a piece of its source text, found exactly once, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const CORE = 'src/incidents';
const DAEMON = 'test/incident/daemon.ts';

/** The first eighteen: what nobody must be able to take out unnoticed. Those outside the core break the model around it. */
export const named: readonly Mutant[] = [
  {
    name: 'a heal is run again on boot',
    file: `${CORE}/evaluate.ts`,
    find: `if (context.state.healing.running?.lost === true) endHeal(context, incident, 'unknown', now);`,
    replace: `if (context.state.healing.running?.lost === true) startHeal(context, { ...incident, heals: incident.heals.slice(0, -1), attempts: incident.attempts - 1 });`,
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
    find: `if (!gathered.announced && !isCall) to.announce(`,
    replace: `if (!gathered.announced && !isCall && decision.to !== 'queued') to.announce(`,
  },
  {
    name: 'resolved while blind',
    file: `${CORE}/due.ts`,
    find: `policy: Policy, span: number): number {\n  const needed = dependenciesOf(state, incident);\n  if (isBlind(state, needed, policy) || incident.downSince !== undefined) return Infinity;`,
    replace: `policy: Policy, span: number): number {\n  const needed = dependenciesOf(state, incident);\n  if (incident.downSince !== undefined) return Infinity;`,
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
    find: `until: now + context.policy.incident.verifyMax,`,
    replace: `until: now + 1_000 * context.policy.incident.verifyMax,`,
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
    find: `until: end + context.policy.incident.settle,`,
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
    find: `else if (incident.state === 'resolved') reopen(context, incident, readBack);`,
    replace: `else if (incident.state === 'resolved') open(context, key, readBack);`,
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
    find: `policy: Policy, span: number): number {\n  const needed = dependenciesOf(state, incident);\n  if (isBlind(state, needed, policy) || incident.downSince !== undefined) return Infinity;`,
    replace: `policy: Policy, span: number): number {\n  const needed = dependenciesOf(state, incident);\n  if (isBlind(state, needed, policy)) return Infinity;`,
  },
];

/** More ways to break it: one for each rule that came later. */
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
    find: `if (state.healing.running !== undefined || isBlind(state, dependenciesOf(state, incident), policy)) return;`,
    replace: `if (state.healing.running !== undefined) return;`,
  },
  {
    name: 'two heals at once',
    file: `${CORE}/evaluate.ts`,
    find: `if (state.healing.running !== undefined || isBlind(state, dependenciesOf(state, incident), policy)) return;`,
    replace: `if (isBlind(state, dependenciesOf(state, incident), policy)) return;`,
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
    name: 'a passive wait forgets that a limit was reached again',
    file: `${CORE}/evaluate.ts`,
    find: `relapsed: true, graceFrom: now, decisionReason: reason`,
    replace: `graceFrom: now, decisionReason: reason`,
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
  {
    name: "the day's budget never comes back",
    file: `${CORE}/evaluate.ts`,
    find: `healing.starts.filter((at) => at > now - budgetWindow).length < budget`,
    replace: `healing.starts.length < budget`,
  },
  {
    name: 'the streak never ends',
    file: `${CORE}/cooldown.ts`,
    find: `now >= healing.lastEnd + reset ?`,
    replace: `now >= healing.lastEnd + 1_000 * reset ?`,
  },
  {
    name: 'cooldowns grow without end',
    file: `${CORE}/cooldown.ts`,
    find: `Math.min(cooldown * 2 ** streak, cooldownMax)`,
    replace: `cooldown * 2 ** streak`,
  },
  {
    name: 'an interrupted heal is waited after like any other',
    file: `${CORE}/cooldown.ts`,
    find: `result === 'unknown' ? settle :`,
    replace: `result === 'unknown' && streak > 99 ? settle :`,
  },
  {
    name: 'blindness of any source stops every incident',
    file: `${CORE}/coverage.ts`,
    find: `  for (const source of sources) {`,
    replace: `  for (const source of new Set([...sources, ...Object.keys(coverage)])) {`,
  },
  {
    name: 'an incident does not depend on the source of its evidence',
    file: `${CORE}/coverage.ts`,
    find: `    sources: [...new Set([HOST, ...sources, ...ofExpected])],`,
    replace: `    sources: [HOST],`,
  },
  {
    name: "an incident does not depend on its subjects' logs",
    file: `${CORE}/coverage.ts`,
    find: `    containers: [...new Set([...subjects, ...expected])],`,
    replace: `    containers: [...new Set(subjects.length > 99 ? subjects : expected)],`,
  },
  {
    name: 'the quiet clock goes on after blindness',
    file: `${CORE}/coverage.ts`,
    find: `observedSince: isLong(since, now, policy) ? now : before`,
    replace: `observedSince: before`,
  },
  {
    name: 'the shortest cut is blindness',
    file: `${CORE}/coverage.ts`,
    find: `now - since > incident.blindAfter`,
    replace: `now - since >= 0`,
  },
  {
    name: 'evidence that was read back counts as if it had just been seen',
    file: `${CORE}/reduce.ts`,
    find: `isBlind(state, needed, policy) || signal.at < observedSince(state, needed)`,
    replace: `isBlind(state, needed, policy)`,
  },
  {
    name: 'a relapse is a new chance to heal',
    file: `${CORE}/transitions.ts`,
    find: `    aliveSince: now,\n    readBack,\n    breaches: [],`,
    replace: `    aliveSince: now,\n    readBack,\n    attempts: 0,\n    breaches: [],`,
  },
  {
    name: 'nothing is ever flapping',
    file: `${CORE}/transitions.ts`,
    find: `again.counters.reopened >= context.policy.incident.maxReopens`,
    replace: `again.counters.reopened >= 100`,
  },
  {
    name: 'a relapse is not told',
    file: `${CORE}/transitions.ts`,
    find: `    announced: false,\n    counters: { ...reopened.counters`,
    replace: `    counters: { ...reopened.counters`,
  },
  {
    name: 'each cause that joins puts the telling off',
    file: `${CORE}/reduce.ts`,
    find: `if (noted.state === 'verifying') save(context, { ...noted, readBack });`,
    replace: `save(context, { ...noted, readBack, ...(noted.state === 'open' && { until: context.state.now + 3_000 }) });`,
  },
  {
    name: 'reminders go on after somebody has taken it on',
    file: `${CORE}/evaluate.ts`,
    find: `!incident.acknowledged && state.now >= incident.until`,
    replace: `state.now >= incident.until`,
  },
  {
    name: 'the first heal is left out when it is calm',
    file: `${CORE}/evaluate.ts`,
    find: `incident.heals.length > 0 || policy.config.heal.skipIfCalmFirst`,
    replace: `incident.heals.length >= 0`,
  },
  {
    name: 'a second heal runs though all is calm',
    file: `${CORE}/evaluate.ts`,
    find: `incident.heals.length > 0 || policy.config.heal.skipIfCalmFirst`,
    replace: `policy.config.heal.skipIfCalmFirst`,
  },
  {
    name: 'watched long enough is over although containers are down',
    file: `${CORE}/evaluate.ts`,
    find: `if (incident.downSince === undefined && !incident.relapsed) {`,
    replace: `if (!incident.relapsed) {`,
  },
  {
    name: 'a broken command waits for the next breach',
    file: `${CORE}/heal.ts`,
    find: `if (result === 'broken') escalate(`,
    replace: `if (result === 'broken' && incident.passive) escalate(`,
  },
  {
    name: "another heal's outcome ends this one",
    file: `${CORE}/reduce.ts`,
    find: `running?.id !== outcome.effect ||`,
    replace: `running === undefined ||`,
  },
  {
    name: 'quiet is anything below the limit itself',
    file: `${CORE}/policy.ts`,
    find: `(limit * span * incident.resolveRatio) / window`,
    replace: `(limit * span) / window`,
  },
  {
    name: 'containers that have just come back count as alive',
    file: `${CORE}/due.ts`,
    find: `    incident.aliveSince + span,\n`,
    replace: ``,
  },
  {
    name: 'a container that is ill counts as alive',
    file: `${CORE}/world.ts`,
    find: `all.every(({ running, healthy }) => healthy || !running)`,
    replace: `all.length > 0`,
  },
  {
    name: 'absence before the heal counts against it',
    file: `${CORE}/transitions.ts`,
    find: `    relapsed: false,\n    graceFrom: now,\n    until`,
    replace: `    relapsed: false,\n    until`,
  },
  {
    name: 'a mended command stays broken',
    file: `${CORE}/operator.ts`,
    find: `attempts: 0, broken: false,`,
    replace: `attempts: 0,`,
  },
  {
    name: 'a pause cannot be ended early',
    file: `${CORE}/reduce.ts`,
    find: `context.state = { ...context.state, pausedUntil: 0 };`,
    replace: `context.state = { ...context.state };`,
  },
  {
    name: 'nobody is told of a limit that is new to an escalated incident',
    file: `${CORE}/news.ts`,
    find: `  'escalated',\n  'holding',\n]);`,
    replace: `  'holding',\n]);`,
  },
  {
    name: 'what was told once is never news again',
    file: `${CORE}/news.ts`,
    find: `return state.now > reachedUntil + rule.window;`,
    replace: `return reachedUntil < 0;`,
  },
  {
    name: 'what crosses a limit while a heal runs is forgotten by the next decision',
    file: `${CORE}/breaches.ts`,
    find: `breaches: untold(incident, context.policy) }`,
    replace: `breaches: [] }`,
  },
  {
    name: 'noise below the limits keeps an incident open',
    file: `${CORE}/evaluate.ts`,
    find: `else if (state.now >= belowFrom(state, incident, policy))`,
    replace: `else if (state.now >= belowFrom(state, incident, policy) + 24 * span)`,
  },
  {
    name: 'what a heal stops was stopped by an operator',
    file: `${CORE}/world.ts`,
    find: `const endedByHeal = (isNews && healed) ||`,
    replace: `const endedByHeal = (isNews && healed && state.now < 0) ||`,
  },
  {
    name: 'a container that died just before the limit was reached is not expected',
    file: `${CORE}/world.ts`,
    find: `return isUp(presence) || presence.lastUp >= moment;`,
    replace: `return isUp(presence) || presence.lastUp >= moment + 280_000;`,
  },
  {
    name: 'boot takes containers for running',
    file: `${CORE}/world.ts`,
    find: `{ ...known, instances: {}, unseen: true, lastUp`,
    replace: `{ ...known, lastUp`,
  },
  {
    name: 'a container that was ill all along is expected',
    file: `${CORE}/world.ts`,
    find: `wasUp || (running && status.healthy)`,
    replace: `wasUp || running`,
  },
  {
    name: 'a message about containers that stayed down has no reason',
    file: `${CORE}/breaches.ts`,
    find: `if (breachedOf(context.state, context.policy, incident.key).length === 0) return incident;`,
    replace: ``,
  },
  {
    name: 'nobody is told of a state that joins an open incident',
    file: `${CORE}/hold.ts`,
    find: `  withNews(context, update(context, joined, {}));`,
    replace: `  update(context, joined, {});`,
  },
  {
    name: 'what an operator stopped is down',
    file: `${CORE}/marks.ts`,
    find: `instances.length === 0 || presence.excused ||`,
    replace: `instances.length === 0 ||`,
  },
  {
    name: 'a throw-away job that has failed is down',
    file: `${CORE}/marks.ts`,
    find: `presence.excused || presence.oneOff === true)`,
    replace: `presence.excused)`,
  },
  {
    name: 'a state is told before it has lasted',
    file: `${CORE}/states.ts`,
    find: `const begin = Math.max(at + wait, unwatched`,
    replace: `const begin = Math.max(at + wait - down.after, unwatched`,
  },
  {
    name: 'an incident of states alone never ends',
    file: `${CORE}/hold.ts`,
    find: `clearSince === undefined ? Infinity : clearSince +`,
    replace: `clearSince === undefined ? Infinity : 2 * clearSince +`,
  },
  {
    name: 'a state has an incident of its own',
    file: `${CORE}/states.ts`,
    find: `export const STATES_KEY = 'host';`,
    replace: `export const STATES_KEY = 'states';`,
  },
  {
    name: 'an incident ends although a state that was told still holds',
    file: `${CORE}/transitions.ts`,
    find: `if (stillHolds(context.state, incident, context.policy)) {`,
    replace: `if (stillHolds(context.state, { ...incident, breaches: [] }, context.policy)) {`,
  },
  {
    name: 'a container that is well again stays ill',
    file: `${CORE}/marks.ts`,
    find: `...(isIll && {`,
    replace: `...((isIll || known?.illSince !== undefined) && {`,
  },
  {
    name: 'a health check that fails now and then starts anew at each word of it',
    file: `${CORE}/marks.ts`,
    find: `illSince: known?.illSince ?? Math.min(status.at, state.now)`,
    replace: `illSince: Math.min(status.at, state.now)`,
  },
];
