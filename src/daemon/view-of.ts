import { hostname } from 'node:os';
import type { Status } from '../control/status.ts';
import { isBlind, dependenciesOf } from '../incidents/coverage.ts';
import { quietFrom } from '../incidents/due.ts';
import type { Policy } from '../incidents/policy.ts';
import type { CoreState, Incident } from '../incidents/state.ts';
import { compose } from '../incidents/story.ts';
import { seenDown } from '../incidents/world.ts';
import type { RollingWindow } from '../operators/rolling-window.ts';
import type { IncidentRecord } from '../state/change.ts';
import type { Delivery } from '../state/delivery.ts';
import { groupShown, incidentView, messageShown } from '../views/incident-view.ts';
import { VIEW_VERSION } from '../views/is-view.ts';
import type { IncidentView, View } from '../views/view.ts';

/** Everything that a view is made of, as it stands at the moment of the status. */
export interface ViewParts {
  readonly status: Status;
  readonly policy: Policy;
  readonly core: CoreState;
  readonly window: RollingWindow;
  readonly deliveries: Iterable<Delivery>;
  readonly past: readonly IncidentRecord[];
}

const GROUPS = 40;

/** What people are shown of the daemon. */
export function viewOf(parts: ViewParts): View {
  const { status, window, past } = parts;
  const { containers, ...rest } = status;
  return {
    version: VIEW_VERSION,
    host: hostname(),
    status: rest,
    containers: Object.fromEntries(containers.map((container) => [container.id, container])),
    strip: window.minutes(status.at),
    groups: window.tally(status.at).groups.slice(0, GROUPS).map(groupShown),
    incidents: Object.values(parts.core.keys).flatMap(({ incident }) =>
      incident === undefined ? [] : [openIncident(incident, parts)],
    ),
    past: past.map(({ id, openedAt, closedAt, story }) => ({
      id,
      openedAt,
      ...(closedAt !== undefined && { closedAt }),
      reason: story.reason,
      heals: story.heals.length,
    })),
  };
}

function openIncident(incident: Incident, parts: ViewParts): IncidentView {
  const { status, policy, core, window } = parts;
  const snapshot = compose(core, incident, 'note', (at, since) => window.tally(at, since), policy);
  const shown = status.incidents.find(({ id }) => id === incident.id);
  const earliest =
    incident.state === 'verifying' && !isBlind(core, dependenciesOf(core, incident), policy)
      ? quietFrom(core, incident, policy, policy.incident.verify)
      : undefined;
  return {
    ...incidentView(snapshot),
    since: incident.since,
    why: incident.decisionReason,
    maxHeals: policy.incident.maxAttempts,
    messages: [...parts.deliveries]
      .filter(({ effect }) => effect.story.incident === incident.id)
      .map(messageShown),
    down: [...seenDown(core, incident.expected)],
    acknowledged: incident.acknowledged,
    passive: incident.passive,
    ...(shown?.next !== undefined && { next: shown.next }),
    ...(earliest !== undefined && Number.isFinite(earliest) && { earliest }),
  };
}
