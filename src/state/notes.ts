import { emptyImage, everything, type Image, type Patch } from './image.ts';

/** What the store notes for itself, beside what its owners commit. */
export interface Notes {
  /** When the last commit was made (epoch milliseconds); undefined if there was none. */
  readonly savedAt: number | undefined;
  /** How many starts there have been, and the moments of the latest. */
  readonly bootSeq: number;
  readonly starts: readonly number[];
  readonly freshBecause: string | undefined;
}

export function notesIn({ meta }: Image): Notes {
  const starts: unknown = JSON.parse(meta.get('starts') ?? '[]');
  const because: unknown = JSON.parse(meta.get('freshBecause') ?? 'null');
  const savedAt = meta.get('savedAt');
  return {
    savedAt: savedAt === undefined ? undefined : Number(savedAt),
    bootSeq: Number(meta.get('bootSeq') ?? 0),
    starts: Array.isArray(starts) ? starts.filter((at) => typeof at === 'number') : [],
    freshBecause: typeof because === 'string' ? because : undefined,
  };
}

/** A patch that writes the notes of a start. `freshBecause` stays until the core commits its first state. */
export function notesOfStart({ bootSeq, starts, freshBecause }: Omit<Notes, 'savedAt'>): Patch {
  const put = new Map([
    ['bootSeq', JSON.stringify(bootSeq)],
    ['starts', JSON.stringify(starts)],
  ]);
  if (freshBecause !== undefined) put.set('freshBecause', JSON.stringify(freshBecause));
  return { ...everything(emptyImage()), meta: { put, drop: [] } };
}
