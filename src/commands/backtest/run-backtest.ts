import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { copyHistory } from '../../history/copy-history.ts';
import { configuredSources } from '../../streams/registry.ts';
import type { PastFetched } from '../../streams/source.ts';
import { formatDuration } from '../../time/duration.ts';
import { UsageError } from '../../usage.ts';
import { onInterrupt } from '../on-interrupt.ts';
import { tryVariant, type Variant, type VariantResult } from './variants.ts';

/** What was fetched, and the result of each variant. */
export interface Backtest {
  readonly fetched: PastFetched;
  readonly results: readonly VariantResult[];
}

/**
 * Fetches the last `since` milliseconds of every configured source into a folder of its own, which is removed at the end,
 * and replays them under each variant. `progress` gets the log that is being read. With `history`, each
 * variant knows what the history in that directory knows, by a copy of its own. Throws with the remedy where a source
 * cannot be read, and a UsageError if none holds anything.
 */
export async function runBacktest(
  config: Config,
  variants: readonly Variant[],
  since: number,
  progress: NodeJS.WritableStream,
  history?: string,
): Promise<Backtest> {
  const dir = await mkdtemp(join(tmpdir(), 'quantum-realtime-backtest-'));
  const copies = await mkdtemp(join(tmpdir(), 'quantum-realtime-history-'));
  const clear = async (): Promise<void> => {
    for (const made of [dir, copies]) await rm(made, { recursive: true, force: true });
  };
  onInterrupt(clear);
  try {
    const fetched = await fetchInto(dir, config, since, progress);
    const files = await readdir(dir, { recursive: true });
    if (!files.some((name) => /(?:^|\/)session-/.test(name)))
      throw new UsageError(
        [
          `no line of the last ${formatDuration(since)} is held of the containers that have run since (${fetched.containers} of them)`,
          ...fetched.unread.map(({ container, reason }) => `  ${container}: ${reason}`),
        ].join('\n'),
      );
    const results: VariantResult[] = [];
    for (const [index, variant] of variants.entries()) {
      const own = history === undefined ? undefined : join(copies, String(index));
      if (history !== undefined && own !== undefined) {
        await mkdir(own);
        await copyHistory(history, own);
      }
      results.push(await tryVariant(variant, dir, own));
    }
    return { fetched, results };
  } finally {
    await clear();
  }
}

async function fetchInto(
  dir: string,
  config: Config,
  since: number,
  progress: NodeJS.WritableStream,
): Promise<PastFetched> {
  const until = Date.now();
  const unread: PastFetched['unread'][number][] = [];
  let containers = 0;
  for (const [index, source] of configuredSources(config).entries()) {
    const own = join(dir, String(index));
    await mkdir(own);
    const fetched = await source.fetchPast({
      config,
      since: until - since,
      until,
      dir: own,
      signal: new AbortController().signal,
      onContainer: (container) => void progress.write(`reading the log of ${container}\n`),
    });
    containers += fetched.containers;
    unread.push(...fetched.unread);
  }
  return { containers, unread };
}
