import type { Config } from '../config/config.ts';
import { KINDS, type Counts, type Kind } from '../model.ts';
import { zero } from '../operators/rolling-window.ts';
import type { SessionView, Tried, TriedSettings } from '../views/session-view.ts';
import type { ReplayResult } from './replay-result.ts';
import { type JudgedSession, whatIf } from './what-if.ts';

const BARS = 120;
/** Of more containers those that counted most are shown. */
const WORST = 20;

/** A session that has been replayed, as it is shown. `name` is what it is called. */
export function sessionView(name: string, judged: JudgedSession, config: Config): SessionView {
  const { result, evidence } = judged;
  const from = result.began === null ? 0 : Date.parse(result.began);
  const to = from + Math.round(result.span * 1_000);
  const bar = Math.max(1_000, Math.ceil((to - from + 1) / BARS / 1_000) * 1_000);
  const bars = Math.max(1, Math.ceil((to - from + 1) / bar));
  const kinds: Record<Kind, number[]> = { critical: [], error: [], warning: [], restart: [] };
  for (const kind of KINDS) kinds[kind] = Array.from({ length: bars }, () => 0);
  const containers = new Map<string, Record<Kind, number>>();
  for (const item of evidence) {
    if (item.type !== 'signal' || item.sign !== undefined) continue;
    const at = Math.min(bars - 1, Math.max(0, Math.floor((item.at - from) / bar)));
    kinds[item.kind][at] = (kinds[item.kind][at] ?? 0) + 1;
    const counts = containers.get(item.container) ?? zero();
    counts[item.kind] += 1;
    containers.set(item.container, counts);
  }
  return {
    name,
    from,
    to,
    lines: result.lines,
    containers: result.containers,
    counts: result.counts,
    strip: { bar, kinds },
    worst: [...containers]
      .map(([container, counts]) => ({ container, counts }))
      .sort((a, b) => weight(b.counts) - weight(a.counts))
      .slice(0, WORST),
    notes: [
      ...result.assumptions.map((assumption) => `Assumed: ${assumption}`),
      ...result.skipped.map(({ path, reason }) => `Left out: ${path} (${reason})`),
    ],
    configured: { settings: { ...config.limits, window: config.window }, incidents: shown(result.incidents) },
  };
}

/** What would have happened in a session under other settings. */
export function tried(judged: JudgedSession, config: Config, settings: TriedSettings): Tried {
  const { critical, errors, restarts, window } = settings;
  const other = { ...config, limits: { critical, errors, restarts }, window };
  return { settings, incidents: shown(whatIf(judged, other)) };
}

function shown(incidents: ReplayResult['incidents']): Tried['incidents'] {
  return incidents.map(({ id, state, reason, openedAt, closedAt, transitions }) => ({
    id,
    state,
    reason: reason === '' ? (transitions[0]?.reason ?? '') : reason,
    openedAt: Date.parse(openedAt),
    ...(closedAt !== null && { closedAt: Date.parse(closedAt) }),
    heals: transitions.filter(({ to }) => to === 'healing').map(({ at }) => Date.parse(at)),
    steps: transitions.map(({ at, to, reason: why }) => ({ at: Date.parse(at), to, reason: why })),
  }));
}

function weight({ critical, error, warning, restart }: Counts): number {
  return critical * 1e9 + restart * 1e6 + error * 1e3 + warning;
}
