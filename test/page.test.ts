import { createRequire } from 'node:module';
import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewSchema } from '../src/views/view.ts';
import { cli } from './support/cli.ts';
import {
  entered,
  hasChromium,
  type PageProcess,
  type PageWorld,
  pageWorld,
  startBrowser,
  startPage,
} from './support/page-world.ts';

const FATAL = 'FATAL: database "quantum" does not exist';
const HOSTILE = [
  'ERROR <img src=x onerror="document.title=1"> <script>document.title=2</script>',
  'ERROR \u202e\u2066gnitaerht \u200bzero \x1b[2J\x1b]0;title\x07 red',
  `ERROR cannot parse the answer ${'x'.repeat(10_000)}`,
  'ERROR password=hunter2secret refused',
];

describe('the view socket of a running daemon', () => {
  let world: PageWorld;
  beforeAll(async () => {
    world = await pageWorld(['quantum_postgres']);
  });
  afterAll(() => world.remove());

  test('shows what its schema says, without secrets, to its own user alone', async () => {
    // A first start begins at the end of a file: what is said before it is followed does not count.
    await expect.poll(async () => (await ask(world, 'GET', '/v1/view')).body).toContain('"state":"up"');
    world.say('quantum_postgres', ...HOSTILE);
    await expect
      .poll(
        async () => viewSchema.parse(JSON.parse((await ask(world, 'GET', '/v1/view')).body)).groups.length,
      )
      .toBe(4);
    expect((await ask(world, 'GET', '/v1/view')).body).not.toMatch(/hunter2secret|\u202e|\x1b/);
    expect(statSync(join(world.home.stateDir, 'view.sock')).mode & 0o777).toBe(0o600);
  });

  test('can only be read', async () => {
    for (const path of ['/v1/view', '/pause', '/status', '/v1/changes']) {
      expect((await ask(world, 'POST', path)).status, path).toBe(405);
    }
    expect((await ask(world, 'GET', '/status')).status).toBe(404);
    expect((await ask(world, 'GET', '/v1/incidents/none')).status).toBe(404);
  });
});

/** A browser, a page and a daemon share the machine with other tests; milliseconds. */
const BOUND = 90_000;

describe.skipIf(!hasChromium && process.env['REQUIRE_ENGINE'] !== '1')(
  'the page in a browser, over a running daemon',
  { timeout: BOUND },
  () => {
    let world: PageWorld;
    let page: PageProcess;
    let browser: Browser;
    beforeAll(async () => {
      world = await pageWorld(['quantum_postgres', 'quantum_gateway'], { QT_INCIDENT_VERIFY: '2s' });
      page = await startPage('--state', world.home.stateDir);
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser.close();
      await page.end();
      await world.remove();
    });

    test('goes from quiet over a heal to recovered by itself, and comes back after the daemon has', async () => {
      const { window, problems } = await entered(browser, page);
      await window.waitForSelector('.banner.quiet');

      world.say('quantum_postgres', ...Array.from({ length: 6 }, () => FATAL));
      await window.waitForSelector('.timeline .healing');
      expect(await window.textContent('.banner h1')).toBe(
        'files:quantum_postgres: FATAL: database "quantum" does not exist',
      );
      expect(await window.textContent('.banner .you')).toMatch(/^YouNothing until \d\d:\d\d:\d\d$/);
      await withoutViolation(browser, page);
      world.letHealEnd();
      await window.waitForSelector('.banner.over', { timeout: BOUND });

      await world.restart(async () => {
        await window.waitForSelector('#live:has-text("old")');
      });
      await window.waitForSelector('#live:text-is("live")');
      expect(problems).toEqual([]);

      const id = await window.textContent('.past a');
      expect(id).toMatch(/\d\d:\d\d:\d\d/);
      await window.click('.past a');
      await window.waitForSelector('.timeline .resolved');
      expect(window.url()).toMatch(/\/incidents\/\w+-host-1$/);

      const file = join(world.home.reportDir, 'incident.html');
      const show = () => cli(['incidents', 'show', '--state', world.home.stateDir, '--html', file]);
      expect(await show()).toMatchObject({ exitCode: 0, stdout: `Written: ${file}` });
      const written = readFileSync(file, 'utf8');
      expect(written).not.toMatch(/<script|\son\w+=|javascript:/);
      await show();
      expect(readFileSync(file, 'utf8')).toBe(written);
      await window.goto(`file://${file}`);
      expect(await window.textContent('.groups')).toContain(FATAL);
      expect(
        await window.evaluate<string>(`getComputedStyle(document.querySelector('.groups')).listStyleType`),
      ).toBe('none');
      expect(problems).toEqual([]);
      await window.context().close();
    });

    test('shows hostile lines as text, breaks no policy, and needs no sideways scrolling at 360 pixels', async () => {
      const { window, problems } = await entered(browser, page, { width: 360, height: 740, dark: true });
      world.say('quantum_gateway', ...HOSTILE);
      await window.waitForSelector('.groups li.error >> nth=3');
      expect(await window.evaluate(`document.querySelectorAll('main img, main script').length`)).toBe(0);
      expect(await window.title()).not.toMatch(/^\d$/);
      const shown = await window.textContent('.groups');
      expect(shown).toContain('<img src=x onerror=');
      expect(shown).not.toMatch(/hunter2secret|\u202e/);
      expect(await window.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(360);
      expect(problems).toEqual([]);
      await withoutViolation(browser, page, true);
      await window.context().close();
    });

    test('can be used by the keyboard alone: the form, then the incident', async () => {
      const window = await browser.newPage();
      await window.goto(`${page.address}/`);
      await window.waitForSelector('input');
      await window.keyboard.press('Tab');
      await window.keyboard.press('Tab');
      await window.keyboard.type('wrong');
      await window.keyboard.press('Enter');
      await window.waitForSelector('[role=alert]:not(:empty)');
      await window.focus('input');
      await window.keyboard.press('Control+A');
      await window.keyboard.type(page.code());
      await window.keyboard.press('Enter');
      await window.waitForSelector('.past a');
      for (let step = 0; step < 40; step++) {
        await window.keyboard.press('Tab');
        if (await window.evaluate(`document.activeElement?.matches('.past a') === true`)) break;
      }
      await window.keyboard.press('Enter');
      await window.waitForURL(/\/incidents\//);
      await window.context().close();
    });
  },
);

/** No violation of WCAG 2.1, levels A and AA, by axe-core; in a window that lets it in, since the page lets nobody in. */
async function withoutViolation(browser: Browser, page: PageProcess, dark = false): Promise<void> {
  const context = await browser.newContext({ bypassCSP: true, colorScheme: dark ? 'dark' : 'light' });
  const window: Page = await context.newPage();
  await window.goto(`${page.address}/#${page.code()}`);
  await window.waitForSelector('.banner');
  await window.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const found = await window.evaluate<string[]>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
       .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  );
  await context.close();
  expect(found).toEqual([]);
}

async function ask({ home }: PageWorld, method: string, path: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  request(
    { socketPath: join(home.stateDir, 'view.sock'), method, path, host: 'localhost', agent: false },
    (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    },
  )
    .on('error', reject)
    .end();
  return promise;
}
