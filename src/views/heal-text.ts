import { lengthText, type Show } from './show.ts';
import type { IncidentView } from './view.ts';

/** `heal 1 of 2 has run for 40 s`. */
export function healText(
  { attempt, started, ended, result, exitCode }: IncidentView['heals'][number],
  most: number | undefined,
  show: Show,
): string {
  const which = `heal ${attempt}${most === undefined ? '' : ` of ${most}`}`;
  if (ended === undefined) return `${which} has been running for ${lengthText(show.now - started)}`;
  const code = exitCode === undefined ? '' : ` (exit ${exitCode})`;
  const took = `after ${lengthText(ended - started)}`;
  switch (result) {
    case 'ok':
      return `${which} ended well ${took}${code}`;
    case 'failed':
      return `${which} failed ${took}${code}`;
    case 'timeout':
      return `${which} ran out of time ${took}`;
    case 'broken':
      return `${which} could not be run`;
    case 'dry-run':
      return `${which} was only tried (dry run)`;
    default:
      return `${which} was interrupted`;
  }
}
