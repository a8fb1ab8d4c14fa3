import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './support/cli.ts';
import { entered, hasChromium, type PageProcess, startBrowser, startPage } from './support/page-world.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader', 'session');

/** A browser and a page share the machine with other tests; milliseconds. */
const BOUND = 90_000;

describe.skipIf(!hasChromium && process.env['REQUIRE_ENGINE'] !== '1')(
  'a saved session in a browser',
  { timeout: BOUND },
  () => {
    let page: PageProcess;
    let browser: Browser;
    beforeAll(async () => {
      page = await startPage('--session', EXAMPLE);
      browser = await startBrowser();
    }, BOUND);
    afterAll(async () => {
      await browser.close();
      await page.end();
    });

    test('shows what would have happened, and by the keyboard alone what other limits would have meant', async () => {
      const { window, problems } = await entered(browser, page, { width: 360, height: 740 });
      expect(await window.textContent('.outcome')).toMatch(
        /^1 incident and \d heals? with the settings as they are\.$/,
      );
      const reason = await window.textContent('.past [dir]');
      await window.focus('input[name=errors]');
      await window.keyboard.press('Home');
      await window.waitForSelector('.sliders label:nth-of-type(2) output:text-is("1 (set: 50)")');
      await window.waitForSelector('.outcome:has-text("in place of")');
      expect(await window.textContent('.past [dir]')).not.toBe(reason);
      await window.keyboard.press('End');
      await window.focus('input[name=critical]');
      await window.keyboard.press('End');
      await window.focus('input[name=restarts]');
      await window.keyboard.press('End');
      await window.waitForSelector('.outcome:has-text("0 incidents and 0 heals")');
      expect(await window.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(360);
      expect(problems).toEqual([]);
    });

    test('what cannot be tried is refused with what was expected', async () => {
      const { window } = await entered(browser, page);
      const answer = await window.evaluate<string>(
        `fetch('/v1/what-if?critical=many').then(async (got) => got.status + ' ' + (await got.text()))`,
      );
      expect(answer).toBe('400 {"error":"expected critical, errors, restarts (a count or off) and window"}');
    });
  },
);

test('page --session names what cannot be read, and starts nothing', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'qt-no-session-'));
  const { exitCode, stdout, stderr } = await cli(['page', '--port', '0', '--session', join(dir, 'missing')]);
  rmSync(dir, { recursive: true });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain('missing');
});
