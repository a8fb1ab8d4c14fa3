import { readdirSync, readFileSync } from 'node:fs';

/** A process that still runs. */
export interface LeftBehind {
  readonly pid: number;
  readonly command: string;
}

/**
 * What still runs of a program that was started with a process group of its own: the group, and whatever has left it
 * (`setsid`) with `mark`, a variable as `NAME=value`, still in its environment. Only what `/proc` lets us see, and nothing
 * where there is none.
 */
export function leftBehind(group: number, mark: string | undefined): readonly LeftBehind[] {
  return processes().flatMap((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    // The command's name stands in parentheses and may contain spaces and parentheses itself.
    const end = stat.lastIndexOf(')');
    const [state = '', , pgrp] = stat.slice(end + 2).split(' ');
    if (state === '' || state === 'Z' || state === 'X') return [];
    const isOurs = Number(pgrp) === group || (mark !== undefined && hasVariable(pid, mark));
    return isOurs ? [{ pid, command: stat.slice(stat.indexOf('(') + 1, end) }] : [];
  });
}

/** Sends each of them a signal; one that is gone, or is not ours to signal, is passed over. */
export function signalEach(left: readonly LeftBehind[], signal: NodeJS.Signals): void {
  for (const { pid } of left) {
    try {
      process.kill(pid, signal);
    } catch {
      continue;
    }
  }
}

function hasVariable(pid: number, variable: string): boolean {
  return pid !== process.pid && `\0${read(`/proc/${pid}/environ`)}`.includes(`\0${variable}\0`);
}

function processes(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
