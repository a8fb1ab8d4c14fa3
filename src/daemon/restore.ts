import type { SavedEntries } from '../operators/classify.ts';
import type { EntryState } from '../classify/entry.ts';
import { fingerprint } from '../classify/fingerprint.ts';
import type { CoreState } from '../incidents/state.ts';
import type { SavedBucket } from '../operators/rolling-window.ts';
import { groupKey } from '../operators/window-bucket.ts';
import type { Group } from '../model.ts';
import type { HealProcess } from '../sinks/heal/heal-sink.ts';
import type { Saved } from '../state/change.ts';
import type { Store } from '../state/store.ts';
import { type Positions, positionsIn } from './stored-positions.ts';

/** What was stored, for those who go on from it. */
export interface Restored {
  readonly positions: Positions;
  readonly entries: SavedEntries;
  readonly window: readonly SavedBucket[];
  readonly core?: CoreState;
  readonly healProcess?: HealProcess;
}

/**
 * Gives what was stored its shape back. The database's schema version vouches for it; the checks here are for what a
 * hand or a bad disk may have done. Undefined if a part is not what it has to be: the caller then begins afresh.
 */
export function restore(saved: Saved): Restored | undefined {
  const { core } = saved;
  const window = [...saved.window.values()].filter(isBucket);
  const entries = Object.fromEntries([...saved.entries].filter(isEntry));
  if (window.length < saved.window.size || Object.keys(entries).length < saved.entries.size) return undefined;
  if (core !== undefined && !isCoreState(core)) return undefined;
  return {
    positions: positionsIn(saved.positions),
    entries,
    window: window.map(remasked),
    ...(core === undefined ? {} : { core }),
    ...(isHealProcess(saved.healProcess) ? { healProcess: saved.healProcess } : {}),
  };
}

/** What the store has, or nothing: what cannot be read is set aside by the store, which says so. */
export function restoredFrom(store: Pick<Store, 'load' | 'discard'>): Restored {
  const saved = store.load();
  if (saved === undefined) return NOTHING;
  const restored = restore(saved);
  if (restored !== undefined) return restored;
  store.discard('a stored part is not what it has to be');
  return NOTHING;
}

const NOTHING: Restored = { positions: new Map(), entries: {}, window: [] };

/** The heal that an earlier process of ours started and of which no end is known. */
export function healInProgress({ core, healProcess }: Restored): HealProcess | undefined {
  return healProcess?.effect === core?.healing.running?.id ? healProcess : undefined;
}

/**
 * Messages of lines under the fingerprints of this version, so that what an earlier one has stored is grouped with what
 * comes now. What engines and systemd tell has fingerprints of its own, which are left as they are.
 */
function remasked(bucket: SavedBucket): SavedBucket {
  const groups = new Map<string, Group>();
  for (const group of bucket.groups) {
    const isLine = group.kind !== 'restart' && !group.fingerprint.includes('<n>');
    const fresh = isLine ? { ...group, fingerprint: fingerprint(group.sample) } : group;
    const same = groups.get(groupKey(fresh));
    groups.set(groupKey(fresh), same === undefined ? fresh : together(same, fresh));
  }
  return { ...bucket, groups: [...groups.values()] };
}

function together(a: Group, b: Group): Group {
  const [first, last] = [Math.min(a.first, b.first), Math.max(a.last, b.last)];
  return { ...a, count: a.count + b.count, first, last };
}

function isBucket(value: unknown): value is SavedBucket {
  const bucket = object(value);
  return (
    typeof bucket['start'] === 'number' && Array.isArray(bucket['groups']) && isObject(bucket['containers'])
  );
}

function isEntry(row: [string, unknown]): row is [string, EntryState] {
  const entry = object(row[1]);
  return (
    typeof entry['mode'] === 'string' &&
    typeof entry['level'] === 'number' &&
    typeof entry['since'] === 'number'
  );
}

function isCoreState(value: unknown): value is CoreState {
  const core = object(value);
  return (
    typeof core['now'] === 'number' &&
    isObject(core['keys']) &&
    isObject(core['healing']) &&
    isObject(core['coverage']) &&
    Array.isArray(core['slots'])
  );
}

function isHealProcess(value: unknown): value is HealProcess {
  const process = object(value);
  const texts = [process['effect'], process['startTime'], process['bootId']];
  return texts.every((text) => typeof text === 'string') && typeof process['pid'] === 'number';
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
