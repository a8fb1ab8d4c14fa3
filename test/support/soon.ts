import { vi } from 'vitest';

/** Waits until a check holds, for a minute at most: a machine that is busy takes its time. Rejects with what it said last. */
export function soon(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 60_000, interval: 10 });
}
