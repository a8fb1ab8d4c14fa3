import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Observable, Subject } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { keysOf } from '../src/commands/watch/keys.ts';
import type { ControlServer } from '../src/control/control-server.ts';
import { viewServer } from '../src/control/view-server.ts';
import { cells, cutToCells, wrapToCells } from '../src/text/cells.ts';
import { inUtc } from '../src/views/show.ts';
import { browsed, type Key, type Place } from '../src/views/terminal/browsing.ts';
import { frameOf, placeRows, roomFor, type Screen } from '../src/views/terminal/frame.ts';
import type { View } from '../src/views/view.ts';
import { cli, LAUNCHER } from './support/cli.ts';
import { AT, containerOf, escalatedView, HOSTILE, quietView } from './support/sample-view.ts';
import { tmuxScreen, type TmuxScreen } from './support/tmux.ts';

const USUAL: Screen = { width: 80, height: 24 };

/** A terminal of that size in the hands of a reader. */
function reader(view: View, screen: Screen) {
  let places: readonly Place[] = [{ top: 0 }];
  const watched = () => ({ view, isLive: true, places, asked: new Map() });
  return {
    press: (...keys: readonly Key[]): void => {
      for (const key of keys)
        places = browsed(places, key, placeRows(watched(), inUtc(AT), screen.width), roomFor(screen));
    },
    seen: () => textsOf(frameOf(watched(), inUtc(AT), screen)),
  };
}

function textsOf(frame: ReturnType<typeof frameOf>): readonly string[] {
  return frame.map((spans) => spans.map(({ text }) => text).join(''));
}

describe('a frame of the terminal view', () => {
  test.each([
    [40, 10],
    [50, 24],
    [80, 24],
    [200, 60],
  ])('fills %d columns and %d rows exactly, whatever names and texts are like', (width, height) => {
    for (const view of [quietView(), escalatedView()])
      for (const keys of [[], ['end'], ['down', 'enter'], ['down', 'down', 'down', 'enter']] as const) {
        const terminal = reader(view, { width, height });
        terminal.press(...keys);
        const lines = terminal.seen();
        expect(lines).toHaveLength(height);
        for (const line of lines) expect(cells(line), line).toBe(width);
        expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
      }
  });

  test('leads over the keys to every container of two hundred, and back to the top', () => {
    const view = quietView();
    const names = Array.from({ length: 200 }, (_, n) => `worker-${String(n).padStart(3, '0')}`);
    const many = {
      ...view,
      containers: Object.fromEntries(names.map((name) => [name, containerOf(name, {})])),
    };
    const terminal = reader(many, USUAL);
    const found = new Set<string>();
    for (let step = 0; step < 260; step++) {
      terminal.press('down');
      if (step % 10 > 0) continue;
      for (const name of terminal
        .seen()
        .join(' ')
        .match(/worker-\d{3}/g) ?? [])
        found.add(name);
    }
    expect(found.size).toBe(200);
    for (let step = 0; step < 260; step++) terminal.press('up');
    expect(terminal.seen()[1]).toContain('✓ QUIET');
  });

  test('says that what it shows is old, and that there is more below', () => {
    const old = { view: quietView(), isLive: false, places: [{ top: 0 }], asked: new Map() };
    const lines = textsOf(frameOf(old, inUtc(AT), USUAL));
    expect(lines[0]).toContain('THE DAEMON DOES NOT ANSWER: this is old');
    expect(lines.at(-1)).toMatch(/\d+ more below$/);
  });
});

describe('text in cells', () => {
  test('wide characters take two, marks none; what is cut or parted keeps within its room', () => {
    expect([cells('abc'), cells('数据库'), cells('e\u0301'), cells('🔥')]).toEqual([3, 6, 1, 2]);
    expect(cutToCells('数据库', 5)).toBe('数据…');
    expect(cutToCells('数据库', 4)).toBe('数…');
    expect(wrapToCells('one two 数据库', 7)).toEqual(['one two', '数据库']);
    expect(wrapToCells('x'.repeat(10), 4)).toEqual(['xxxx', 'xxxx', 'xx']);
  });

  test('keys are what terminals send, and anything else is none', () => {
    expect(keysOf('\x1b[A\x1bOB\r\x1b')).toEqual(['up', 'down', 'enter', 'back']);
    expect(keysOf('\x1b[200~zq')).toEqual(['quit']);
  });
});

/** Seconds that pass while one looks, and the moment at the top. */
function still(screen: string): string {
  return screen
    .replace(/live \d\d:\d\d:\d\d/, 'live HH:MM:SS')
    .replace(/\b\d\d s\b/g, 'SS s')
    .replace(/\d\d:\d\d:\d\d$/gm, 'HH:MM:SS');
}

