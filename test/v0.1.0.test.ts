import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { healInProgress, type Restored, restoredFrom } from '../src/daemon/restore.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';
import type { Store } from '../src/state/store.ts';
import type { SavedContainer } from '../src/streams/docker/saved-position.ts';
import { openSaved, SAVED_AT, type SavedState, stateDir } from './support/v0.1.0.ts';

const HOUR = 3_600_000;

describe('the state of a daemon of version 0.1.0', () => {
  test('that was stopped on a quiet host: positions, open entries, counts', () => {
    const store = openSaved('quiet');
    const restored = restoredFrom(store);
    expect([store.bootSeq, store.starts[0]]).toEqual([2, 1_795_680_279_371]);
    expect(positions(restored)).toEqual([
      'quantum_postgres 2026-11-26T08:05:06.722019980Z',
      'quantum_api 2026-11-26T08:05:03.936513236Z',
    ]);
    expect(entries(restored)).toEqual([
      'b44bc10d stderr labelled 0',
      'b44bc10d stdout labelled 0',
      'b1e35e90 stdout labelled 0',
      'b1e35e90 stderr traceback 1',
    ]);
    expect(restored.positions.get('docker')?.shared).toMatchObject({
      events: { nano: '1795680279923243514' },
      tracker: {
        runs: [
          { name: 'quantum_postgres', labels: { team: 'data' } },
          {
            name: 'quantum_api',
            labels: { 'quantum-realtime.limits.errors': '100', team: 'trading' },
          },
        ],
      },
    });
    expect(restored.window).toHaveLength(4);
    expect(hour('quiet', restored)).toEqual(['quantum_postgres 1 9 9 0', 'quantum_api 0 3 4 0']);
    expect(restored.core).toMatchObject({ seq: 0, keys: {}, gaps: [] });
    expect(restored.core?.slots).toEqual([
      { rule: 'errors', limit: 50 },
      { rule: 'errors', limit: 100, container: 'quantum_api' },
      { rule: 'critical', limit: 5 },
    ]);
    expect(Object.keys(restored.core?.presence ?? {})).toEqual(['quantum_postgres', 'quantum_api']);
    expect(healInProgress(restored)).toBeUndefined();
    expect(deliveries(store)).toEqual([]);
    expect(history(store)).toEqual([]);
  });

  test('that was killed in the middle of a heal: the heal, what is owed, a line without its end', () => {
    const store = openSaved('healing');
    const restored = restoredFrom(store);
    expect(healInProgress(restored)).toEqual({
      effect: '20261126T080831Z-host-1:heal:1:run',
      pid: 11_855,
      startTime: '56832',
      bootId: '00000000-0000-4000-8000-000000000000',
      deadline: 1_795_681_431_850,
    });
    expect(restored.core?.seq).toBe(1);
    expect(restored.core?.healing.running).toMatchObject({ key: 'host', started: 1_795_680_511_825 });
    expect(restored.core?.keys['host']?.incident).toMatchObject({
      id: '20261126T080831Z-host-1',
      state: 'healing',
      openedAt: 1_795_680_511_325,
      attempts: 1,
      breaches: [{ rule: 'critical', count: 7, limit: 5 }],
      expected: ['quantum_api', 'quantum_postgres'],
    });
    expect(deliveries(store)).toEqual([
      '20261126T080831Z-host-1:opened to oncall: inflight after 1, no answer in time',
      '20261126T080831Z-host-1:opened to archive: pending after 2, HTTP 503: try again later',
      '20261126T080831Z-host-1:opened:report to report: sent after 1, written',
    ]);
    expect(history(store)).toEqual(['20261126T080831Z-host-1 healing after - ms, 1 heals, 3 steps']);
    expect(positions(restored)).toEqual([
      'quantum_postgres 2026-11-26T08:08:45.926972859Z',
      'quantum_api 2026-11-26T08:08:45.318988823Z',
    ]);
    const [postgres] = Object.values(partsOf(restored));
    const [begun] = postgres?.log.joiner.open ?? [];
    const text = Buffer.from(begun?.bytes ?? '', 'base64').toString();
    expect(begun?.ts).toBe('2026-11-26T08:08:45.926972859Z');
    expect([text.length, text.trimEnd()]).toEqual([16_384, 'DETAIL:']);
    expect(entries(restored)).toEqual(['8751efd1 stderr labelled 0', 'e80eef6e stdout labelled 0']);
    expect(hour('healing', restored)).toEqual(['quantum_postgres 7 0 0 0', 'quantum_api 0 5 15 0']);
  });

  test('that waits for a person: the incident, the ones before it, what was sent and what was given up', () => {
    const store = openSaved('escalated');
    const restored = restoredFrom(store);
    expect(store.bootSeq).toBe(3);
    expect(restored.core?.keys['host']?.incident).toMatchObject({
      id: '20261126T080712Z-host-4',
      state: 'escalated',
      attempts: 2,
      heals: [
        { attempt: 1, result: 'failed', exitCode: 3 },
        { attempt: 2, result: 'failed', exitCode: 3, output: 'database quantum does not exist\n' },
      ],
      counters: { reopened: 0, escalated: 1, reminder: 1, resolved: 0, note: 0 },
      acknowledged: false,
      until: 1_795_680_453_109,
    });
    expect(restored.core).toMatchObject({ seq: 4, keys: { silence: { watermark: 1_795_680_415_378 } } });
    expect(restored.core?.healing).toEqual({
      starts: [1_795_680_403_014, 1_795_680_417_323, 1_795_680_419_528, 1_795_680_432_587, 1_795_680_435_297],
      streak: 2,
      lastEnd: 1_795_680_435_305,
      lastCooldown: 4_000,
      cooldownUntil: 1_795_680_439_305,
    });
    expect(restored.core?.gaps).toEqual([
      {
        type: 'gap',
        at: 1_795_680_400_843,
        container: 'quantum_nginx',
        from: 1_795_680_392_970,
        to: 1_795_680_396_432,
        reason: 'rotated away before it could be read',
      },
    ]);
    expect(restored.core?.newest.map(({ tail }) => tail.length)).toEqual([43, 37]);
    expect(restored.healProcess?.pid).toBe(9_761);
    expect(healInProgress(restored)).toBeUndefined();
    expect(positions(restored)).toEqual([
      'quantum_nginx 2026-11-26T08:06:36.432737110Z',
      'quantum_postgres 2026-11-26T08:06:56.623994794Z',
      'quantum_api 2026-11-26T08:07:24.924083659Z',
    ]);
    expect(entries(restored)).toEqual([
      '2ed39294 stdout labelled 0',
      '2ed39294 stderr labelled 0',
      '7d9cec41 stderr labelled 0',
    ]);
    expect(hour('escalated', restored)).toEqual(['quantum_api 37 37 0 0']);
    expect(history(store)).toEqual([
      '20261126T080712Z-host-4 escalated after - ms, 2 heals, 11 steps',
      '20261126T080656Z-host-3 closed after 14711 ms, 2 heals, 12 steps',
      '20261126T080654Z-silence-2 closed after 11500 ms, 0 heals, 4 steps',
      '20261126T080642Z-host-1 closed after 12663 ms, 1 heals, 7 steps',
    ]);
    const rows = [...store.deliveries()];
    const counted = Object.groupBy(rows, ({ channel, state }) => `${channel} ${state}`);
    expect(Object.entries(counted).map(([key, group]) => `${key} ${group?.length ?? 0}`)).toEqual([
      'oncall sent 14',
      'ops dead 1',
      'closed dead 14',
      'report sent 13',
      'ops sent 13',
    ]);
    expect(rows.filter(({ channel }) => channel === 'oncall').map(({ remoteId }) => remoteId)).toEqual([
      ...['1001', '1005', '1008', '1011', '1013', '1015', '1018'],
      ...['1021', '1023', '1026', '1028', '1031', '1033', '1035'],
    ]);
  });

  test('that was killed while the engine was away: since when it saw nothing, and why', () => {
    const store = openSaved('blind');
    const restored = restoredFrom(store);
    expect(restored.core?.seq).toBe(1);
    expect(restored.core?.observedSince).toBe(1_795_680_475_819);
    expect(restored.core?.coverage).toEqual({
      docker: {
        blindSince: 1_795_680_493_856,
        observedSince: 1_795_680_475_819,
        reason: 'connect ECONNREFUSED /run/docker.sock',
        containers: {},
      },
    });
    expect(restored.core?.keys['host']?.incident).toMatchObject({
      id: '20261126T080758Z-host-1',
      state: 'verifying',
      passive: true,
      decisionReason: 'no heal is configured',
      announced: true,
      sources: ['docker'],
    });
    expect(positions(restored)).toEqual([
      'quantum_postgres 2026-11-26T08:07:58.005633148Z',
      'quantum_api 2026-11-26T08:08:02.155516979Z',
    ]);
    expect(entries(restored)).toEqual(['ad35767b stdout labelled 0', '17736179 stderr labelled 0']);
    expect(hour('blind', restored)).toEqual(['quantum_api 0 0 7 0', 'quantum_postgres 5 2 0 0']);
    expect(deliveries(store)).toEqual([
      '20261126T080758Z-host-1:opened:report to report: sent after 1, written',
    ]);
    expect(history(store)).toEqual(['20261126T080758Z-host-1 verifying after - ms, 0 heals, 2 steps']);
  });

  test.each<SavedState>(['quiet', 'healing', 'escalated', 'blind'])(
    'is of schema 1 as it is kept here (%s)',
    (name) => {
      const database = new DatabaseSync(join(stateDir(name), 'state.db'));
      onTestFinished(() => database.close());
      expect(database.prepare('SELECT max(version) AS version FROM schema').get()).toEqual({ version: 1 });
    },
  );

  test.each<SavedState>(['quiet', 'healing', 'escalated', 'blind'])(
    'is the same (%s) once it has been opened and opened again, and nothing is set aside',
    (name) => {
      const dir = stateDir(name);
      const first = openSaved(name, dir);
      const before = {
        ...restoredFrom(first),
        owed: [...first.deliveries()],
        past: first.history({ limit: 10 }),
      };
      first.close();
      const second = openSaved(name, dir);
      const after = {
        ...restoredFrom(second),
        owed: [...second.deliveries()],
        past: second.history({ limit: 10 }),
      };
      expect(after).toEqual(before);
      second.close();
      expect(readdirSync(dir)).toEqual(['state.db']);
    },
  );
});

