import type { SchedulerLike } from 'rxjs';
import type { Status } from '../control/status.ts';
import { viewFeed } from '../control/view-feed.ts';
import type { Viewable } from '../control/view-server.ts';
import type { Step } from '../incidents/reducer-context.ts';
import type { IncidentRecord } from '../state/change.ts';
import type { Store } from '../state/store.ts';
import { incidentView, messageShown } from '../views/incident-view.ts';
import type { PipelineRuns } from './pipeline-runs.ts';
import { viewOf } from './view-of.ts';

export interface ViewableParts {
  readonly status: () => Status;
  readonly runs: PipelineRuns;
  readonly store: Pick<Store, 'history' | 'deliveries'>;
  readonly clock: SchedulerLike;
}

/** So many incidents are listed. */
const LISTED = 20;

/**
 * What the view socket shows of the daemon. `stepped` is to be called with every step: the history is read again only
 * after an incident has moved on.
 */
export function viewable({
  status,
  runs,
  store,
  clock,
}: ViewableParts): Viewable & { readonly stepped: (step: Step) => void } {
  let past: readonly IncidentRecord[] | undefined;
  const view = () => {
    const run = runs.current();
    past ??= store.history({ limit: LISTED });
    return viewOf({
      status: status(),
      policy: run.policy,
      ...run.state(),
      deliveries: store.deliveries(),
      past,
    });
  };
  return {
    feed: viewFeed(view, clock),
    incident: (id) => {
      const open = view().incidents.find((incident) => incident.id === id);
      if (open !== undefined) return open;
      const [record] = store.history({ id });
      if (record === undefined) return undefined;
      const messages = [...store.deliveries()].filter(({ effect }) => effect.story.incident === id);
      return { ...incidentView(record.story, record.closedAt), messages: messages.map(messageShown) };
    },
    stepped: ({ transitions }) => {
      if (transitions.length > 0) past = undefined;
    },
  };
}
