import { Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * The nearest deadline in (epoch milliseconds, or undefined: none), the moment out when it has come. One timer stands
 * at a time. Where a deadline is put off the timer stays where it is and is set again when it goes off: in a flood it
 * is put off with every signal. A timer may go off a little before the clock shows its moment: then it is that moment
 * all the same.
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
