import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema, defaults } from '../src/config/config.ts';
import { incidentText } from '../src/control/incident-text.ts';
import { openDaemonHistory } from '../src/daemon/history.ts';
import { notesFor } from '../src/incidents/notes.ts';
import { initial } from '../src/incidents/state.ts';
import { gatherer } from '../src/history/gatherer.ts';
import { exportHistory } from '../src/history/export-history.ts';
import { openHistory } from '../src/history/history-file.ts';
import { loadMemory } from '../src/history/load-memory.ts';
import { changes } from '../src/learning/changes.ts';
import { emptyMemory } from '../src/learning/memory.ts';
import { SILENT } from '../src/log.ts';
import { type Coverage, LOCAL_DOCKER, type Setup } from '../src/model.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import { incidentDetails } from '../src/sinks/alert/incident-details.ts';
import { parseInspected } from '../src/streams/docker/inspected.ts';
import { engineSetup, setups } from '../src/streams/docker/setups.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { story } from './support/effects.ts';

const AT = Date.UTC(2025, 11, 17, 16);
const from = { type: 'setup', source: LOCAL_DOCKER, container: 'api', at: AT, madeAt: AT } as const;

function told(...found: readonly Setup[]): readonly string[] {
  const change = changes(emptyMemory());
  return found.flatMap((one) => change.setup(one)).map(({ text }) => text);
}

/** As the engine answers, with what matters here. */
function inspected(id: string, env: readonly string[], more: object = {}) {
  return parseInspected({
    ...{ Id: id, Name: '/api', Created: new Date(AT).toISOString(), Image: 'sha256:aaaaaaaaaaaaaaaa' },
    State: { Status: 'running', ExitCode: 0, StartedAt: '', FinishedAt: '' },
    Config: { Image: 'shop/api:1', Env: env },
    HostConfig: { LogConfig: { Type: 'json-file' } },
    ...more,
  });
}

function setup(...arguments_: Parameters<typeof inspected>): Setup {
  const found = setups(LOCAL_DOCKER).inspected(inspected(...arguments_), AT);
  if (found === undefined) throw new Error('a container is told the first time');
  return found;
}

test('a container made anew is told with what it was and is made from, and the same container is no change', () => {
  const before: Setup = { ...from, id: 'a', parts: { image: 'api:1', 'image id': 'aaaa' } };
  expect(told(before, before)).toEqual([]);
  expect(told(before, { ...before, id: 'b' })).toEqual(['api was recreated from the same image']);
  expect(told(before, { ...before, id: 'b', parts: { image: 'api:2', 'image id': 'bbbb' } })).toEqual([
    'api was recreated from another image (api:1 → api:2)',
  ]);
  // The same name, and another image behind it.
  expect(told(before, { ...before, id: 'b', parts: { image: 'api:1', 'image id': 'bbbb' } })).toEqual([
    'api was recreated from another image (aaaa → bbbb)',
  ]);
});

test('names of what differs in environment and mounts are told, and no value is in what is told or stored', () => {
  const first = setup('a', ['DB_URL=postgres://u:hunter22@db', 'OLD=1', 'SAME=x'], {
    Mounts: [
      { Destination: '/data', Source: '/srv/one' },
      { Destination: '/tmp/x', Name: 'f'.repeat(64) },
    ],
  });
  const second = setup('b', ['DB_URL=postgres://u:hunter33@db', 'NEW=1', 'SAME=x'], {
    Mounts: [
      { Destination: '/data', Source: '/srv/two' },
      { Destination: '/tmp/x', Name: 'e'.repeat(64) },
    ],
  });
  expect(told(first, second)).toEqual([
    'api was recreated from the same image, with another environment (DB_URL, NEW, OLD), with other mounts (/data)',
  ]);
  expect(JSON.stringify([first, second])).not.toMatch(/hunter|postgres|srv/);
});

test('events alone tell of another image, once for each container', () => {
  const known = setups(LOCAL_DOCKER);
  const event = { at: AT, nano: '', id: 'a', action: 'create', detail: '', name: 'api', attributes: {} };
  expect(known.event({ ...event, image: 'api:1' })).toMatchObject({ id: 'a', parts: { image: 'api:1' } });
  expect(known.event({ ...event, image: 'api:1' })).toBeUndefined();
  expect(known.event({ ...event, id: 'b', image: '' })).toBeUndefined();
});

test('an engine of another version, and one that was away, are changes', () => {
  const change = changes(emptyMemory());
  const version = (name: string) => engineSetup(LOCAL_DOCKER, { Version: name }, AT);
  const texts = ['27.1', '27.1', '28.0'].flatMap((name) => {
    const found = version(name);
    return found === undefined ? [] : change.setup(found).map(({ text }) => text);
  });
  expect(texts).toEqual(['the Docker Engine went from version 27.1 to 28.0']);
  expect(engineSetup(LOCAL_DOCKER, 'busy', AT)).toBeUndefined();
  const coverage = (blind: boolean, at: number): Coverage => {
    return { type: 'coverage', at, source: LOCAL_DOCKER, blind, unread: [], reason: '' };
  };
  // Before it was ever there it was not away.
  expect([coverage(true, AT), coverage(false, AT + 5_000)].flatMap(change.coverage)).toEqual([]);
  const [note, ...others] = [true, true, false].flatMap((blind, n) =>
    change.coverage(coverage(blind, AT + 10_000 + n * 20_000)),
  );
  expect(note).toMatchObject({ at: AT + 50_000, text: 'the Docker Engine was back after 40s' });
  expect(others).toEqual([]);
});

