import { formatDuration } from '../time/duration.ts';
import { SILENCE, type Sight, type Signal } from '../model.ts';

/** A cut that is healed within this time (milliseconds) is no blindness. */
const BLIND_AFTER = 10_000;

/** What has to be known to tell whether everything that can be read is being read. Moments in epoch milliseconds. */
export interface View {
  readonly now: number;
  /** Since when the event stream has been down, and why. */
  readonly engine: { readonly since: number; readonly reason: string } | undefined;
  /** Readable running containers that are not followed, or not yet caught up. */
  readonly down: readonly { readonly container: string; readonly since: number }[];
  /** When the last line of any container came, or when watching began. */
  readonly heardAt: number;
  /** How long a whole host may be silent. */
  readonly window: number;
}

/** Whether we see; undefined while that is not decided yet: just cut, or just started. */
export function sightOf({ now, engine, down, heardAt, window }: View): Sight | undefined {
  if (engine !== undefined && now - engine.since >= BLIND_AFTER) return blind(now, engine.reason);
  const late = down.filter(({ since }) => now - since >= BLIND_AFTER).map(({ container }) => container);
  if (late.length > 0) {
    const named = late.slice(0, 3).join(', ') + (late.length > 3 ? ` and ${late.length - 3} more` : '');
    return blind(now, `not reading the log of ${named}`);
  }
  if (isSilent({ now, engine, heardAt, window })) return blind(now, silence(window));
  if (engine !== undefined || down.length > 0) return undefined;
  return { type: 'sight', at: now, blind: false, reason: '' };
}

/** Whether the engine is there and nothing at all has been logged on the whole host for a whole window. */
export function isSilent({ now, engine, heardAt, window }: Omit<View, 'down'>): boolean {
  return engine === undefined && now - heardAt >= window;
}

/**
 * The alarm of a host that logs nothing: a signal, so that the incident machine tells it, reminds of it and tells its
 * end. No container can bear the name of its source.
 */
export function silenceSignal(at: number, window: number): Signal {
  const text = silence(window);
  const rule = 'host:silence';
  return {
    type: 'signal',
    kind: 'critical',
    at,
    container: SILENCE,
    labels: {},
    text,
    fingerprint: text,
    rule,
  };
}

function silence(window: number): string {
  return `no container of this host has logged anything for ${formatDuration(window)}`;
}

function blind(at: number, reason: string): Sight {
  return { type: 'sight', at, blind: true, reason };
}
