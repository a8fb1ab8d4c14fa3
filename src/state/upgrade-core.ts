/**
 * The incident machine's state as version 0.1.0 stored it, in the shape of the next schema version, both as JSON text.
 * One sight of everything becomes the coverage of the one source there was; what nobody noted then begins empty. What is
 * no such state is handed back as it is: its reader refuses it.
 */
export function coreWithCoverage(text: string): string {
  const core: unknown = JSON.parse(text);
  if (!isRecord(core) || !isRecord(core['sight'])) return text;
  const { sight, presence, keys, slots, ...rest } = core;
  const watch = isRecord(sight) ? sight : {};
  const isBlind = watch['blindSince'] !== undefined;
  return JSON.stringify({
    ...rest,
    slots,
    observedSince: watch['observedSince'],
    coverage: isBlind ? { docker: { ...watch, containers: {} } } : {},
    presence: mapped(presence, ({ lastRunning, ...known }) => ({
      source: 'docker',
      lastUp: lastRunning,
      ...known,
    })),
    reachedUntil: Array.isArray(slots) ? slots.map(() => 0) : [],
    contributors: [],
    latest: Array.isArray(slots) ? slots.map(() => []) : [],
    keys: mapped(keys, (key) =>
      isRecord(key['incident']) ? { ...key, incident: upgradedIncident(key['incident']) } : key,
    ),
  });
}

function upgradedIncident(incident: Members): Members {
  const { told, why, breaches, counters, ...rest } = incident;
  return {
    ...rest,
    announced: told,
    decisionReason: why,
    breaches,
    subjects: [],
    sources: ['docker'],
    told: told === true ? toldBreaches(breaches, incident['since']) : [],
    newsAt: 0,
    worseAt: incident['since'],
    sent: [],
    counters: { ...(isRecord(counters) ? counters : {}), news: 0 },
  };
}

/** What was breached when the incident was told: all of it was named. */
function toldBreaches(breaches: unknown, at: unknown): readonly Members[] {
  if (!Array.isArray(breaches)) return [];
  return breaches.filter(isRecord).map(({ rule, container, count }) => ({
    ...{ rule, count, since: 0, at },
    ...(container !== undefined && { container }),
  }));
}

type Members = Readonly<Record<string, unknown>>;

function mapped(members: unknown, change: (value: Members) => Members): Members {
  if (!isRecord(members)) return {};
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, isRecord(value) ? change(value) : value]),
  );
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
