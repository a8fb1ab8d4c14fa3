import { asyncScheduler } from 'rxjs';
import { SILENT } from '../../log.ts';
import { fetchFollowed } from '../fetch-followed.ts';
import type { Position, SourceContext, SourceKind } from '../source.ts';
import { followJournal } from './follow-journal.ts';
import { JOURNALD } from './unit-run.ts';

/** The journal of systemd: one source, whatever units are asked for. */
export const journaldSources: SourceKind = {
  kind: JOURNALD,
  configured({ sources: { journald } }) {
    if (journald === false) return [];
    const { units } = journald;
    const open = (context: SourceContext, position?: Position) => followJournal({ units }, context, position);
    return [
      {
        id: JOURNALD,
        open,
        fetchPast: (request) =>
          fetchFollowed(
            open({
              config: { ...request.config, window: request.until - request.since },
              clock: asyncScheduler,
              log: SILENT,
            }),
            request,
          ),
      },
    ];
  },
};
