import { readFileSync } from 'node:fs';

/** What tells a process from a later one with the same id; undefined if there is no such process. */
export interface ProcessIdentity {
  readonly startTime: string;
  readonly bootId: string;
}

/** Reads a process's identity from `/proc`. A zombie counts as gone. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The command's name stands in parentheses and may contain spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = '', startTime = ''] = [fields[0], fields[19]];
  if (startTime === '' || state === 'Z') return undefined;
  return { startTime, bootId: read('/proc/sys/kernel/random/boot_id').trim() };
}

/** Sends a signal to a process group; false if nothing is left of it. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
