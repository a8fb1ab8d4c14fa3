import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CLEAN_ENV, LAUNCHER } from './cli.ts';
import { type DaemonHome, daemonHome, type DaemonProcess } from './daemon.ts';

/** Debian's; the tests that need it are skipped by name where it is not installed. */
export const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

/** A real daemon that follows files as if they were containers, and everything to look at it with. */
export interface PageWorld {
  readonly home: DaemonHome;
  readonly daemon: () => DaemonProcess;
  /** Restarts the daemon, after whatever is done meanwhile. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Appends lines to the log of one of the groups. */
  say(container: string, ...lines: readonly string[]): void;
  /** Lets a heal end that waits for it. */
  letHealEnd(): void;
  readonly remove: () => Promise<void>;
}

/** Settings with which an incident passes through all its states in seconds. */
const SETTINGS = {
  QT_INCIDENT_SETTLE: '1s',
  QT_INCIDENT_MAXATTEMPTS: '1',
  QT_INCIDENT_GROUPWAIT: '1s',
};

export async function pageWorld(
  containers: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PageWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'qt-page-'));
  const go = join(dir, 'go');
  const file = (container: string): string => join(dir, 'logs', `${container}.log`);
  mkdirSync(join(dir, 'logs'));
  for (const container of containers) writeFileSync(file(container), '');
  const config = {
    sources: {
      docker: settings['QT_DOCKER_HOST'] !== undefined,
      files: containers.map((name) => ({ name, paths: [file(name)] })),
    },
    heal: {
      command: [
        '/bin/sh',
        '-c',
        `echo restarting the database; while [ ! -e ${go} ]; do sleep 0.1; done; echo done`,
      ],
    },
  };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  const home = daemonHome({ ...SETTINGS, ...settings });
  const start = async (): Promise<DaemonProcess> => {
    const process = home.start({}, ['--config', join(dir, 'config.json')]);
    await process.logged('the start', ({ msg }) => msg === 'quantum-realtime started');
    return process;
  };
  let daemon = await start();
  return {
    home,
    daemon: () => daemon,
    restart: async (meanwhile) => {
      await daemon.end('SIGTERM');
      await meanwhile?.();
      daemon = await start();
    },
    say: (container, ...lines) => {
      const at = new Date().toISOString();
      appendFileSync(file(container), lines.map((line) => `${at} ${line}\n`).join(''));
    },
    letHealEnd: () => writeFileSync(go, ''),
    remove: async () => {
      await daemon.end('SIGKILL');
      home.remove();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The built page in a process of its own. */
export interface PageProcess {
  readonly child: ChildProcess;
  readonly address: string;
  /** What lets one browser in. */
  code(): string;
  end(): Promise<void>;
}

export async function startPage(...args: readonly string[]): Promise<PageProcess> {
  const child = spawn(LAUNCHER, ['page', '--port', '0', ...args], {
    env: CLEAN_ENV,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.includes('enter the code')) resolve(undefined);
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  void ended.then(() => reject(new Error('the page ended')));
  await promise;
  return {
    child,
    address: /http:\/\/[^/]+/.exec(said)?.[0] ?? '',
    code: () => /\S+$/.exec(said.trim())?.[0] ?? '',
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-dev-shm-usage',
    ],
  });
}

/** A browser window that has entered; `problems` are what its console and its policy complain of. */
export async function entered(
  browser: Browser,
  page: PageProcess,
  options: { readonly width?: number; readonly height?: number; readonly dark?: boolean } = {},
): Promise<{ readonly window: Page; readonly problems: readonly string[] }> {
  const { width = 1_280, height = 800, dark = false } = options;
  const window = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
  window.setDefaultTimeout(60_000);
  const problems: string[] = [];
  window.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  window.on('pageerror', (error) => problems.push(error.message));
  await window.goto(`${page.address}/#${page.code()}`);
  await window.waitForSelector('.banner, .past, .outcome');
  return { window, problems };
}
