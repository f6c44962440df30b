/** The frame around the screens: its choices, and what it does when something fails. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const LIGHT = { ground: 'rgb(246, 248, 249)', scheme: 'light' };
const DARK = { ground: 'rgb(16, 23, 27)', scheme: 'dark' };

function colours(page: Page): Promise<{ readonly ground: string; readonly scheme: string }> {
  return page.evaluate(() => {
    const { backgroundColor, colorScheme } = getComputedStyle(document.documentElement);
    return { ground: backgroundColor, scheme: colorScheme };
  });
}

describe('the choice of colours', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
  });

  for (const [theme, own, other] of [
    ['light', LIGHT, DARK],
    ['dark', DARK, LIGHT],
  ] as const) {
    it(`follows a system that is ${theme} until it is made, and remembers it`, async (t) => {
      const { page } = await openConsole(t, server, { theme, at: '#/system' });
      const choice = page.getByLabel('Colours');
      await choice.waitFor();
      assert.deepEqual(await colours(page), own);
      await choice.selectOption(other.scheme);
      assert.deepEqual(await colours(page), other);
      await page.reload();
      await choice.waitFor();
      assert.deepEqual(await colours(page), other);
      await choice.selectOption('system');
      assert.deepEqual(await colours(page), own);
      await page.emulateMedia({ colorScheme: theme === 'light' ? 'dark' : 'light' });
      assert.deepEqual(await colours(page), other);
      await choice.selectOption(own.scheme);
      assert.deepEqual(await colours(page), own);
    });

    it(`is that of a system that is ${theme} before the program is there`, async (t) => {
      const { page, context } = await openConsole(t, server, { theme, at: '#/nowhere' });
      await context.route(/\.js$/, () => {
        // The program never arrives.
      });
      await page.goto(`${server.url}/console/?again`, { waitUntil: 'commit' });
      await page.waitForFunction(() => document.styleSheets.length > 0);
      assert.deepEqual(await colours(page), own);
    });
  }
});
