/** The list of flows: live, by keyboard, searched, empty; and the way from it to a first flow. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { FAIL, PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const LONGEST = 'z'.repeat(128);

async function seeded(server: ConsoleServer): Promise<void> {
  await createFlow(server, 'orders', PASS, { description: '订单 <script>alert(1)</script> 🎉 مرحبا' });
  await createFlow(server, 'broken', FAIL);
  await createFlow(server, 'resting', WAIT);
  await createFlow(server, LONGEST, PASS, { mode: 'Express' });
  await createFlow(server, 'classic', 'version: v1\ntype: flow\nname: classic\nsteps:\n  - type: pass\n    name: a\n');
  for (let i = 0; i < 22; i++) await startExecution(server, 'orders', { name: `order-${i}`, waits: true });
  await startExecution(server, 'broken', { name: 'report', waits: true });
  await startExecution(server, 'resting', { name: 'nap' });
  for (let i = 0; i < 130; i++) await createFlow(server, `many-${String(i).padStart(3, '0')}`, PASS);
}

/** The row of a flow. */
function row(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByRole('rowheader').getByText(name, { exact: true }) });
}

function namesIn(page: Page): Promise<string[]> {
  return page.locator('.flow-name a').allTextContents();
}

describe('the list of flows', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await seeded(server);
  });

  for (const look of [...LOOKS, { width: 3840, height: 2160 }]) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: '#/flows' });
      await page.getByRole('link', { name: 'broken', exact: true }).waitFor();
      await screenshot(`flows-${lookName(look)}`);
      await axe();
    });
  }

  it('shows the last executions as marks, oldest left, with words for who does not see them', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows' });
    const marks = row(page, 'broken').locator('.mark');
    await marks.first().waitFor();
    assert.match((await marks.first().getAttribute('aria-label')) ?? '', /^Failed · .* · report$/);
    const orders = await row(page, 'orders').count();
    assert.equal(orders, 0, 'a row that is not in view is not in the document');
    await page.getByLabel('Search by name').fill('ORDERS');
    const names = row(page, 'orders').locator('.mark');
    await names.last().waitFor();
    assert.match((await names.last().getAttribute('href')) ?? '', /#\/flows\/orders\/executions\/order-21$/);
    await row(page, 'orders').getByText('100%').waitFor();
    await row(page, 'orders').getByText('22 of 22').waitFor();
  });

  it('says the language of each flow, and shows names and descriptions of every kind as text', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows?q=classic' });
    await row(page, 'classic').getByText('Classic', { exact: true }).waitFor();
    await page.getByLabel('Search by name').fill('orders');
    await page.getByText('订单 <script>alert(1)</script> 🎉 مرحبا').waitFor();
  });

  it('follows executions without a question and without moving a row', async (t) => {
    await createFlow(server, 'broken-live', WAIT);
    const { page, settled } = await openConsole(t, server, { at: '#/flows?q=broken' });
    await row(page, 'broken-live').waitFor();
    await settled();
    const before = await namesIn(page);
    // The page asks for new figures some seconds later. Until the test lets them through, what it shows has come with the stream.
    const figures = Promise.withResolvers<void>();
    await page.route('**/api/SummarizeFlows', async (route) => {
      await figures.promise;
      await route.continue();
    });
    await startExecution(server, 'broken-live', { name: 'one' });
    await row(page, 'broken-live')
      .getByRole('link', { name: /^Running · .*one$/ })
      .waitFor();
    await row(page, 'broken-live').locator('.flow-running').getByText(/^1/).waitFor();
    await server.call('StopExecution', { FlowName: 'broken-live', ExecutionName: 'one' });
    await row(page, 'broken-live')
      .getByRole('link', { name: /^Stopped · .*one$/ })
      .waitFor();
    assert.deepEqual(await namesIn(page), before);
    // Only the server has these figures.
    figures.resolve();
    await row(page, 'broken-live').getByText('0 of 1').waitFor();
  });

  it('shows a flow that is created, and drops one that is deleted', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows?q=coming' });
    await page.getByText('No flow has “coming” in its name').waitFor();
    await createFlow(server, 'coming-soon', PASS);
    await row(page, 'coming-soon').waitFor();
    await server.call('DeleteFlow', { Name: 'coming-soon' });
    await page.getByText('No flow has “coming” in its name').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await row(page, 'broken').waitFor();
  });

  it('has its search in the address, and Back restores it', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows' });
    await row(page, 'broken').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('resting');
    await row(page, 'resting').waitFor();
    await page.waitForURL(/q=resting$/);
    await page.getByRole('link', { name: 'resting', exact: true }).click();
    await page.waitForURL(/#\/flows\/resting$/);
    await page.goBack();
    await row(page, 'resting').waitFor();
    await assertComes(() => page.getByLabel('Search by name').inputValue(), 'resting');
    await page.goBack();
    await row(page, 'broken').waitFor();
    await assertComes(() => page.getByLabel('Search by name').inputValue(), '');
  });

  it('is used with the keyboard alone', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows' });
    await row(page, 'broken').waitFor();
    const names = await namesIn(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');
    await assertComes(focused, names[1] ?? '');
    for (let i = 0; i < 40; i++) await page.keyboard.press('j');
    // The focus comes to a row once it is in view.
    await page.waitForFunction(
      () => document.activeElement?.closest('[data-index]')?.getAttribute('data-index') === '41',
    );
    const name = await focused();
    assert.match(name, /^many-/);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`#/flows/${name}$`));
    await page.goBack();
    await row(page, 'broken').waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'New flow' }).waitFor();
  });

  it('loads pages as one scrolls, and has few elements', async (t) => {
    const { page, nodes } = await openConsole(t, server, { at: '#/flows' });
    await row(page, 'broken').waitFor();
    await page.locator('.flows-table .windowed').focus();
    await page.keyboard.press('End');
    await page.waitForFunction(() => {
      const box = document.querySelector('.flows-table .windowed');
      if (box !== null) box.scrollTop = box.scrollHeight;
      return document.querySelector('.flow-name a[title^="zzz"]') !== null;
    });
    assert.ok((await nodes()) < 1_500, `${await nodes()} elements`);
  });

  it('loads the next page also when it is asked for while another one loads', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows?q=many' });
    await row(page, 'many-000').waitFor();
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    await page.route('**/api/SummarizeFlows', async (route) => {
      arrived.resolve();
      await released.promise;
      await route.continue();
    });
    await createFlow(server, 'elsewhere', PASS);
    await arrived.promise;
    await page.evaluate(async () => {
      const box = document.querySelector('.flows-table .windowed');
      if (box !== null) box.scrollTop = box.scrollHeight;
      // The list has drawn its last rows, and has asked for more.
      for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve));
    });
    released.resolve();
    await page.waitForFunction(
      () =>
        document.querySelectorAll('.windowed-row').length > 0 &&
        document.querySelector('.flows-table')?.getAttribute('aria-rowcount') !== '51',
    );
  });

  it('shows what it had when the server refuses to load it again', async (t) => {
    const { page, allow } = await openConsole(t, server, { at: '#/flows?q=rest' });
    await row(page, 'resting').waitFor();
    allow(/500/);
    await page.route('**/api/SummarizeFlows', (refused) =>
      refused.fulfill({ status: 500, json: { Code: 'InternalServerError', Message: 'The store is away.' } }),
    );
    await createFlow(server, 'rest-more', PASS);
    await page.getByText('The store is away.').waitFor();
    await row(page, 'resting').waitFor();
    await page.unroute('**/api/SummarizeFlows');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'rest-more').waitFor();
  });
});

describe('a server without flows', WHERE_IT_RUNS, () => {
  it('leads to a first flow from an example, which runs at once', async (t) => {
    const server = await startConsole(t);
    const { page, axe, screenshot, requests } = await openConsole(t, server);
    await page.getByText('There are no flows yet').waitFor();
    await screenshot('flows-empty');
    await axe();
    await page.getByRole('link', { name: 'Create from an example' }).click();
    await page.getByRole('button', { name: /^Hello/ }).click();
    // A double click acts once.
    await page.getByRole('button', { name: 'Create the flow' }).dblclick();
    await page.getByRole('heading', { name: 'hello' }).waitFor();
    assert.equal(requests.filter((each) => each.url().endsWith('/api/CreateFlow')).length, 1);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await assertComes(() => dialog.getByLabel('name', { exact: true }).inputValue(), 'Ada');
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await dialog.getByText('Hello, Ada!').waitFor();
    await screenshot('first-run');
    await axe();
    await dialog.getByRole('link', { name: 'Open the execution' }).click();
    await page.waitForURL(/#\/flows\/hello\/executions\//);
  });
});
