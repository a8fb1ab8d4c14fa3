import { Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * Turns deadlines (epoch milliseconds; undefined: none) into the moments at which they pass. There is one timer at a
 * time. When a deadline is moved to later the timer stays, and is set anew when it fires: in a flood every signal
 * moves it. A timer may fire a little before the clock shows its moment; that moment is emitted all the same.
 */
export function atDeadline(clock: SchedulerLike): OperatorFunction<number | undefined, number> {
  return (due$) =>
    new Observable((subscriber) => {
      let due: number | undefined;
      let armed = Infinity;
      let timer: Subscription | undefined;
      const deadlines = due$.subscribe({
        next: (next) => {
          due = next;
          arm();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return () => {
        deadlines.unsubscribe();
        timer?.unsubscribe();
      };

      function arm(): void {
        if (due === undefined || due >= armed) return;
        timer?.unsubscribe();
        armed = due;
        timer = clock.schedule(ring, Math.max(0, due - clock.now()));
      }

      function ring(): void {
        const now = Math.max(armed, clock.now());
        armed = Infinity;
        if (due === undefined) return;
        if (due > now) arm();
        else subscriber.next(now);
      }
    });
}
