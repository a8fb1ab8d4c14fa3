import { type JournalEntry, textOf } from './journal-entry.ts';

/** The message of systemd-coredump about a process that crashed. */
const COREDUMP = 'fc2e22bc6ee647b6b90729ab34a250b1';

/** The unit that an entry is of or about, and whether it is systemd itself that tells of it. */
export interface EntryUnit {
  readonly unit: string;
  readonly byManager: boolean;
}

/**
 * Finds it as `journalctl -u` does: the unit whose process has logged the entry, or the one that systemd, its core dumps
 * or a process of root's tell of. Fields without an underscore can be set by anybody, so that it matters who set them.
 */
export function entryUnit(entry: JournalEntry): EntryUnit | undefined {
  const isRoot = entry['_UID'] === '0';
  if (entry['_PID'] === '1') {
    const told = textOf(entry['UNIT']);
    if (told !== undefined) return { unit: told, byManager: true };
  }
  const about =
    (isRoot && entry['MESSAGE_ID'] === COREDUMP ? textOf(entry['COREDUMP_UNIT']) : undefined) ??
    (isRoot ? textOf(entry['OBJECT_SYSTEMD_UNIT']) : undefined) ??
    textOf(entry['_SYSTEMD_UNIT']);
  return about === undefined ? undefined : { unit: about, byManager: false };
}