test('a history remembers how containers were set up, and exports changes as marks', () => {
  const dir = mkdtempSync(join(tmpdir(), 'qt-changes-'));
  const gathered = gatherer();
  const text = 'api was recreated from another image (api:1 → api:2)';
  gathered.see(
    [
      { ...from, id: 'a', parts: { image: 'api:1' } },
      { type: 'note', at: AT, source: LOCAL_DOCKER, container: 'api', sign: 'change', text },
    ],
    AT,
  );
  const file = openHistory(dir, AT, SILENT);
  file.write(gathered.take(), AT);
  file.close();
  const known = changes(loadMemory(dir, AT));
  expect(known.setup({ ...from, id: 'a', parts: { image: 'api:1' } })).toEqual([]);
  expect(known.setup({ ...from, id: 'b', parts: { image: 'api:2' } })).toMatchObject([{ text }]);
  expect([...exportHistory(dir, 'marks', 0)]).toMatchObject([{ kind: 'change', container: 'api', text }]);
  rmSync(dir, { recursive: true });
});

test('an incident of a replay with recorded events says how long after the change it began', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'qt-changes-'));
  const event = (action: string, id: string, seconds: number, image: string) =>
    `${JSON.stringify({
      ...{ Type: 'container', Action: action, Actor: { ID: id, Attributes: { name: 'api', image } } },
      timeNano: 0,
    }).replace('"timeNano":0', `"timeNano":${AT + seconds * 1_000}000000`)}\n`;
  writeFileSync(
    join(dir, 'events.jsonl'),
    [
      event('start', 'a', 0, 'api:1'),
      event('die', 'a', 298, 'api:1'),
      event('destroy', 'a', 299, 'api:1'),
      event('create', 'b', 300, 'api:2'),
      event('start', 'b', 301, 'api:2'),
    ].join(''),
  );
  const line = (seconds: number, text: string) =>
    `${new Date(AT + seconds * 1_000).toISOString().slice(0, -1)}000000Z ${text}\n`;
  const errors = [1, 2, 3, 4, 5].map((n) => line(340 + n - 1, `CRITICAL: key ${n} is not in the ring`));
  writeFileSync(join(dir, 'api.log'), [line(10, 'INFO ready'), ...errors, line(600, 'INFO on')].join(''));
  const { effects, notes } = await replaySession({ paths: [dir], config: configSchema.parse({}) });
  rmSync(dir, { recursive: true });
  expect(notes).toMatchObject([{ sign: 'change', at: new Date(AT + 300_000).toISOString() }]);
  expect(effects.find(({ kind }) => kind === 'alert')?.text).toContain(
    'It began 40s after api was recreated from another image (api:1 → api:2).',
  );
});

test('a change after the first evidence did not begin it, and `incidents show` has it, too', () => {
  const note = { type: 'note', source: LOCAL_DOCKER, container: 'api', sign: 'change', text: 'x' } as const;
  const later = story({ openedAt: AT, notes: [{ ...note, at: AT + 1 }] });
  expect(incidentDetails(later)).toContain('Beside it: x');
  const earlier = story({ openedAt: AT, notes: [{ ...note, at: AT - 90_000 }] });
  const shown = incidentText({ id: 'i', openedAt: AT, story: earlier });
  expect(shown).toContain('It began 1m30s after x.');
});

test('a daemon notes its own start, and a reload at once', () => {
  const dir = mkdtempSync(join(tmpdir(), 'qt-changes-'));
  const clock = new VirtualClock();
  clock.advanceTo(AT);
  const history = openDaemonHistory(dir, () => defaults.learning, clock, SILENT);
  const texts: string[] = [];
  const found = history.found$.subscribe((items) => {
    for (const item of items) if (item.type === 'note' && item.sign === 'change') texts.push(item.text);
  });
  clock.advanceTo(AT + 10_000);
  expect(texts).toContain('quantum-realtime was started');
  texts.length = 0;
  history.changed('the settings were loaded again');
  expect(texts).toEqual(['the settings were loaded again']);
  found.unsubscribe();
  rmSync(dir, { recursive: true });
});

test('an incident tells changes before what was found, and none that came after it opened', () => {
  const note = (minutes: number, sign: 'change' | 'new', container: string) =>
    ({
      type: 'note',
      at: AT + minutes * 60_000,
      source: 'docker',
      container,
      sign,
      text: container,
    }) as const;
  const notes = [
    note(-16, 'change', 'long before'),
    note(-9, 'change', 'api'),
    note(-8, 'change', 'other'),
    note(-2, 'new', 'api'),
    note(1, 'change', 'by a heal'),
  ];
  const state = { ...initial(configSchema.parse({}), AT, false), notes };
  const told = notesFor(state, { openedAt: AT, subjects: ['api'] });
  expect(told.map(({ sign, container }) => `${sign} ${container}`)).toEqual([
    'change api',
    'change other',
    'new api',
  ]);
});
