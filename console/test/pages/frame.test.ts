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

describe('the page', WHERE_IT_RUNS, () => {
  it('names all files that its program begins with, so that a browser asks for them at once', async (t) => {
    const server = await startConsole(t);
    const { page } = await openConsole(t, server, { at: '#/nowhere' });
    const home = `${server.url}/console/`;
    const named = await page
      .locator('link[rel=modulepreload], script[type=module]')
      .evaluateAll((elements) => elements.map((each) => each.getAttribute('href') ?? each.getAttribute('src') ?? ''));
    const [entry = ''] = named.slice(-1);
    const needed = new Set([entry]);
    for (const file of needed) {
      const text = await (await fetch(home + file)).text();
      for (const [, name = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) needed.add(name);
    }
    assert.ok(needed.size > 3, [...needed].join(' '));
    assert.deepEqual(named.toSorted(), [...needed].toSorted());
  });

  it('asks for the code of its first screen while it asks who is signed in', async (t) => {
    const server = await startConsole(t);
    const { page, context } = await openConsole(t, server, { at: '#/nowhere' });
    const release = Promise.withResolvers<void>();
    await context.route('**/session', async (route) => {
      await release.promise;
      await route.continue();
    });
    await page.goto(`${server.url}/console/?again#/system`);
    await page.getByText('Loading').waitFor();
    // Nothing else has the words of that screen.
    await page.waitForFunction(async () => {
      const files = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'));
      const texts = await Promise.all(files.map(({ name }) => fetch(name).then((response) => response.text())));
      return texts.some((text) => text.includes('The server works'));
    });
    release.resolve();
    await page.getByText('The server works').waitFor();
  });
});
