import type { Config } from '../../config/config.ts';
import { table } from '../../control/table.ts';
import { policyOf } from '../../incidents/policy.ts';
import type { Kind } from '../../model.ts';
import { severityOfRules, type Severity } from '../../sinks/alert/routing/about.ts';
import { certainty } from '../../sinks/alert/routing/fit.ts';
import { routingOf } from '../../sinks/alert/routing/routing.ts';
import { configuredChannels } from '../../sinks/alert/channel-names.ts';

/** Messages about one rule, as far as settings alone can tell what they are about. */
interface Told {
  readonly rule: string;
  readonly kinds: readonly Kind[];
  readonly severity: Severity;
  readonly isEscalation: boolean;
}

const CELLS = { yes: 'yes', perhaps: 'some', no: '-' } as const;

/**
 * Who gets what, as a table: a line for rules that are told alike and one for their escalations, a column for each
 * channel. `some` depends on the containers, or on the host. Below it what each channel has of its own: quiet hours, a
 * fallback. Empty without a channel.
 */
export function whoIsTold(config: Config): readonly string[] {
  const { channels, fallback } = routingOf(config);
  if (channels.length === 0) return [];
  const { routes } = config.alerts;
  const alike = new Map<string, { readonly rules: string[]; readonly cells: readonly string[] }>();
  for (const { rule, kinds, severity, isEscalation } of messagesOf(config)) {
    const about = { severity, rules: [rule], kinds };
    const cells = [severity, ...channels.map((channel) => CELLS[certainty(routes, about, channel)])];
    const key = [isEscalation, ...cells].join(' ');
    const { rules } = alike.get(key) ?? { rules: [] };
    alike.set(key, { cells, rules: [...rules, rule] });
  }
  const rows = [...alike].map(([key, { rules, cells }]) => [
    `${key.startsWith('true') ? 'escalations of ' : ''}${rules.join(', ')}`,
    ...cells,
  ]);
  const titles = ['MESSAGES ABOUT', 'SEVERITY', ...channels].map((title) => ({ title }));
  const settings = configuredChannels(config.alerts);
  const own = channels.flatMap((channel, index) => {
    const setting = settings[index];
    const quiet = setting !== undefined && 'quiet' in setting ? setting.quiet : undefined;
    const zone = quiet?.zone === undefined ? '' : ` (${quiet.zone})`;
    const to = fallback(channel);
    return [
      ...(quiet === undefined
        ? []
        : [`${channel}: notes and alerts wait while it is ${quiet.hours.join(', ')}${zone}; pages do not`]),
      ...(to === undefined
        ? []
        : [`${channel}: what it has not taken for 5 min goes to ${to} as well, a page at once`]),
    ];
  });
  return [...table(titles, rows, Infinity), ...own];
}

function messagesOf(config: Config): readonly Told[] {
  const policy = policyOf(config);
  const all = [
    ...policy.shownRules.map(({ name, kinds, effects }) => ({ rule: name, kinds, effects })),
    ...[...policy.states].map(([rule, { effects }]) => ({ rule, kinds: [], effects })),
  ];
  return [
    ...all
      .filter(({ effects }) => effects.includes('alert'))
      .map(({ rule, kinds }) => ({
        ...{ rule, kinds, isEscalation: false },
        severity: severityOfRules([rule], config),
      })),
    ...all
      .filter(({ effects }) => effects.includes('heal'))
      .map(({ rule, kinds }) => ({ rule, kinds, isEscalation: true, severity: 'page' as const })),
  ];
}
