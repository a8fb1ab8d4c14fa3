import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { dockerClient } from '../../streams/docker/client.ts';
import { resolveEndpoint } from '../../streams/docker/endpoint.ts';
import { probe } from '../../streams/docker/probe.ts';
import { formatDuration } from '../../time/duration.ts';
import { UsageError } from '../../usage.ts';
import { onInterrupt } from '../on-interrupt.ts';
import { type Fetched, fetchSession } from './fetch-session.ts';
import { tryVariant, type Variant, type VariantResult } from './variants.ts';

/** What was fetched, and the result of each variant. */
export interface Backtest {
  readonly fetched: Fetched;
  readonly results: readonly VariantResult[];
}

/**
 * Fetches the last `since` milliseconds into a folder of its own, which is removed at the end, and replays them under
 * each variant. `progress` gets the log that is being read. Throws with the remedy if no engine answers, and a
 * UsageError if it holds nothing.
 */
export async function runBacktest(
  config: Config,
  variants: readonly Variant[],
  since: number,
  progress: NodeJS.WritableStream,
): Promise<Backtest> {
  const endpoint = resolveEndpoint(config.docker.host);
  const found = await probe(endpoint);
  if (!found.ok) throw new Error(`No Docker Engine: ${found.reason}\n${found.remedy}`);
  const client = dockerClient(endpoint);
  const dir = await mkdtemp(join(tmpdir(), 'quantum-realtime-backtest-'));
  onInterrupt(() => rm(dir, { recursive: true, force: true }));
  try {
    const until = Date.now();
    const fetched = await fetchSession({
      client,
      containers: config.containers,
      since: until - since,
      until,
      dir,
      signal: new AbortController().signal,
      onContainer: (container) => void progress.write(`reading the log of ${container}\n`),
    });
    if (!(await readdir(dir)).some((name) => name.startsWith('session-')))
      throw new UsageError(
        `Docker holds no line of the last ${formatDuration(since)} of the containers that have run since (${fetched.containers} of them)`,
      );
    const results: VariantResult[] = [];
    for (const variant of variants) results.push(await tryVariant(variant, dir));
    return { fetched, results };
  } finally {
    client.close();
    await rm(dir, { recursive: true, force: true });
  }
}
