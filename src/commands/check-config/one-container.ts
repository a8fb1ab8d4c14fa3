import { canHeal } from '../../config/can-heal.ts';
import type { Config } from '../../config/config.ts';
import { labelSettings, limitByLabel } from '../../config/labels.ts';
import { table } from '../../control/table.ts';
import { policyOf } from '../../incidents/policy.ts';
import { containerMatches, isOff } from '../../incidents/rules.ts';
import { isLimit } from '../../incidents/rules/limits.ts';
import type { Rule } from '../../model.ts';
import { hostOf, severityOfRules } from '../../sinks/alert/routing/about.ts';
import { lookedAt } from '../../sinks/alert/routing/fit.ts';
import { routingOf } from '../../sinks/alert/routing/routing.ts';
import { wanted } from '../../streams/docker/list.ts';
import type { ListedContainer } from './container-settings.ts';

/**
 * What holds for one container, and from where: whether it is followed, which limits count it, who is told, what is silenced,
 * what heals it. `listed` is the container as an engine knows it; without it nothing is known of image and labels.
 */
export function oneContainer(
  config: Config,
  container: string,
  listed: ListedContainer | undefined,
): readonly string[] {
  const { labels = {} } = listed ?? {};
  const policy = policyOf(config);
  const counting = policy.shownRules.filter(
    (rule) => containerMatches(rule, container) && (listed === undefined || hasLabels(rule, labels)),
  );
  const rows = [
    ...counting.map((rule) => [
      rule.name,
      ...limitOf(rule, labels),
      ...saidOf(rule.name, rule.kinds, rule.effects.includes('alert'), config, container),
      healOf(rule, config),
    ]),
    ...(['down', 'unhealthy'] as const).flatMap((name) => {
      const state = policy.states.get(name);
      if (state === undefined) return [];
      const told = saidOf(name, [], state.effects.includes('alert'), config, container);
      return [[name, '', `states.${name}`, ...told, 'no']];
    }),
  ];
  const titles = ['RULE', 'LIMIT', 'FROM', 'TOLD', 'BY', 'HEALED'].map((title) => ({ title }));
  return [
    `Container ${container}${listed === undefined ? '' : ` of the image ${listed.image}`}`,
    followed(config, listed),
    ...labelSettings(labels).map(({ label, value }) => `Label ${label}=${value}`),
    ...table(titles, rows, Infinity),
    ...policy.maintenance
      .filter(({ containers }) => containers.length === 0 || containerMatches(anyOf(containers), container))
      .map(({ id, why }) => `Silenced at times by ${id} (${why})`),
  ];
}

function followed({ containers }: Config, listed: ListedContainer | undefined): string {
  if (listed === undefined)
    return 'No engine that answers has it: what its labels and its image change is not known.';
  if (wanted(containers, undefined)(listed)) return 'Followed.';
  return 'NOT FOLLOWED: by containers.include, exclude or images, or its label quantum-realtime.enable.';
}

function hasLabels(rule: Rule, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(rule.labels).every(([name, value]) => labels[name] === value);
}

/** The limit that counts it, and where that comes from. */
function limitOf(rule: Rule, labels: Readonly<Record<string, string>>): readonly [string, string] {
  const own = isLimit(rule.name) ? limitByLabel(rule.name, labels) : undefined;
  if (own !== undefined) return [`${own}, its own`, `label quantum-realtime.limits.${rule.name}`];
  const limit = isOff(rule.limit) ? 'off' : String(rule.limit);
  const source = isLimit(rule.name) ? `limits.${rule.name}` : 'rules';
  return [rule.scope === 'container' ? `${limit}, its own` : `${limit}, of the host`, source];
}

/** Who is told of it by this rule, and by which route. */
function saidOf(
  rule: string,
  kinds: Rule['kinds'],
  alerts: boolean,
  config: Config,
  container: string,
): readonly [string, string] {
  if (!alerts) return ['nobody', 'effects without alert'];
  const { channels } = routingOf(config);
  const about = { severity: severityOfRules([rule], config), rules: [rule], kinds };
  const fitting = lookedAt(config.alerts.routes, {
    ...about,
    containers: [container],
    hosts: [hostOf(container, config.name)],
  }).filter(({ fits }) => fits === 'yes');
  const named = new Set(fitting.flatMap(({ route }) => route.to));
  const told = fitting.length === 0 ? channels : channels.filter((channel) => named.has(channel));
  const by = fitting.map(({ index }) => `alerts.routes[${index}]`).join(', ');
  return [told.length === 0 ? 'nobody' : told.join(', '), by === '' ? 'no route' : by];
}

function healOf(rule: Rule, { heal }: Config): string {
  if (!rule.effects.includes('heal')) return 'no';
  if (!canHeal(heal)) return 'nothing configured';
  return heal.action === 'command' ? 'heal.command' : `heal.action: ${heal.action}`;
}

/** A rule for these containers, since globs are matched as rules match them. */
function anyOf(containers: readonly string[]): Rule {
  return {
    ...{ name: '', kinds: [], limit: 1, window: 1, scope: 'host', labels: {}, pattern: '' },
    ...{ effects: [], key: '', containers },
  };
}
