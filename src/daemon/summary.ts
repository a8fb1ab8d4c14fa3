import { type Observable, repeat, type SchedulerLike, tap, timer } from 'rxjs';
import type { Status } from '../control/status.ts';
import { counted } from '../text/plain.ts';
import type { Log } from '../log.ts';

const HOUR = 60 * 60_000;

/** Writes a summary into the log every hour while it is subscribed to. */
export function summaries(status: () => Status, clock: SchedulerLike, log: Log): Observable<unknown> {
  let before = status().lines;
  return timer(HOUR, clock).pipe(
    repeat(),
    tap(() => {
      const now = status();
      const { facts, text } = summary(now, before);
      before = now.lines;
      log.info(facts, text);
    }),
  );
}

/** The hour in one record: enough to see in the journal that all is well, and how well. `before` is an hour ago. */
export function summary(
  status: Status,
  before: Status['lines'],
): { readonly facts: object; readonly text: string } {
  const { containers, incidents, window, lines, engine, blind, rss } = status;
  const { critical, error, warning, restart } = window.counts;
  const open = incidents.filter(({ state }) => state !== 'resolved');
  const seen = engine?.state === 'down' ? 'the Docker Engine is away' : (blind ?? 'everything is read');
  const incident = open.length === 0 ? 'no incident' : `incident ${open.map(({ id }) => id).join(', ')}`;
  return {
    facts: {
      lines: lines.judged - before.judged,
      entries: lines.entries - before.entries,
      containers: containers.length,
      window: { critical, errors: error, warnings: warning, restarts: restart },
      incidents: open.map(({ id, state }) => ({ id, state })),
      rss,
    },
    text: `the last hour: ${counted(lines.judged - before.judged, 'line')} of ${counted(containers.length, 'container')}; ${incident}; ${seen}`,
  };
}
