import { type FSWatcher, watch } from 'node:fs';

/** So many folders are watched at most; files in others are found by looking. */
const MOST = 32;

/** Watches folders for changes, where the system tells of them. A hint to look sooner, and nothing more. */
export interface ChangeHints {
  /** Waits for the next change in one of these folders. True if a change in any of them is heard of. */
  arm(folders: ReadonlySet<string>): boolean;
  close(): void;
}

/**
 * `onChange` is called once after each `arm`, and nothing is watched from then on: a busy writer would otherwise be
 * heard of with every line. No hint comes of what changes on another machine (NFS), nor where the system's watches are
 * used up.
 */
export function changeHints(onChange: () => void): ChangeHints {
  const watchers = new Map<string, FSWatcher>();
  return { arm, close };

  function arm(folders: ReadonlySet<string>): boolean {
    const wanted = new Set([...folders].slice(0, MOST));
    for (const [folder, watcher] of watchers)
      if (!wanted.has(folder)) {
        watcher.close();
        watchers.delete(folder);
      }
    for (const folder of wanted) if (!watchers.has(folder)) begin(folder);
    return folders.size > 0 && watchers.size === folders.size;
  }

  function begin(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, hint);
      watcher.on('error', hint);
      watchers.set(folder, watcher);
    } catch {
      // The folder is gone, or there are no more watches: it is looked at all the same.
    }
  }

  function hint(): void {
    close();
    onChange();
  }

  function close(): void {
    for (const watcher of watchers.values()) watcher.close();
    watchers.clear();
  }
}
