import * as z from 'zod';

/** How far the numbers of one host have been read. */
export const marker = z.object({ id: z.string(), epoch: z.number(), seq: z.number() });
export type Marker = z.infer<typeof marker>;

/** Numbers of entries that were never had, both inclusive. */
export interface Missing {
  readonly from: number;
  readonly to: number;
}

/** What becomes of one message: where the host now stands, which entries are new, which are missing before them. */
export interface Admitted<T> {
  readonly marker: Marker;
  readonly fresh: readonly T[];
  readonly missing: readonly Missing[];
  /** Somebody else than before sends under this name: a host that was set up anew, or two that go by one name. */
  readonly isAnother: boolean;
}

/**
 * Reads one message of a host behind what was read of it before: repeats are dropped, and a hole in the numbers is
 * named. Numbers that begin anew (a later epoch, another identity) are followed from 1 on; those of an earlier epoch
 * are repeats. Of a host that was never heard, what was before the first message is not missing: it has expired.
 */
export function admit<T extends { readonly seq: number }>(
  known: Marker | undefined,
  { id, epoch, entries }: { readonly id: string; readonly epoch: number; readonly entries: readonly T[] },
): Admitted<T> {
  const isAnother = known !== undefined && known.id !== id;
  const isSame = known?.id === id;
  if (isSame && epoch < known.epoch) return { marker: known, fresh: [], missing: [], isAnother: false };
  const first = (entries[0]?.seq ?? 1) - 1;
  let seq = known === undefined ? first : isSame && epoch === known.epoch ? known.seq : 0;
  const fresh: T[] = [];
  const missing: Missing[] = [];
  for (const entry of entries) {
    if (entry.seq <= seq) continue;
    if (entry.seq > seq + 1) missing.push({ from: seq + 1, to: entry.seq - 1 });
    fresh.push(entry);
    seq = entry.seq;
  }
  return { marker: { id, epoch, seq }, fresh, missing, isAnother };
}
