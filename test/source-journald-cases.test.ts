import { readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOST_JOURNAL, type Journalctl } from '../src/streams/journald/journalctl.ts';
import { describeJournal, type JournalWorld, journalWorld } from './support/journal-world.ts';
import { type JournalReading, type JournalReadOptions, readJournal } from './support/read-journal.ts';
import { soon } from './support/soon.ts';

const NOBODY = 65_534;

describeJournal('the journal as a source', () => {
  let world: JournalWorld;
  let readers: JournalReading[] = [];

  beforeEach(async () => {
    world = await journalWorld();
    await world.write([{ MESSAGE: 'so that there is a journal', _SYSTEMD_UNIT: 'other.service' }]);
  });

  afterEach(async () => {
    for (const reader of readers) reader.stop();
    readers = [];
    await world.close();
  });

  test('a first start reads one window back, before the boot as well, and no further', async () => {
    const ago = (ms: number) => ({ __REALTIME_TIMESTAMP: `${Date.now() - ms}000` });
    await world.drop();
    await world.write([
      { ...ago(61 * 60_000), _BOOT_ID: 'a'.repeat(32), MESSAGE: 'long ago' },
      { ...ago(59 * 60_000), _BOOT_ID: 'a'.repeat(32), MESSAGE: 'before the boot' },
      { ...ago(60_000), MESSAGE: 'since' },
    ]);
    const reader = read();
    await soon(() => expect(reader.texts()).toEqual(['before the boot', 'since']));
    expect(reader.gaps()).toEqual([]);
  });

  test('a unit that begins to log later is taken up; others, ours and those of containers are not read', async () => {
    const reader = read({ units: ['quantum-*', 'docker'] });
    await covered(reader);
    await world.write([
      { MESSAGE: 'first', _SYSTEMD_UNIT: 'quantum-api.service' },
      { MESSAGE: 'of another', _SYSTEMD_UNIT: 'caddy.service' },
      { MESSAGE: 'of ours', _SYSTEMD_UNIT: 'quantum-ours.service' },
      { MESSAGE: 'of ours, by systemd', _PID: '1', _UID: '0', UNIT: 'quantum-ours.service' },
      { MESSAGE: 'of a container', _SYSTEMD_UNIT: 'docker.service', CONTAINER_NAME: 'api' },
      { MESSAGE: 'of the engine', _SYSTEMD_UNIT: 'docker.service' },
      { MESSAGE: 'later', _SYSTEMD_UNIT: 'quantum-new.service', PRIORITY: '3' },
    ]);
    await soon(() => expect(reader.texts()).toContain('<3>later'));
    const origins = reader.lines().map(({ origin, text }) => `${origin.container} ${origin.stream} ${text}`);
    expect(origins).toEqual([
      'journald:quantum-api.service stdout first',
      'journald:docker.service stdout of the engine',
      'journald:quantum-new.service stderr <3>later',
    ]);
    const [api] = reader.source.status().containers;
    expect(api).toMatchObject({
      id: 'journald:quantum-api.service',
      name: 'quantum-api.service',
      driver: 'journald',
      phase: 'following',
      lines: 1,
    });
  });

  test('without a Docker source a container that logs to the journal goes by its own name', async () => {
    const reader = read({ units: ['docker'], docker: false });
    await covered(reader);
    await world.write([{ MESSAGE: 'hello', _SYSTEMD_UNIT: 'docker.service', CONTAINER_NAME: 'api' }]);
    await soon(() =>
      expect(reader.lines()).toMatchObject([{ origin: { container: 'journald:api' }, text: 'hello' }]),
    );
  });

  test('long lines, bytes and a line whose rest does not come', async () => {
    const reader = read();
    await covered(reader);
    const long = 'y'.repeat(70_000);
    const piece = { _LINE_BREAK: 'line-max', _STREAM_ID: 'a' };
    await world.write([
      { MESSAGE: long },
      { MESSAGE: Buffer.from([0x61, 0xff, 0x0a, 0x62]) },
      { ...piece, MESSAGE: 'begun ' },
      { ...piece, MESSAGE: 'and never ended' },
    ]);
    const expected = [long, 'a\ufffd', 'b', 'begun and never ended'];
    await soon(() => expect(reader.texts()).toEqual(expected));
  });

  test('a line whose rest comes after a restart of ours is one line', async () => {
    const first = read();
    await covered(first);
    await world.write([{ MESSAGE: 'begun ', _LINE_BREAK: 'line-max', _STREAM_ID: 'a' }, { MESSAGE: 'seen', _STREAM_ID: 'b' }]);
    await soon(() => expect(first.texts()).toEqual(['seen']));
    const position = first.stop();
    await world.write([{ MESSAGE: 'ended', _STREAM_ID: 'a' }]);
    const second = read({ position });
    await soon(() => expect(second.texts()).toEqual(['begun ended']));
  }); // prettier-ignore

  test('what journald has dropped by its rate limit is a gap of that unit', async () => {
    const reader = read();
    await covered(reader);
    await world.write([
      { MESSAGE: 'the last before' },
      {
        MESSAGE: 'Suppressed 35 messages from api.service',
        MESSAGE_ID: 'a596d6fe7bfa4994828e72309e95d61e',
        N_DROPPED: '35',
        OBJECT_SYSTEMD_UNIT: 'api.service',
        _SYSTEMD_UNIT: 'systemd-journald.service',
        _TRANSPORT: 'driver',
        _UID: '0',
      },
    ]);
    await soon(() => expect(reader.gaps()).toHaveLength(1));
    const [gap] = reader.gaps();
    expect(gap).toMatchObject({ source: 'journald', container: 'journald:api.service' });
    expect(gap?.reason).toContain('journald dropped 35 messages');
    expect(gap?.from).toBe(reader.lines()[0]?.at);
    expect(reader.source.status().gaps).toEqual([gap]);
  });

  test('a gap says between which moments, and for which units', async () => {
    const first = read({ units: ['*'] });
    await covered(first);
    await world.write([{ MESSAGE: 'seen', __REALTIME_TIMESTAMP: `${Date.now() - 30_000}000` }]);
    await soon(() => expect(first.texts()).toContain('seen'));
    const position = first.stop();
    await world.write([{ MESSAGE: 'lost' }]);
    await world.drop();
    await world.write([{ MESSAGE: 'after' }]);
    const second = read({ units: ['*'], position });
    await soon(() => expect(second.texts()).toEqual(['after']));
    const [from, to] = [first.lines().at(-1)?.at, second.lines()[0]?.at];
    expect(second.gaps()).toMatchObject([{ from, to }]);
    expect(second.gaps()[0]?.reason).toContain('no longer held entries');
  }); // prettier-ignore

  test('a journal that was made anew while the clock was set back is read from its beginning', async () => {
    const first = read();
    await covered(first);
    await world.write([{ MESSAGE: 'seen' }]);
    await soon(() => expect(first.texts()).toEqual(['seen']));
    const position = first.stop();
    await world.drop();
    const earlier = { __REALTIME_TIMESTAMP: `${Date.now() - 7_200_000}000`, _BOOT_ID: 'c'.repeat(32) };
    await world.write([{ ...earlier, MESSAGE: 'after' }]);
    const second = read({ position });
    await soon(() => expect(second.texts()).toEqual(['after']));
    expect(second.gaps()).toHaveLength(1);
    await covered(second);
  });

  test('a folder that is replaced behind the back of journalctl is noticed, and read', async () => {
    const reader = read({ haste: 10 });
    await covered(reader);
    await world.write([{ MESSAGE: 'before' }]);
    await soon(() => expect(reader.texts()).toEqual(['before']));
    const other = await journalWorld();
    await other.write([{ MESSAGE: 'after' }]);
    await world.hide();
    await cp(other.folder, world.folder, { recursive: true });
    await other.close();
    await soon(() => expect(reader.texts()).toEqual(['before', 'after']));
    expect(reader.gaps()).toHaveLength(1);
  });

  test('without units that log, nothing is wrong', async () => {
    const reader = read({ units: ['nothing-*'] });
    await covered(reader);
    expect(reader.source.status()).toMatchObject({ endpoint: 'the journal', containers: [], gaps: [] });
  });

  test('journalctl that is killed is begun again, and nothing is lost or repeated', async () => {
    const reader = read();
    await covered(reader);
    const expected: string[] = [];
    for (let round = 1; round <= 4; round++) {
      await world.write([{ MESSAGE: `before ${round}` }]);
      for (const pid of childrenThatRead(world)) process.kill(pid, 'SIGKILL');
      await world.write([{ MESSAGE: `after ${round}` }]);
      expected.push(`before ${round}`, `after ${round}`);
      await soon(() => expect(reader.texts()).toEqual(expected));
    }
    expect(reader.gaps()).toEqual([]);
    expect(reader.coverage.filter(({ blind }) => blind)).toEqual([]);
  });

  test.each<[string, (at: JournalWorld) => Partial<Journalctl> | Promise<Partial<Journalctl>>, RegExp]>([
    ['journalctl is not installed', () => ({ program: 'journalctl-that-is-not-there' }), /^journalctl-that-is-not-there is not installed$/],
    ['there is no journal', ({ folder }) => ({ source: [`--directory=${folder}-none`] }), /^Failed to open .*No such file/],
    ['the journal is empty', emptyFolder, /^the journal is empty: is systemd-journald running here\?$/],
    ['this user may not read it', asNobody, /^root may not read the journal: add root to the group systemd-journal$/],
  ])('%s: a state that is told with what to do, and waited out', async (_, journalctl, reason) => {
    const reader = read({ journalctl: { ...HOST_JOURNAL, ...(await journalctl(world)) }, haste: 10 });
    await soon(() => expect(reader.source.status().connection.state).toBe('down'));
    expect(reader.source.status().connection.reason).toMatch(reason);
    await soon(() => expect(reader.coverage).toMatchObject([{ blind: true }]));
    expect(reader.coverage[0]?.reason).toMatch(reason);
    expect(reader.observations()).toEqual([]);
  }); // prettier-ignore

  test('a stored position that is damaged is told and read afresh', async () => {
    const warnings: string[] = [];
    await world.write([{ MESSAGE: 'in the window' }]);
    const position = { parts: {}, shared: { cursor: 7 } };
    const reader = read({ position, warn: (message) => warnings.push(message) });
    await soon(() => expect(reader.texts()).toEqual(['in the window']));
    expect(warnings[0]).toMatch(/^the stored position in the journal cannot be used/);
  });

  async function emptyFolder({ folder }: JournalWorld): Promise<Partial<Journalctl>> {
    await mkdir(`${folder}-empty`);
    return { source: [`--directory=${folder}-empty`] };
  }

  /** The real journalctl as somebody who may enter the folder and read none of its files. */
  async function asNobody({ folder }: JournalWorld): Promise<Partial<Journalctl>> {
    await chmod(dirname(folder), 0o755);
    const drop = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'journalctl'];
    return { program: 'setpriv', source: [...drop, `--directory=${folder}`] };
  }

  function read(options: Partial<JournalReadOptions> = {}): JournalReading {
    const journalctl = { ...HOST_JOURNAL, source: world.source };
    const reader = readJournal({ journalctl, units: ['api'], ...options });
    readers.push(reader);
    return reader;
  }

  function covered(reader: JournalReading): Promise<void> {
    return soon(() => expect(reader.coverage.at(-1)).toMatchObject({ blind: false }));
  }
});

/** The children of ours that follow this journal. */
function childrenThatRead({ folder }: JournalWorld): readonly number[] {
  return readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((pid) => pid !== '')
      .map(Number)
      .filter((pid) => {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return line.includes(`--directory=${folder}\0`) && line.includes('--follow');
      }),
  );
}
