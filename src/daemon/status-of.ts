import type { Status } from '../control/status.ts';
import { type Counts, HOST, LOCAL_DOCKER, type Rule, type Tally } from '../model.ts';
import { countedFor, decisionCount } from '../incidents/evidence.ts';
import type { Policy } from '../incidents/policy.ts';
import type { CoreState, Incident } from '../incidents/state.ts';
import { containerMatches, isOff, reasonText } from '../incidents/rules.ts';
import { quietNow, unheard } from '../sinks/alert/routing/shown.ts';
import type { EffectQueueStatus } from '../sinks/effect-queue.ts';
import type { Health } from '../state/disk.ts';
import type { SourceStatus } from '../streams/source.ts';
import { formatDuration } from '../time/duration.ts';
import { VERSION } from '../version.ts';
import type { LineRates } from './line-rates.ts';
import type { Carried } from './pipeline-run.ts';
import type { RecentEffect } from './recent-effects.ts';

/** Everything that a status is made of, as it stands at `at`. */
export interface StatusParts {
  readonly at: number;
  readonly startedAt: number;
  readonly loadedAt: number;
  readonly configFile: string | undefined;
  readonly dryRun: boolean;
  readonly starts: number;
  readonly policy: Policy;
  readonly sources: readonly SourceStatus[];
  readonly rates: LineRates;
  readonly carried: Omit<Carried, 'positions'>;
  readonly effects: readonly RecentEffect[];
  readonly queue: EffectQueueStatus;
  readonly channels: readonly string[];
  readonly store: Health & { readonly dir: string };
}

const NONE: Counts = { critical: 0, error: 0, warning: 0, restart: 0 };
const SHOWN = 20;

/** The status of the daemon. */
export function statusOf(parts: StatusParts): Status {
  const { at, policy, sources, queue } = parts;
  const { core, entries } = parts.carried;
  const { config } = policy;
  const tally = parts.carried.window.tally(at);
  const containers = containersOf(parts, tally);
  const blind = blindReasonOf(core, sources);
  const { healing, pausedUntil } = core;
  const { budget, budgetWindow } = config.incident;
  return {
    version: VERSION,
    pid: process.pid,
    at,
    startedAt: parts.startedAt,
    rss: process.memoryUsage.rss(),
    dryRun: parts.dryRun,
    starts: parts.starts,
    config: { loadedAt: parts.loadedAt, ...(parts.configFile !== undefined && { file: parts.configFile }) },
    ...engineOf(sources),
    sources: sources.map(sourceShown),
    ...(blind !== '' && { blind }),
    lines: {
      judged: entries.stats.lines,
      entries: entries.stats.entries,
      perSecond: round(containers.reduce((sum, { perSecond }) => sum + perSecond, 0)),
    },
    containers,
    window: { length: config.window, counts: tally.counts },
    rules: rulesShown(policy, core, tally),
    incidents: Object.values(core.keys).flatMap(({ incident }) =>
      incident === undefined ? [] : [incidentShown(incident, at, config)],
    ),
    heal: {
      configured: policy.canHeal,
      budget: {
        used: healing.starts.filter((start) => start > at - budgetWindow).length,
        limit: budget,
        window: budgetWindow,
      },
      ...(healing.cooldownUntil > at && { cooldownUntil: healing.cooldownUntil }),
      ...(healing.running !== undefined && {
        running: {
          id: healing.running.id,
          since: healing.running.started,
          deadline: healing.running.deadline,
        },
      }),
    },
    ...(pausedUntil > at && { pausedUntil }),
    gaps: latest(sources.flatMap(({ gaps }) => gaps)).map(({ source, container, from, to, reason }) => ({
      source,
      container,
      from,
      to,
      reason,
    })),
    restarts: latest(
      sources.flatMap(({ id, restarts }) => restarts.map((restart) => ({ ...restart, source: id }))),
    ).map(({ at: moment, source, container, cause, counted, text }) => ({
      at: moment,
      source,
      container,
      cause,
      counted,
      text,
    })),
    effects: [...parts.effects],
    outbox: {
      queued: queue.queued,
      unsent: queue.unsent,
      dead: queue.dead,
      channels: [...parts.channels],
      disabled: { ...queue.disabledChannels },
      failing: { ...queue.failingChannels },
      ...quietNow(config, at),
    },
    store: parts.store,
  };
}

/** The newest of several sources' events, oldest first. */
function latest<T extends { readonly at: number }>(events: readonly T[]): readonly T[] {
  return events.toSorted((a, b) => a.at - b.at).slice(-SHOWN);
}

/** The Docker Engine of this host, or the first there is. */
function engineOf(sources: readonly SourceStatus[]): Pick<Status, 'engine'> {
  const engines = sources.filter(({ kind }) => kind === 'docker');
  const engine = engines.find(({ id }) => id === LOCAL_DOCKER) ?? engines[0];
  return engine === undefined ? {} : { engine: { endpoint: engine.endpoint, ...engine.connection } };
}

