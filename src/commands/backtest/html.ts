import { triedIncidents } from '../../replay/session-view.ts';
import { backtestFile } from '../../views/backtest-file.ts';
import { aboutBacktest } from './print.ts';
import type { VariantResult } from './variants.ts';

/** What each variant would have meant, as an HTML file. */
export function backtestHtml(results: readonly VariantResult[], style: string): string {
  const tries = results.map(({ name, limits, window, replay }) => ({
    name,
    settings: { ...limits, window },
    incidents: triedIncidents(replay.incidents),
  }));
  return backtestFile(`${aboutBacktest(results).join('. ')}.`, tries, style);
}
