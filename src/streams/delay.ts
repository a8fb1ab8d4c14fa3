import type { SchedulerLike } from 'rxjs';

/** Resolves after `ms` milliseconds, or at once when the signal is aborted. */
export function delay(ms: number, clock: SchedulerLike, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = clock.schedule(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      timer.unsubscribe();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** A door that stays open once opened, until it is closed again. */
export interface Gate {
  open(): void;
  close(): void;
  /** Resolves when the door is open, or when the signal is aborted. */
  passed(signal: AbortSignal): Promise<void>;
}

export function gate(): Gate {
  let isOpen = false;
  const waiting = new Set<() => void>();
  return {
    open: () => {
      isOpen = true;
      for (const go of waiting) go();
      waiting.clear();
    },
    close: () => {
      isOpen = false;
    },
    passed: (signal) =>
      new Promise((resolve) => {
        if (isOpen || signal.aborted) {
          resolve();
          return;
        }
        const go = () => {
          waiting.delete(go);
          signal.removeEventListener('abort', go);
          resolve();
        };
        waiting.add(go);
        signal.addEventListener('abort', go, { once: true });
      }),
  };
}

/** Waits that double from `first` to `most` milliseconds, each shortened by up to half at random. */
export function backoff(first: number, most: number): { next(): number; reset(): void } {
  let wait = first;
  return {
    next: () => {
      const now = wait * (0.5 + Math.random() / 2);
      wait = Math.min(wait * 2, most);
      return now;
    },
    reset: () => {
      wait = first;
    },
  };
}

/** Lets at most `most` tasks run at a time, in the order they came. */
export function limiter(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    running++;
    try {
      return await task();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
