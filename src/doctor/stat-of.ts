import { type Stats, statSync } from 'node:fs';

/** What a path leads to; undefined if this user finds nothing there, for whatever reason. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
