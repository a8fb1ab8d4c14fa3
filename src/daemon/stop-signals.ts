import { fromEvent, map, merge, type Observable } from 'rxjs';

/** SIGINT and SIGTERM, as often as they come. While this is subscribed to, they do not end the process. */
export function stopSignals(): Observable<NodeJS.Signals> {
  return merge(
    ...(['SIGINT', 'SIGTERM'] as const).map((signal) => fromEvent(process, signal).pipe(map(() => signal))),
  );
}
