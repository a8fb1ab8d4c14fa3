import type { Config } from '../../config/config.ts';
import type { Effect, IncidentSnapshot, NotificationType } from '../../model.ts';
import { aboutOf, type Severity } from '../../sinks/alert/routing/about.ts';
import { type Looked, lookedAt } from '../../sinks/alert/routing/fit.ts';
import { type Routing, routingOf } from '../../sinks/alert/routing/routing.ts';
import { formatDuration } from '../../time/duration.ts';
import { localDateTime } from '../../text/plain.ts';

/** Who gets the messages of an incident, and why. */
export interface Explained {
  readonly incident: string;
  readonly reason: string;
  readonly messages: readonly {
    readonly part: NotificationType;
    readonly severity: Severity;
    readonly channels: readonly ChannelExplained[];
  }[];
}

export interface ChannelExplained {
  readonly channel: string;
  readonly told: boolean;
  readonly why: string;
}

/** What is looked at: the opening, the call for a person. Everybody who was told of an incident is told of its end. */
const PARTS = ['opened', 'escalated'] as const;

/** Why each channel gets the messages of an incident or does not, if they were sent at `now` (epoch milliseconds). */
export function explainAlerts(config: Config, story: IncidentSnapshot, now: number): Explained {
  const routing = routingOf(config);
  return {
    incident: story.incident,
    reason: story.reason,
    messages: PARTS.map((part) => {
      const effect: Effect = {
        ...{ type: 'effect', kind: 'alert', id: `${story.incident}:${part}`, part, at: now },
        story: part === 'escalated' ? { ...story, state: 'escalated' } : story,
      };
      const looked = lookedAt(config.alerts.routes, aboutOf(effect, config));
      return {
        part,
        severity: routing.severity(effect),
        channels: routing.channels.map((channel) => explainChannel(channel, effect, looked, routing, now)),
      };
    }),
  };
}

function explainChannel(
  channel: string,
  effect: Effect,
  looked: readonly Looked[],
  routing: Routing,
  now: number,
): ChannelExplained {
  const fitting = looked.filter(({ fits }) => fits === 'yes');
  const by = fitting.find(({ route }) => route.to.includes(channel));
  const told = by !== undefined || fitting.length === 0;
  const standsIn = routing
    .recipients(effect)
    .filter((other) => other !== channel && routing.fallback(other) === channel);
  const reasons = told
    ? [
        by === undefined ? everybody(looked) : `${nameOf(by)} names it`,
        ...when(channel, effect, routing, now),
      ]
    : [
        ...looked
          .filter(({ fits, route }) => fits === 'no' && route.to.includes(channel))
          .map((one) => `${nameOf(one)} names it, but its ${one.because}`),
        ...fitting.slice(-1).map((one) => `${nameOf(one)} fits, and ${names(one)}`),
        ...standsIn.map((other) => `it gets what ${other} has not taken`),
      ];
  return { channel, told, why: reasons.join('; ') };
}

function everybody(looked: readonly Looked[]): string {
  return looked.length === 0
    ? 'there are no routes, so that every channel gets it'
    : 'no route fits, so that every channel gets it';
}

function names({ route: { to } }: Looked): string {
  return to.length === 0 ? 'names nobody' : `names ${to.join(', ')}`;
}

function nameOf({ index }: Looked): string {
  return `alerts.routes[${index}]`;
}

/** What holds it up there, and whether it comes again. */
function when(channel: string, effect: Effect, routing: Routing, now: number): readonly string[] {
  const until = routing.severity(effect) === 'page' ? undefined : routing.quietUntil(channel, now);
  const wait = effect.part === 'opened' ? routing.groupWait(effect, channel) : 0;
  const every = routing.repeat(effect, channel);
  return [
    ...(until === undefined ? [] : [`it is quiet there until ${localDateTime(until)}`]),
    ...(wait === 0 ? [] : [`it waits ${formatDuration(wait)} for what follows`]),
    ...(every === undefined ? [] : [`sent again every ${formatDuration(every)} until somebody acknowledges`]),
  ];
}
