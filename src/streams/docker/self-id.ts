import { readFileSync } from 'node:fs';

/**
 * The id of the container this process runs in, by what the engine mounts into every container; undefined outside of
 * one, or where the engine does it differently.
 */
export function selfId(mountinfo: () => string = ofThisProcess): string | undefined {
  try {
    return /\/containers\/([0-9a-f]{64})\/hostname \/etc\/hostname /.exec(mountinfo())?.[1];
  } catch {
    return undefined;
  }
}

function ofThisProcess(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8');
}
