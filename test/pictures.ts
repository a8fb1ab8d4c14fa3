import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LAUNCHER } from './support/cli.ts';
import {
  entered,
  pageWorld,
  type PageProcess,
  type PageWorld,
  startBrowser,
  startPage,
} from './support/page-world.ts';
import { terminalPicture } from './support/terminal-picture.ts';
import { tmuxScreen } from './support/tmux.ts';

/** Pictures of every state, from real runs: `docs/pictures/STATE-DEVICE.png`. */
const FOLDER = join(import.meta.dirname, '..', 'docs', 'pictures');

const DEVICES = { phone: { width: 390, height: 844 }, laptop: { width: 1_280, height: 800 } } as const;

const TERMINAL = { width: 80, height: 24 };

const CONTAINERS = [
  'quantum_postgres',
  'quantum_redis',
  'quantum_gateway',
  'quantum_executor',
  'quantum_ai_engine',
];

/** Somebody who is told, without leaving this machine. */
const CHANNELS = [{ type: 'exec', name: 'on-call', command: ['/bin/true'] }];

const FATAL = 'FATAL: database "quantum" does not exist';

mkdirSync(FOLDER, { recursive: true });
const browser = await startBrowser();
try {
  await quietToEscalated();
  await blind();
  await firstRun();
  await savedSession();
} finally {
  await browser.close();
}

async function quietToEscalated(): Promise<void> {
  const world = await pageWorld(CONTAINERS, { QT_INCIDENT_GROUPWAIT: '20s' }, CHANNELS);
  const page = await startPage('--state', world.home.stateDir);
  chatter(world);
  await picture('quiet', page, world, 'section.banner.quiet', /QUIET/);
  world.say('quantum_postgres', ...Array.from({ length: 6 }, () => FATAL));
  world.say(
    'quantum_gateway',
    ...Array.from({ length: 9 }, (_, n) => `ERROR upstream quantum_postgres refused connection ${n}`),
  );
  await picture('breach', page, world, '.timeline .open', /People are told in a moment/);
  await picture('healing', page, world, '.timeline .healing', /The heal ends by/);
  world.letHealEnd();
  await picture('verifying', page, world, '.timeline .verifying', /Over at|Decided by/);
  world.say('quantum_postgres', ...Array.from({ length: 6 }, () => FATAL));
  await picture('escalated', page, world, 'section.banner.needed', /YOU ARE NEEDED/);
  await page.end();
  await world.remove();
}

async function blind(): Promise<void> {
  const world = await pageWorld(
    CONTAINERS.slice(0, 2),
    { QT_DOCKER_HOST: 'unix:///run/docker-is-not-there.sock' },
    CHANNELS,
  );
  const page = await startPage('--state', world.home.stateDir);
  await picture('blind', page, world, 'section.banner.blind', /BLIND/);
  await page.end();
  await world.remove();
}

async function firstRun(): Promise<void> {
  const world = await pageWorld([], {}, CHANNELS);
  const page = await startPage('--state', world.home.stateDir);
  await picture('first-run', page, world, 'section.banner.quiet', /Waiting for the first/);
  await page.end();
  await world.remove();
}

/** What a host says on a good day. */
function chatter(world: PageWorld): void {
  for (const container of CONTAINERS)
    world.say(container, ...Array.from({ length: 40 }, (_, n) => `INFO request ${n} served in 12 ms`));
  world.say('quantum_executor', 'ERROR order 8731 rejected: insufficient margin', 'WARN retrying order 8731');
  world.say('quantum_ai_engine', 'WARN model answered in 3120 ms');
}

/** What other limits would have meant for the night of the example. */
async function savedSession(): Promise<void> {
  const page = await startPage(
    '--session',
    join(import.meta.dirname, '..', 'examples', 'quantum-trader', 'session'),
  );
  const { window } = await entered(browser, page, DEVICES.laptop);
  await window.focus('input[name=errors]');
  await window.keyboard.press('Home');
  await window.waitForSelector('.outcome:has-text("in place of")');
  await window.screenshot({ path: join(FOLDER, 'what-if-laptop.png') });
  await page.end();
}

/** The state on every device, once the page shows the selector and the terminal the text. */
async function picture(
  state: string,
  page: PageProcess,
  world: PageWorld,
  selector: string,
  text: RegExp,
): Promise<void> {
  const screen = tmuxScreen(`${LAUNCHER} watch --state ${world.home.stateDir}`, TERMINAL);
  await screen.shows(text);
  await terminalPicture(browser, screen.capture('-e', '-N'), join(FOLDER, `${state}-terminal.png`));
  screen.end();
  for (const [device, { width, height }] of Object.entries(DEVICES)) {
    const { window } = await entered(browser, page, { width, height });
    await window.waitForSelector(selector);
    await window.screenshot({ path: join(FOLDER, `${state}-${device}.png`) });
    await window.context().close();
  }
}
