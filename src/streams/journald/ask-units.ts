import { runTool } from './run-tool.ts';
import type { ThisHost } from './this-host.ts';
import { parseUnitStates, showArguments, type UnitState } from './unit-states.ts';

/** Asks systemd for the units that these patterns name, once; why it does not tell, where it does not. */
export async function askUnitStates(
  { systemctl, boot }: ThisHost,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<readonly UnitState[] | string> {
  const { code, out, complaint } = await runTool(systemctl, showArguments(patterns), signal);
  if (code !== 0) return complaint.split('\n')[0] ?? '';
  return parseUnitStates(out, boot ?? '');
}
