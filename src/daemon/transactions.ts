import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { Observation } from '../model.ts';
import type { Step } from '../incidents/turn.ts';

export interface TransactionParts {
  /**
   * Brings everything that has been read into the core and makes it emit its present state, so that cursors, counts
   * and state are those of one moment.
   */
  readonly gather: () => void;
  readonly commit: (step: Step) => void;
  /** Called after the commit, once for every effect in order. */
  readonly perform: (step: Step) => void;
}

/** Steps of the core, made into transactions that hold whole batches. */
export interface Transactions {
  /** To be put right behind the source: a batch is one transaction, whatever steps it leads to. */
  readonly whole: MonoTypeOperatorFunction<readonly Observation[]>;
  /** Takes a step; outside a batch it is committed at once. */
  readonly take: (step: Step) => void;
  /** Commits the present state though nothing has followed from it. */
  readonly save: () => void;
}

/**
 * A step may come in the middle of a batch whose cursors already stand at its end. Committed there and then it would
 * lose what the batch still holds, should the process die before the next commit. So steps wait for the end of the
 * batch, are joined, and are committed with cursors and counts of the same moment; their effects come after that.
 */
export function transactions({ gather, commit, perform }: TransactionParts): Transactions {
  let open = 0;
  let waiting: Step | undefined;

  function within(work: () => void): void {
    open += 1;
    try {
      work();
    } finally {
      open -= 1;
    }
  }

  function close(): void {
    if (open > 0) return;
    within(gather);
    const step = waiting;
    waiting = undefined;
    if (step === undefined) return;
    commit(step);
    perform(step);
  }

  return {
    whole: (source$) =>
      new Observable((subscriber) =>
        source$.subscribe({
          next: (batch) => {
            within(() => subscriber.next(batch));
            if (waiting !== undefined) close();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      ),
    take: (step) => {
      waiting = waiting === undefined ? step : join(waiting, step);
      close();
    },
    save: close,
  };
}

function join(a: Step, b: Step): Step {
  const incidents = new Map([...a.incidents, ...b.incidents].map((incident) => [incident.id, incident]));
  return {
    state: b.state,
    effects: [...a.effects, ...b.effects],
    transitions: [...a.transitions, ...b.transitions],
    incidents: [...incidents.values()],
  };
}
