import { userInfo } from 'node:os';
import { parseObject } from '../saved/json-object.ts';
import { microsOf, textOf } from './journal-entry.ts';
import { runTool } from './run-tool.ts';

/** What is read of an entry; beside it `journalctl` always tells cursor, times and boot. */
const FIELDS = [
  'MESSAGE', 'MESSAGE_ID', 'PRIORITY', '_TRANSPORT', '_PID', '_UID', '_STREAM_ID', '_LINE_BREAK', '_MACHINE_ID',
  '_SYSTEMD_UNIT', 'UNIT', 'OBJECT_SYSTEMD_UNIT', 'COREDUMP_UNIT', 'INVOCATION_ID',
  'CONTAINER_NAME', 'CONTAINER_PARTIAL_MESSAGE',
  'JOB_TYPE', 'UNIT_RESULT', 'COMMAND', 'EXIT_CODE', 'EXIT_STATUS', 'N_DROPPED',
]; // prettier-ignore

/** How `journalctl` is called; `source` are arguments that choose the journal: none for that of this host. */
export interface Journalctl {
  readonly program: string;
  readonly source: readonly string[];
}

/** The journal of this host. */
export const HOST_JOURNAL: Journalctl = { program: 'journalctl', source: [] };

/**
 * Where to begin. `entry` begins with the entry of a cursor itself, or the first behind it: `--after-cursor` passes over
 * one more than it should where that entry is gone. `since` is epoch milliseconds.
 */
export type Beginning =
  | { readonly at: 'entry'; readonly cursor: string }
  | { readonly at: 'since'; readonly since: number }
  | { readonly at: 'head' };

/**
 * The arguments that follow the journal. `--merge`, because `--follow` alone leaves out what was logged before this boot;
 * `--all`, because a field of more than 4 KiB is left out otherwise.
 */
export function followArguments({ source }: Journalctl, beginning: Beginning): readonly string[] {
  return [
    ...source,
    '--follow',
    '--no-tail',
    '--merge',
    '--all',
    '--output=json',
    `--output-fields=${FIELDS.join(',')}`,
    ...placeOf(beginning),
  ];
}

function placeOf(beginning: Beginning): readonly string[] {
  switch (beginning.at) {
    case 'entry':
      return [`--cursor=${beginning.cursor}`];
    case 'since':
      return [`--since=@${(beginning.since / 1_000).toFixed(3)}`];
    case 'head':
      return [];
  }
}

/**
 * The newest entry of the journal, or why there is none to be read: `refused` to this user, `missing` is the program,
 * `absent` the journal. `at` is epoch milliseconds.
 */
export type Newest =
  | { readonly ok: true; readonly cursor: string; readonly at: number }
  | { readonly ok: false; readonly kind: 'refused' | 'missing' | 'absent'; readonly reason: string };

/** Asks for the newest entry: whether there is a journal, and whether this user may read it. */
export async function newestEntry({ program, source }: Journalctl, signal?: AbortSignal): Promise<Newest> {
  const args = [...source, '--merge', '--lines=1', '--output=json', '--output-fields=_BOOT_ID'];
  const { code, out, complaint } = await runTool(program, args, signal);
  const entry = parseObject(out.split('\n')[0] ?? '');
  const micros = microsOf(entry);
  const refused = refusal(complaint);
  if (refused !== undefined) return { ok: false, kind: 'refused', reason: refused };
  if (micros !== undefined)
    return { ok: true, cursor: textOf(entry?.['__CURSOR']) ?? '', at: Number(micros.slice(0, -3)) };
  const empty = code === 0 ? 'the journal is empty: is systemd-journald running here?' : '';
  const reason = complaint.split('\n')[0] ?? '';
  return { ok: false, kind: code === null ? 'missing' : 'absent', reason: reason === '' ? empty : reason };
}

/** The remedy, where `journalctl` says that this user may not read all of it: with words alone, and often without failing. */
export function refusal(complaint: string): string | undefined {
  if (!/insufficient permissions|Permission denied|You are currently not seeing messages/i.test(complaint))
    return undefined;
  return `${nameOfUser()} may not read the journal: add ${nameOfUser()} to the group systemd-journal`;
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`;
  }
}
