import type { UnitRun } from './unit-run.ts';

/** What systemd answers of one unit. */
export interface UnitState {
  readonly unit: string;
  readonly state: NonNullable<UnitRun['state']>;
  readonly run: string | undefined;
  readonly boot: string;
  readonly result: string;
  /** When it came to be so: microseconds since the boot. */
  readonly changedAt: number;
  /** What keeps its restarts from being seen; undefined if nothing does. */
  readonly warning?: string;
}

/** systemd tells of starts and restarts by messages of this priority. */
const INFO = 6;

const PROPERTIES =
  'Id,LoadState,ActiveState,SubState,Result,InvocationID,StateChangeTimestampMonotonic,LogLevelMax';

/** The arguments by which `systemctl` tells of the units that it has loaded and that these patterns name. */
export function showArguments(patterns: readonly string[]): readonly string[] {
  return ['show', '--no-pager', `--property=${PROPERTIES}`, '--', ...patterns];
}

/** Reads its answer: the services among them that have run since the boot, whose id is not part of it. */
export function parseUnitStates(text: string, boot: string): readonly UnitState[] {
  return text.split(/\n\n+/).flatMap((block): UnitState[] => {
    const found = new Map(
      block.split('\n').map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    const unit = found.get('Id') ?? '';
    const changedAt = Number(found.get('StateChangeTimestampMonotonic') ?? '0');
    if (!unit.endsWith('.service') || found.get('LoadState') === 'not-found' || changedAt === 0) return [];
    const run = found.get('InvocationID') ?? '';
    const most = Number(found.get('LogLevelMax') ?? '-1');
    return [
      {
        unit,
        state: stateOf(found.get('ActiveState'), found.get('SubState')),
        run: run === '' ? undefined : run,
        boot,
        result: found.get('Result') ?? 'success',
        changedAt,
        ...(most >= 0 && most < INFO
          ? { warning: `its restarts are not seen: LogLevelMax=${most} keeps systemd from telling of them` }
          : {}),
      },
    ];
  });
}

function stateOf(active: string | undefined, sub: string | undefined): UnitState['state'] {
  if (active === 'inactive' || active === 'failed') return 'exited';
  return sub?.startsWith('auto-restart') === true ? 'restarting' : 'running';
}
