import type { Config } from '../../config/config.ts';
import type { Breach, Counts, Effect, NotificationType } from '../../model.ts';
import { replaySession } from '../../replay/replay-session.ts';
import type { ReplayResult } from '../../replay/replay-result.ts';
import { UsageError } from '../../usage.ts';

/** Settings with some limits changed, and their name. */
export interface Variant {
  readonly name: string;
  readonly config: Config;
}

/** One alert that would have been sent, or one heal that would have been started. */
export interface Firing {
  readonly at: string;
  readonly what: 'alert' | 'heal';
  /** The type of an alert: `opened`, `reopened`, `escalated`, `resolved`. */
  readonly part: NotificationType;
  readonly incident: string;
  /** The rules that were breached. */
  readonly breaches: readonly Breach[];
  /** Counts of the window by container, the worst first. */
  readonly containers: readonly (readonly [container: string, counts: Counts])[];
}

/** What a variant would have done. */
export interface VariantResult {
  readonly name: string;
  readonly limits: Config['limits'];
  readonly window: number;
  readonly firings: readonly Firing[];
  readonly replay: ReplayResult;
}

/**
 * The settings as they are, and one variant for each text such as `errors=100` or `errors=100,critical=10`. Throws a
 * UsageError for a text that is none.
 */
export function variantsOf(config: Config, texts: readonly string[]): readonly Variant[] {
  const variants: Variant[] = [{ name: 'as configured', config }];
  for (const text of texts) {
    const limits = { ...config.limits };
    for (const part of text.split(',')) {
      const [, key, value] = /^\s*(critical|errors|restarts)\s*=\s*([1-9]\d*)\s*$/.exec(part) ?? [];
      if (key !== 'critical' && key !== 'errors' && key !== 'restarts')
        throw new UsageError(
          `--limit ${text}: expected critical, errors or restarts and a whole number from 1 on, such as errors=100`,
        );
      limits[key] = Number(value);
    }
    variants.push({ name: text, config: { ...config, limits } });
  }
  return variants;
}

/** Replays a saved session under a variant's settings; what is learned begins with the history in a directory, if one is given. */
export async function tryVariant(
  { name, config }: Variant,
  dir: string,
  history?: string,
): Promise<VariantResult> {
  const firings: Firing[] = [];
  const replay = await replaySession({
    paths: [dir],
    config,
    ...(history === undefined ? {} : { history }),
    onStep: ({ effects }) => firings.push(...effects.flatMap((effect) => firingOf(effect) ?? [])),
  });
  return { name, limits: config.limits, window: config.window, firings, replay };
}

const TOLD = new Set(['opened', 'reopened', 'escalated', 'resolved']);

function firingOf({ kind, part, at, story }: Effect): Firing | undefined {
  if (kind === 'report' || (kind === 'alert' && !TOLD.has(part))) return undefined;
  const weight = ({ critical, error, restart }: Counts): number => critical * 1e6 + restart * 1e3 + error;
  const containers = Object.entries(story.containers).sort(([, a], [, b]) => weight(b) - weight(a));
  return {
    at: new Date(at).toISOString(),
    what: kind,
    part,
    incident: story.incident,
    breaches: story.breaches,
    containers,
  };
}
