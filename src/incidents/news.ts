import { channels } from './channels.ts';
import { shownCount } from './deciding.ts';
import { countedFor, floorOf } from './evidence.ts';
import type { Counted } from './evidence.ts';
import { nth } from './newest.ts';
import { emitNext, transition, update } from './reducer-context.ts';
import type { ReducerContext } from './reducer-context.ts';
import type { CoreState, Incident, Told } from './state.ts';
import { breachOf } from './story.ts';
import { isSame } from './is-same.ts';
import { effectsOfRule, untold } from './told.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Between two looks whether things have become worse, while nothing comes of which they could. */
const REST = 5 * MINUTE;

/** Messages an hour after which what is new waits, to be told as one. */
const FULL = 10;

/** How much more than was told is news. */
const WORSE = 10;

/** In these states it is news that a limit is reached; in the others the message of a decision will name it. */
const NEWS_IN: ReadonlySet<Incident['state']> = new Set([
  'queued',
  'verifying',
  'cooldown',
  'escalated',
  'holding',
]);

/** Whether one of these limits is reached for the first time in this incident, or for the first time in long. */
export function isNew(state: CoreState, incident: Incident, reached: readonly Counted[]): boolean {
  return reached.some((counted) => isUnknown(state, incident, counted));
}

/**
 * Notes the limits that are reached for the first time in this incident, or again after they were below for a whole
 * window: people are told of them, whatever the incident is waiting for.
 */
export function noteNew(context: ReducerContext, incident: Incident, reached: readonly Counted[]): Incident {
  const { state } = context;
  const fresh = reached.filter((counted) => isUnknown(state, incident, counted));
  if (fresh.length === 0) return incident;
  const breaches = fresh.map((counted) => breachOf(state, counted));
  const isFresh = (limit: { readonly rule: string; readonly container?: string }): boolean =>
    breaches.some((breach) => isSame(breach, limit));
  const noted = update(context, incident, {
    breaches: [...incident.breaches.filter((old) => !isFresh(old)), ...breaches],
    told: incident.told.filter((old) => !isFresh(old)),
    effects: [...new Set([...incident.effects, ...fresh.flatMap(({ rule }) => rule.effects)])],
  });
  return withNews(context, noted);
}

/** The incident with a time at which people are told of what is new to it, if there is anything. */
export function withNews(context: ReducerContext, incident: Incident): Incident {
  if (!NEWS_IN.has(incident.state) || untold(incident, context.policy).length === 0) return incident;
  return update(context, incident, {
    newsAt: incident.newsAt === 0 ? newsFrom(context, incident) : incident.newsAt,
  });
}

/** Tells what is new, if it is time. It ends an acknowledgement: what was taken on was not this. */
export function tellNews(context: ReducerContext, incident: Incident): Incident {
  const { state, policy } = context;
  if (incident.newsAt === 0 || state.now < incident.newsAt) return incident;
  const breaches = untold(incident, policy);
  if (breaches.length === 0) return update(context, incident, { newsAt: 0 });
  const noted = transition(context, incident, incident.state, 'another limit is reached');
  const kinds = channels({ ...noted, effects: effectsOf(context, breaches) }, 'news');
  const told = emitNext(context, { ...noted, breaches }, 'news', kinds);
  const others = incident.breaches.filter((old) => !breaches.some((breach) => isSame(breach, old)));
  return update(context, told, {
    breaches: [...others, ...told.breaches],
    acknowledged: false,
    ...(incident.acknowledged &&
      incident.state === 'escalated' && {
        until: Math.max(incident.until, state.now + incident.reminderEvery),
      }),
  });
}

/**
 * Looks whether a limit that was told counts ten times as much now: not before the last message is five minutes old, then
 * once a minute, or every five minutes while nothing more comes.
 */
export function lookWorse(context: ReducerContext, incident: Incident): Incident {
  const { state, policy } = context;
  if (!NEWS_IN.has(incident.state) || state.now < incident.worseAt) return incident;
  const limits = countedFor(state, policy, incident.key);
  const active = incident.told.flatMap((told) => {
    const counted = limits.find(({ slot }) => isSame(slot, told));
    return counted !== undefined && (nth(counted.newest, 1) ?? 0) > told.at ? [{ told, counted }] : [];
  });
  const worse = active.flatMap(({ told, counted }) => {
    const breach = { ...breachOf(state, counted), since: sinceOf(state, incident, told, counted) };
    const count = shownCount(state, breach, counted, context.tally, policy);
    return count < WORSE * told.count ? [] : [{ ...breach, count }];
  });
  const looked = update(context, incident, { worseAt: state.now + (active.length > 0 ? MINUTE : REST) });
  if (worse.length === 0) return looked;
  const isWorse = (limit: Told | Incident['breaches'][number]): boolean =>
    worse.some((breach) => isSame(breach, limit));
  const noted = update(context, looked, {
    breaches: [...looked.breaches.filter((old) => !isWorse(old)), ...worse],
    told: looked.told.filter((old) => !isWorse(old)),
  });
  return update(context, noted, { newsAt: noted.newsAt === 0 ? newsFrom(context, noted) : noted.newsAt });
}

/** When something has to be told or looked at next, if nothing happens. */
export function newsDue(incident: Incident): number {
  return Math.min(
    incident.newsAt === 0 ? Infinity : incident.newsAt,
    NEWS_IN.has(incident.state) ? incident.worseAt : Infinity,
  );
}

/** Evidence of a passive wait is spent over and over: what was told is compared with all that came since. */
function sinceOf(state: CoreState, incident: Incident, told: Told, counted: Counted): number {
  return incident.state === 'verifying' && incident.passive
    ? Math.max(state.now - counted.rule.window, told.since)
    : floorOf(state, counted);
}

function isUnknown(state: CoreState, incident: Incident, counted: Counted): boolean {
  const { slot, rule, reachedUntil } = counted;
  const told = incident.told.find((old) => isSame(old, slot));
  if (told === undefined) return !incident.breaches.some((breach) => isSame(breach, slot));
  return state.now > reachedUntil + rule.window;
}

/** When what is new now is told: with what joins it meanwhile, a minute apart, and from the tenth an hour on as one. */
function newsFrom({ state, policy }: ReducerContext, { sent }: Incident): number {
  const tenth = sent.filter((at) => at > state.now - HOUR).at(-FULL);
  const last = sent.at(-1) ?? -Infinity;
  return Math.max(state.now + policy.incident.groupWait, last + MINUTE, (tenth ?? -Infinity) + HOUR);
}

function effectsOf({ policy }: ReducerContext, breaches: Incident['breaches']): Incident['effects'] {
  return [...new Set(breaches.flatMap(({ rule }) => effectsOfRule(policy, rule)))];
}
