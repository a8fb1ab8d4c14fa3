import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  entered,
  pageWorld,
  type PageProcess,
  type PageWorld,
  startBrowser,
  startPage,
} from './support/page-world.ts';

/** Pictures of every state, from real runs: `docs/pictures/STATE-DEVICE.png`. */
const FOLDER = join(import.meta.dirname, '..', 'docs', 'pictures');

const DEVICES = { phone: { width: 390, height: 844 }, laptop: { width: 1_280, height: 800 } } as const;

const CONTAINERS = [
  'quantum_postgres',
  'quantum_redis',
  'quantum_gateway',
  'quantum_executor',
  'quantum_ai_engine',
];

const FATAL = 'FATAL: database "quantum" does not exist';

mkdirSync(FOLDER, { recursive: true });
const browser = await startBrowser();
try {
  await quietToEscalated();
  await blind();
  await firstRun();
} finally {
  await browser.close();
}

async function quietToEscalated(): Promise<void> {
  const world = await pageWorld(CONTAINERS, { QT_INCIDENT_GROUPWAIT: '12s' });
  const page = await startPage('--state', world.home.stateDir);
  chatter(world);
  await picture('quiet', page, 'section.banner.quiet');
  world.say('quantum_postgres', ...Array.from({ length: 6 }, () => FATAL));
  world.say(
    'quantum_gateway',
    ...Array.from({ length: 9 }, (_, n) => `ERROR upstream quantum_postgres refused connection ${n}`),
  );
  await picture('breach', page, '.timeline .open');
  await picture('healing', page, '.timeline .healing');
  world.letHealEnd();
  await picture('verifying', page, '.timeline .verifying');
  world.say('quantum_postgres', ...Array.from({ length: 6 }, () => FATAL));
  await picture('escalated', page, 'section.banner.needed');
  await page.end();
  await world.remove();
}

async function blind(): Promise<void> {
  const world = await pageWorld(CONTAINERS.slice(0, 2), {
    QT_DOCKER_HOST: 'unix:///run/docker-is-not-there.sock',
  });
  const page = await startPage('--state', world.home.stateDir);
  await picture('blind', page, 'section.banner.blind');
  await page.end();
  await world.remove();
}

async function firstRun(): Promise<void> {
  const world = await pageWorld([]);
  const page = await startPage('--state', world.home.stateDir);
  await picture('first-run', page, 'section.banner.quiet');
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

async function picture(state: string, page: PageProcess, selector: string): Promise<void> {
  for (const [device, { width, height }] of Object.entries(DEVICES)) {
    const { window } = await entered(browser, page, { width, height });
    await window.waitForSelector(selector);
    await window.screenshot({ path: join(FOLDER, `${state}-${device}.png`) });
    await window.context().close();
  }
}
