import * as z from 'zod';
import type { Json, Position } from '../source.ts';

const place = z.object({
  group: z.string(),
  path: z.string(),
  dev: z.number(),
  ino: z.number(),
  offset: z.number().int().nonnegative(),
  head: z.string(),
  tail: z.string(),
  /** When it was last read to its end, epoch milliseconds. */
  seen: z.number(),
  /** When it was last written to, as far as it has been read: in milliseconds, by the clock of its file system. */
  mtime: z.number(),
  /** What its log was rotated to since then has still to be looked for: another moment by that clock. */
  after: z.number().optional(),
  skipping: z.literal(true).optional(),
  told: z.literal(true).optional(),
});

/** How far one file has been read, and by what it is known again. */
export type FilePosition = Readonly<z.infer<typeof place>>;

const shared = z.object({ begun: z.array(z.string()) });

/** Where the files of all groups were left, by the id of their origin; `begun` names the groups that have been looked at. */
export interface FilesPosition {
  readonly files: ReadonlyMap<string, FilePosition>;
  readonly begun: readonly string[];
}

/** Reads a stored position. What is not understood is left out: those files are then as good as new. */
export function parsePosition(position: Position | undefined): FilesPosition {
  const files = new Map<string, FilePosition>();
  for (const [id, part] of Object.entries(position?.parts ?? {})) {
    const parsed = place.safeParse(part);
    if (parsed.success) files.set(id, parsed.data);
  }
  const begun = shared.safeParse(position?.shared);
  return { files, begun: begun.success ? begun.data.begun : [] };
}

/** The same as JSON. */
export function positionOf({ files, begun }: FilesPosition): Position {
  const parts: Record<string, Json> = {};
  for (const [id, file] of files) parts[id] = { ...file };
  return { parts, shared: { begun } };
}