function sourceShown(source: SourceStatus): Status['sources'][number] {
  const { id, kind, endpoint, connection, offset, coverage } = source;
  return {
    id,
    kind,
    endpoint,
    ...connection,
    ...(offset !== undefined && { offset }),
    ...(coverage !== undefined && coverage.reason !== '' && { unread: coverage.reason }),
  };
}

/** What should be read and is not: of every source, and whether the host is silent. */
function blindReasonOf({ coverage }: CoreState, sources: readonly SourceStatus[]): string {
  const named = sources.length > 1;
  const reasons = sources.flatMap(({ id, coverage: known }) =>
    known === undefined || known.reason === '' ? [] : [named ? `${id}: ${known.reason}` : known.reason],
  );
  const silent = coverage[HOST]?.blindSince === undefined ? [] : [coverage[HOST].reason];
  return [...reasons, ...silent].join('; ');
}

function containersOf({ sources, rates, at }: StatusParts, tally: Tally): Status['containers'] {
  return sources
    .flatMap(({ id: source, containers }) => containers.map((container) => ({ ...container, source })))
    .map(
      ({
        id,
        source,
        name,
        container,
        image,
        driver,
        phase,
        reason,
        unhealthy,
        exitCode,
        lastLineAt,
        lag,
        lines,
        warnings,
      }) => ({
        id,
        source,
        name,
        container,
        image,
        driver,
        state: phase,
        ...(reason !== undefined && { reason }),
        ...(unhealthy === true && { unhealthy }),
        ...(exitCode !== undefined && { exitCode }),
        ...(lastLineAt !== undefined && { lastLineAt }),
        lag,
        lines,
        perSecond: round(rates.rate(id, lines, at)),
        counts: tally.containers.get(container) ?? NONE,
        warnings: [...warnings],
      }),
    )
    .sort((a, b) => (a.container < b.container ? -1 : Number(a.container > b.container)));
}

/** Every rule over the host, and every container with a limit of its own once it has evidence. */
function rulesShown(policy: Policy, core: CoreState, tally: Tally): Status['rules'] {
  return policy.shownRules.flatMap((rule) => {
    const counted = countedFor(core, policy, rule.key).filter((one) => one.rule.name === rule.name);
    const whole = counted.find(({ slot }) => slot.container === undefined);
    const each = counted.flatMap((one) => {
      const { container, limit } = one.slot;
      if (container === undefined) return [];
      const inWindow = sum(rule, tally.containers.get(container) ?? NONE);
      return [{ rule: rule.name, container, deciding: decisionCount(core, one), inWindow, limit }];
    });
    const own = new Set(each.map(({ container }) => container));
    const others = [...tally.containers].filter(([name]) => !own.has(name) && containerMatches(rule, name));
    const host = {
      rule: rule.name,
      deciding: whole === undefined ? 0 : decisionCount(core, whole),
      inWindow: others.reduce((total, [, counts]) => total + sum(rule, counts), 0),
      limit: rule.limit,
    };
    return rule.scope === 'host' && !isOff(rule.limit) ? [host, ...each] : each;
  });
}

function sum({ kinds }: Rule, counts: Counts): number {
  return kinds.reduce((total, kind) => total + counts[kind], 0);
}

const NEXT: Readonly<Record<Incident['state'], string>> = {
  open: 'people are told',
  queued: 'it is looked at again',
  healing: 'the heal is ended by force',
  settling: 'the watch begins',
  verifying: 'it is decided at the latest',
  cooldown: 'the next heal may start',
  escalated: 'a reminder is sent',
  holding: 'a reminder is sent',
  resolved: 'it is closed',
};

function incidentShown(
  incident: Incident,
  at: number,
  config: Policy['config'],
): Status['incidents'][number] {
  const { id, key, state, openedAt, since, breaches, decisionReason, attempts, acknowledged, until } =
    incident;
  const reminds = (state !== 'escalated' && state !== 'holding') || !acknowledged;
  const next =
    until > at && Number.isFinite(until) && reminds
      ? { at: until, what: whatIsNext(state, config.incident.verify) }
      : undefined;
  const mute = incident.effects.includes('alert') ? unheard(incident, config) : undefined;
  return {
    id,
    key,
    state,
    openedAt,
    since,
    reason: reasonText(breaches),
    why: decisionReason,
    attempts,
    acknowledged,
    ...(mute !== undefined && { unheard: mute }),
    ...(next !== undefined && { next }),
  };
}

/** What happens at the end of a state; of the watch also what ends it before. */
function whatIsNext(state: Incident['state'], verify: number): string {
  return state === 'verifying'
    ? `${NEXT[state]}; resolved before that once it has been quiet for ${formatDuration(verify)}`
    : NEXT[state];
}

function round(rate: number): number {
  return rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate);
}
