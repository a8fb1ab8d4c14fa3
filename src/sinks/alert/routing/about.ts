import type { Config } from '../../../config/config.ts';
import type { SEVERITIES } from '../../../config/route-settings.ts';
import type { Effect, IncidentSnapshot, Kind } from '../../../model.ts';

export type Severity = (typeof SEVERITIES)[number];

/** What a message is about, as far as routes can ask. What is absent is not known. */
export interface About {
  readonly severity: Severity;
  readonly rules: readonly string[];
  readonly kinds: readonly Kind[];
  readonly containers?: readonly string[];
  readonly hosts?: readonly string[];
}

/** The settings that decide what a message is. */
export type AboutSettings = Pick<Config, 'name' | 'rules'>;

/** What the message of an effect is about. */
export function aboutOf(effect: Effect, settings: AboutSettings): About {
  const { breaches } = effect.story;
  const containers = containersOf(effect.story);
  return {
    severity: severityOf(effect, settings),
    rules: breaches.map(({ rule }) => rule),
    kinds: [...new Set(breaches.flatMap(({ kinds }) => kinds))],
    containers,
    hosts: [...new Set(containers.map((container) => hostOf(container, settings.name)))],
  };
}

/** How urgent a message about certain rules is, whatever the incident has come to. */
export function severityOfRules(rules: readonly string[], settings: Pick<Config, 'rules'>): Severity {
  const severities = rules.map((rule): Severity => {
    const own = settings.rules.find(({ name }) => name === rule)?.severity;
    return own ?? (rule === 'engine' ? 'page' : 'alert');
  });
  if (severities.includes('page')) return 'page';
  return severities.length > 0 && severities.every((one) => one === 'note') ? 'note' : 'alert';
}

/** An escalation and its reminders are pages, an alert that nobody has acknowledged in time, and what concerns an engine that is away; else what the rules say. */
function severityOf({ part, story, isPage }: Effect, settings: Pick<Config, 'rules'>): Severity {
  if (isPage === true) return 'page';
  if (part === 'escalated' || (part === 'reminder' && story.state === 'escalated')) return 'page';
  return severityOfRules(
    story.breaches.map(({ rule }) => rule),
    settings,
  );
}

function containersOf({ deciding, breaches, containers }: IncidentSnapshot): readonly string[] {
  const named = breaches.flatMap(({ container }) => container ?? []);
  const own = deciding?.containers.map(({ container }) => container) ?? Object.keys(containers);
  return [...new Set([...named, ...own])];
}

/** The host of a container: the engine's name in the identity of a container of another host (`docker:vps2:api`); else this host's. */
export function hostOf(container: string, own: string): string {
  return /^docker:([^:]+):/.exec(container)?.[1] ?? own;
}