describe('watch in a terminal, over a view socket', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'qt-watch-'));
  const command = `${LAUNCHER} watch --state ${dir}`;
  let server: ControlServer | undefined;
  async function serve(view: View, changes$: Observable<unknown> = new Subject()): Promise<void> {
    await server?.close();
    const feed = { current: () => view, changes$ };
    server = await viewServer(join(dir, 'view.sock'), {
      feed,
      incident: (id) => escalatedView().incidents.find((one) => one.id === id),
    });
  }
  function open(screen: Screen, settings = ''): TmuxScreen {
    const opened = tmuxScreen(`${settings} ${command}`, screen);
    onTestFinished(() => opened.end());
    return opened;
  }
  beforeAll(() => serve(quietView()));
  afterEach(() => serve(quietView()));
  afterAll(async () => {
    await server?.close();
    rmSync(dir, { recursive: true });
  });

  test.each([
    ['quiet', quietView(), 80, 24],
    ['quiet', quietView(), 140, 40],
    ['escalated', escalatedView(), 80, 24],
    ['escalated', escalatedView(), 50, 24],
    ['escalated', escalatedView(), 140, 40],
  ] as const)('shows %s as it was seen to be right', async (name, view, width, height) => {
    await serve(view);
    const screen = open({ width, height });
    const golden = join(import.meta.dirname, 'fixtures', 'watch', `${name}-${width}x${height}.txt`);
    await screen.shows(/live \d\d:\d\d:\d\d\n/);
    // A terminal takes a frame in pieces: what never comes to be the golden is shown as a difference.
    await screen.shows((shown) => still(shown) === readFileSync(golden, 'utf8')).catch(() => undefined);
    await expect(still(screen.capture())).toMatchFileSnapshot(golden);
  });

  test('keys lead into an incident and back, the size follows the terminal, a change is seen', async () => {
    const changes$ = new Subject<unknown>();
    await serve(escalatedView(), changes$);
    const screen = open(USUAL);
    await screen.shows(/YOU ARE NEEDED/);
    screen.press('Down', 'Enter');
    await screen.shows(/Incident 20251217T161807Z-host-1/);
    await screen.shows('| restarting the database');
    screen.press('Escape');
    await screen.shows(/YOU ARE NEEDED/);
    screen.resize(50, 20);
    await screen.shows(/^.{0,50}\n/);
    await expect.poll(() => screen.capture().trimEnd().split('\n').length, { timeout: 30_000 }).toBe(20);
    changes$.next({ incidents: [], past: quietView().past });
    await screen.shows(/✓ QUIET/);
  });

  test('an incident of the past is asked for when it is opened', async () => {
    const past = escalatedView().incidents.map(({ id, openedAt, reason }) => ({
      id,
      openedAt,
      reason,
      heals: 1,
    }));
    await serve({ ...quietView(), past });
    const screen = open({ width: 100, height: 40 });
    await screen.shows(/live/);
    screen.press('Down', 'Down', 'Down', 'Down', 'Down', 'Enter');
    await screen.shows(/heal 1 of 1 ended well/);
  });

  test('outlives the daemon, says so, and goes on when it is back', async () => {
    const screen = open(USUAL);
    await screen.shows(/live/);
    await server?.close();
    server = undefined;
    await screen.shows(/THE DAEMON DOES NOT ANSWER[\s\S]*All quiet/);
    await serve(escalatedView());
    await screen.shows(/live.*\n.*YOU ARE NEEDED/);
  });

  test.each([
    ['q', 'q', 0],
    ['Ctrl-C', 'C-c', 0],
    ['SIGTERM', 'TERM', 143],
    ['SIGHUP', 'HUP', 129],
  ] as const)('gives the screen back after %s', async (_, way, code) => {
    const screen = open(USUAL);
    await screen.shows(/live/);
    expect(screen.about('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    if (code === 0) screen.press(way);
    else process.kill(watchUnder(Number(screen.about('#{pane_pid}'))), `SIG${way}`);
    await screen.shows(`ended with ${code}`);
    expect(screen.about('#{alternate_on} #{cursor_flag} #{wrap_flag}')).toBe('0 1 1');
    expect(screen.capture()).not.toContain('QUIET');
  });

  test('needs neither colours nor UTF-8, and is steered by no text', async () => {
    const view = escalatedView();
    await serve({ ...view, host: HOSTILE, groups: view.groups.slice(2) });
    const screen = open({ width: 120, height: 40 }, 'LC_ALL=C NO_COLOR=1');
    const shown = await screen.shows(/live[\s\S]*ERROR .* end/);
    expect(shown).not.toMatch(/[^\x00-\x7f]/);
    expect(shown).toContain('ERROR ??? ?????? ?? end');
    expect(shown.split('\n')[1]).toMatch(/^ ! YOU ARE NEEDED/);
    expect(screen.capture('-e')).not.toMatch(/\x1b\[[\d;]*3[1-7]m/);
    expect(screen.about('#{pane_title}')).not.toContain('title');
  });
});

/** The only child of a process. */
function watchUnder(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}

test('watch without a terminal, or without a daemon, says what to do instead', async () => {
  const { exitCode, stderr } = await cli(['watch']);
  expect([exitCode, stderr]).toEqual([
    2,
    'watch needs a terminal that it can draw on; for scripts and pipes: quantum-realtime status',
  ]);
  const screen = tmuxScreen(`${LAUNCHER} watch --state /nowhere`, USUAL);
  onTestFinished(() => screen.end());
  await screen.shows(/The daemon is not running[^]*ended with 1/);
});
