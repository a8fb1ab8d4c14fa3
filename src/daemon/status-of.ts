import type { Config } from '../config/config.ts';
import type { Status } from '../control/status.ts';
import type { Counts, Rule, Tally } from '../model.ts';
import { countedFor, decisionCount } from '../incidents/evidence.ts';
import { policyOf } from '../incidents/policy.ts';
import type { CoreState, Incident } from '../incidents/state.ts';
import { containerMatches, reasonText, rulesOf } from '../incidents/rules.ts';
import type { PerformerStatus } from '../sinks/effect-queue.ts';
import type { Health } from '../state/disk.ts';
import type { LiveStatus } from '../streams/docker/follow-docker.ts';
import { VERSION } from '../version.ts';
import type { LineRates } from './line-rates.ts';
import type { RecentEffect } from './recent-effects.ts';

/** Everything that a status is made of, as it stands at `at`. */
export interface StatusParts {
  readonly at: number;
  readonly startedAt: number;
  readonly loadedAt: number;
  readonly configFile: string | undefined;
  readonly dryRun: boolean;
  readonly starts: number;
  readonly config: Config;
  readonly following: LiveStatus;
  readonly rates: LineRates;
  readonly judged: { readonly lines: number; readonly entries: number };
  readonly tally: Tally;
  readonly core: CoreState;
  readonly effects: readonly RecentEffect[];
  readonly performer: PerformerStatus;
  readonly channels: readonly string[];
  readonly store: Health & { readonly dir: string };
}

const NONE: Counts = { critical: 0, error: 0, warning: 0, restart: 0 };
const SHOWN = 20;

/** The status of the daemon. */
export function statusOf(parts: StatusParts): Status {
  const { at, config, following, core, tally, performer } = parts;
  const containers = containersOf(parts);
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
    engine: { endpoint: following.endpoint, ...following.connection },
    ...(following.sight?.blind === true && { blind: following.sight.reason }),
    lines: {
      judged: parts.judged.lines,
      entries: parts.judged.entries,
      perSecond: round(containers.reduce((sum, { perSecond }) => sum + perSecond, 0)),
    },
    containers,
    window: { length: config.window, counts: tally.counts },
    rules: rulesShown(config, core, tally),
    incidents: Object.values(core.keys).flatMap(({ incident }) =>
      incident === undefined ? [] : [incidentShown(incident, at)],
    ),
    heal: {
      configured: policyOf(config).canHeal,
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
    gaps: following.gaps
      .slice(-SHOWN)
      .map(({ container, from, to, reason }) => ({ container, from, to, reason })),
    restarts: following.restarts.slice(-SHOWN).map(({ at: moment, container, cause, counted, text }) => ({
      at: moment,
      container,
      cause,
      counted,
      text,
    })),
    effects: [...parts.effects],
    outbox: {
      queued: performer.queued,
      unsent: performer.unsent,
      dead: performer.dead,
      channels: [...parts.channels],
      disabled: { ...performer.disabledChannels },
    },
    store: parts.store,
  };
}

function containersOf({ following, tally, rates, at }: StatusParts): Status['containers'] {
  return following.containers
    .map(({ id, name, container, image, driver, phase, reason, lastLineAt, lag, lines, warnings }) => ({
      id,
      name,
      container,
      image,
      driver,
      state: phase,
      ...(reason !== undefined && { reason }),
      ...(lastLineAt !== undefined && { lastLineAt }),
      lag,
      lines,
      perSecond: round(rates.rate(id, lines, at)),
      counts: tally.containers.get(container) ?? NONE,
      warnings: [...warnings],
    }))
    .sort((a, b) => (a.container < b.container ? -1 : Number(a.container > b.container)));
}

/** Every rule over the host, and every container with a limit of its own once it has evidence. */
function rulesShown(config: Config, core: CoreState, tally: Tally): Status['rules'] {
  const policy = policyOf(config);
  return rulesOf(config).flatMap((rule) => {
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
    return rule.scope === 'host' ? [host, ...each] : each;
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
  verifying: 'the watch ends at the latest',
  cooldown: 'the next heal may start',
  escalated: 'a reminder is sent',
  resolved: 'it is closed',
};

function incidentShown(incident: Incident, at: number): Status['incidents'][number] {
  const { id, key, state, openedAt, since, breaches, why, attempts, acknowledged, until } = incident;
  const reminds = state !== 'escalated' || !acknowledged;
  const next = until > at && Number.isFinite(until) && reminds ? { at: until, what: NEXT[state] } : undefined;
  return {
    id,
    key,
    state,
    openedAt,
    since,
    reason: reasonText(breaches),
    why,
    attempts,
    acknowledged,
    ...(next !== undefined && { next }),
  };
}

function round(rate: number): number {
  return rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate);
}
