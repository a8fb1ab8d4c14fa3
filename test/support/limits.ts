import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const CPU = '/sys/fs/cgroup/cpu';
const MEMORY = '/sys/fs/cgroup/memory';

/** Why limits cannot be set here with plain cgroup files; undefined if they can. */
export const noLimits: string | undefined =
  process.getuid?.() !== 0
    ? 'needs root'
    : existsSync(join(CPU, 'cpu.cfs_period_us')) && existsSync(join(MEMORY, 'memory.limit_in_bytes'))
      ? undefined
      : 'needs the cpu and memory controllers of cgroup v1';

/** Where processes may use a part of a core and so much memory, as the unit lets them. */
export interface Limits {
  /** A shell command that moves the shell there: what it starts then is kept within the limits. */
  readonly enter: string;
  /** The most memory that was in use at a time, bytes, and how often the limit was hit. */
  readonly memory: () => { readonly most: number; readonly hits: number };
  /** Periods of 100 ms in which the quota was used up, and all there were. */
  readonly cpu: () => { readonly throttled: number; readonly periods: number };
  /** To be called when everything in there has ended. */
  readonly remove: () => Promise<void>;
}

/** Makes such a place: `cores` of a core, `bytes` of memory. */
export function setLimits(name: string, cores: number, bytes: number): Limits {
  const [cpu, memory] = [join(CPU, name), join(MEMORY, name)];
  for (const folder of [cpu, memory]) mkdirSync(folder);
  writeFileSync(join(cpu, 'cpu.cfs_period_us'), '100000');
  writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(Math.round(cores * 100_000)));
  writeFileSync(join(memory, 'memory.limit_in_bytes'), String(bytes));
  const number = (file: string): number => Number(readFileSync(join(memory, file), 'utf8'));
  return {
    enter: `echo $$ > ${cpu}/cgroup.procs && echo $$ > ${memory}/cgroup.procs`,
    memory: () => ({ most: number('memory.max_usage_in_bytes'), hits: number('memory.failcnt') }),
    cpu: () => {
      const stat = readFileSync(join(cpu, 'cpu.stat'), 'utf8');
      const of = (key: string): number => Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(stat)?.[1]);
      return { throttled: of('nr_throttled'), periods: of('nr_periods') };
    },
    remove: async () => {
      for (const folder of [cpu, memory]) await removeEmpty(folder);
    },
  };
}

/** The kernel takes a process that has ended out of its group a little later. */
async function removeEmpty(folder: string): Promise<void> {
  for (let tries = 100; ; tries--) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await wait(50);
    }
  }
}