/** Each followed container with the timestamp up to which it has been counted. */
function positions(restored: Restored): readonly string[] {
  return Object.values(partsOf(restored)).map(
    ({ name, log }) => `${name} ${log.ledger.last?.ts ?? 'from the beginning'}`,
  );
}

/** The rolling hour as it stood at the last commit, a container a line: critical, errors, warnings, restarts. */
function hour(name: SavedState, { window }: Restored): readonly string[] {
  const { containers } = new RollingWindow({ length: HOUR }, window).tally(SAVED_AT[name]);
  return [...containers].map(
    ([container, { critical, error, warning, restart }]) =>
      `${container} ${critical} ${error} ${warning} ${restart}`,
  );
}

/** Entries that counted and may yet go on, as the stream, how it is read on, and lines since. */
function entries({ entries }: Restored): readonly string[] {
  return Object.entries(entries)
    .filter(([, { since }]) => since < 999)
    .map(([key, { mode, since }]) => `${key.slice(0, 8)}${key.slice(64)} ${mode} ${since}`);
}

function deliveries(store: Store): readonly string[] {
  return [...store.deliveries()].map(
    ({ effect, channel, state, attempts, detail }) =>
      `${effect.id} to ${channel}: ${state} after ${attempts}, ${detail}`,
  );
}

function history(store: Store): readonly string[] {
  return store
    .history({ limit: 10 })
    .map(
      ({ id, openedAt, closedAt, story }) =>
        `${id} ${story.state} after ${closedAt === undefined ? '-' : closedAt - openedAt} ms, ${story.heals.length} heals, ${story.timeline.length} steps`,
    );
}

/** The containers' parts of the position in the one engine there was. */
function partsOf({ positions: stored }: Restored): Readonly<Record<string, SavedContainer>> {
  return (stored.get('docker')?.parts ?? {}) as unknown as Readonly<Record<string, SavedContainer>>;
}
