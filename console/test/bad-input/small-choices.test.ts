/** Fields, choices and buttons in browsers and networks that do not help. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

describe('choices', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'orders', PASS);
    await startExecution(server, 'orders', { name: 'one', waits: true });
  });

  it('of language and colours work where the storage is full', async (t) => {
    const { page, context } = await openConsole(t, server, { at: '#/nowhere' });
    await context.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await page.reload();
    await page.getByLabel('Language').selectOption('zh');
    await page.getByLabel('配色').selectOption('dark');
    await page.getByText('没有这个页面').waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
  });

  it('of a time take no year that no one means', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/executions?period=custom' });
    const after = page.getByLabel('After');
    await after.focus();
    // Day, month and year; a year of more digits than four would take those of the hour. The last key is for a clock of twelve hours.
    for (const key of '01012026123456p') await page.keyboard.press(key);
    await page.waitForURL(/from=2026-01-01T12%3A34%3A56/);
    assert.equal(await after.inputValue(), '2026-01-01T12:34:56');
  });

  for (const from of ['+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z', '0000-01-01T00:00:00Z', 'x']) {
    it(`of a time in a link are left out where no field can show them: ${from}`, async (t) => {
      const { page } = await openConsole(t, server, {
        at: `#/executions?period=custom&from=${encodeURIComponent(from)}`,
        zone: 'Asia/Shanghai',
      });
      await page.getByRole('link', { name: 'one' }).waitFor();
      assert.equal(await page.getByLabel('After').inputValue(), '');
    });
  }

  it('of a flow are proposed again after the list of flows could not be loaded', async (t) => {
    const { page, context, allow } = await openConsole(t, server, { at: '#/executions' });
    allow(/ERR_/);
    await page.getByRole('link', { name: 'one' }).waitFor();
    await context.route('**/api/ListFlows', (route) => route.abort());
    const failed = page.waitForEvent('requestfailed');
    await page.getByLabel('Flow', { exact: true }).focus();
    await failed;
    await context.unroute('**/api/ListFlows');
    await page.getByLabel('Name', { exact: true }).focus();
    await page.getByLabel('Flow', { exact: true }).focus();
    await page.locator('datalist option[value=orders]').waitFor({ state: 'attached' });
  });
});

describe('the title of the page', WHERE_IT_RUNS, () => {
  it('says which screen it shows, and nothing of it without a session', async (t) => {
    const server = await startConsole(t, { auth: 'on' });
    await createFlow(server, 'orders', PASS);
    await startExecution(server, 'orders', { name: 'one', waits: true });
    const { page, context, allow, goTo } = await openConsole(t, server);
    const titled = (title: string): Promise<unknown> =>
      page.waitForFunction((expected) => document.title === expected, title);
    await titled('Flows · Millrace');
    for (const [at, title] of [
      ['#/new-flow', 'New flow · Millrace'],
      ['#/flows/orders', 'orders · Millrace'],
      ['#/flows/orders/executions/one', 'one · orders · Millrace'],
      ['#/flows/orders/executions/one/map-runs/m', 'm · one · orders · Millrace'],
      ['#/messages', 'Messages · Millrace'],
      ['#/nowhere', 'There is no such screen. · Millrace'],
      ['#/flows/orders/executions/one', 'one · orders · Millrace'],
    ] as const) {
      await goTo(at);
      await titled(title);
    }
    await page.getByLabel('Language').selectOption('zh');
    await context.clearCookies();
    allow(/status of 401/);
    await goTo('#/system');
    await titled('登录 · Millrace');
  });
});

describe('a search', WHERE_IT_RUNS, () => {
  it('that is cleared right after the last key stays cleared', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', PASS);
    await startExecution(server, 'orders', { name: 'one', waits: true });
    const { page } = await openConsole(t, server, { at: '#/executions?name=on', hasClock: true });
    await page.getByRole('link', { name: 'one' }).waitFor();
    const name = page.getByLabel('Name', { exact: true });
    // On the page's clock no time passes between the key and the click.
    await page.clock.pauseAt(Date.now() + 60_000);
    await name.press('End');
    await name.press('e');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.clock.runFor(1_000);
    await page.waitForURL((url) => !url.hash.includes('name='));
    assert.equal(await name.inputValue(), '');
  });
});

describe('a list with the focus on its box', WHERE_IT_RUNS, () => {
  it('opens the row that it shows as the present one', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', PASS);
    await startExecution(server, 'orders', { name: 'one', waits: true });
    const { page } = await openConsole(t, server, { at: '#/executions' });
    await page.locator('.execution-row.is-active').getByText('one').waitFor();
    await page.locator('.windowed').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'one', level: 1 }).waitFor();
  });
});

describe('copying where the browser gives no clipboard', WHERE_IT_RUNS, () => {
  it('works in a dialog too, and leaves the focus where it was', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'orders', PASS);
    await startExecution(server, 'orders', { name: 'one', waits: true });
    const { page, context, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    await context.addInitScript(() => {
      Object.defineProperty(window, 'isSecureContext', { value: false });
      document.addEventListener('copy', ({ target }) => {
        document.title = target instanceof HTMLTextAreaElement ? target.value : 'nothing';
      });
    });
    await page.reload();
    await goTo('#/flows/orders/executions/one');
    await page.getByRole('button', { name: 'Copy as' }).click();
    const button = page.getByRole('dialog').getByRole('button', { name: 'Copy', exact: true });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Copied').waitFor();
    assert.match(await page.title(), /orders/);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Copied');
  });
});
