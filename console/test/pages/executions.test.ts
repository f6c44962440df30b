/** The list of executions: live, filtered, by keyboard, in bulk, and when things go wrong. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import { lastingAddress } from '../../../test/support/lasting-address.ts';
import { callRpc } from '../../../test/support/signed-request.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { FAIL, PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { pass } from '../support/page-time.ts';

const LONGEST = 'x'.repeat(128);
/** May see one flow and its executions, and no others. */
const LIMITED = { accessKeyId: 'LIMITEDKEY000001', accessKeySecret: 'a-secret-of-the-limited-key-0001' };
const SETTINGS = `keys:
  - accessKeyId: ${LIMITED.accessKeyId}
    accessKeySecret: ${LIMITED.accessKeySecret}
    policies:
      - Version: '1'
        Statement: [{ Effect: Allow, Action: ['fnf:List*', 'fnf:Describe*'], Resource: 'acs:fnf:*:*:flow/orders*' }]
`;

/** The names in the list, from the top. */
function namesIn(page: Page): Promise<string[]> {
  return page.locator('.execution-row .name').allTextContents();
}

async function seeded(server: ConsoleServer): Promise<void> {
  await createFlow(server, 'orders', PASS);
  await createFlow(server, 'broken', FAIL);
  await createFlow(server, LONGEST, WAIT);
  for (let i = 0; i < 12; i++) await startExecution(server, 'orders', { name: `order-${i}`, waits: true });
  await startExecution(server, 'broken', { name: 'report', waits: true });
  await startExecution(server, LONGEST, { name: LONGEST });
}

describe('the list of executions', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await seeded(server);
  });

  for (const look of LOOKS) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: '#/executions' });
      await page.getByRole('link', { name: 'order-11', exact: true }).waitFor();
      await screenshot(`executions-${lookName(look)}`);
      await axe();
    });
  }

  it('fits a screen of 3840 pixels', async (t) => {
    const { page, axe, screenshot } = await openConsole(t, server, { width: 3840, height: 2160, at: '#/executions' });
    await page.getByRole('link', { name: 'order-0', exact: true }).waitFor();
    await screenshot('executions-3840');
    await axe();
  });

  it('restores every filter with Back, and by its address', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/executions' });
    await page.getByRole('link', { name: 'report', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Succeeded' }).click();
    await page.getByRole('link', { name: 'report', exact: true }).waitFor({ state: 'detached' });
    await page.getByLabel('Name', { exact: true }).fill('ORDER-1');
    await page.getByText('3 executions').waitFor();
    assert.deepEqual(await namesIn(page), ['order-11', 'order-10', 'order-1']);
    await page.getByLabel('Started').selectOption('1h');
    await page.waitForURL(/period=1h/);
    await page.getByLabel('Flow').fill('orders');
    await page.waitForURL(/flow=orders/);
    const address = page.url();
    assert.match(address, /#\/executions\?status=Succeeded&name=ORDER-1&period=1h&flow=orders$/);
    for (const [gone, field, value] of [
      [/flow=/, 'Flow', ''],
      [/period=/, 'Started', ''],
      [/name=/, 'Name', ''],
    ] as const) {
      await page.goBack();
      await page.waitForURL((url) => !gone.test(url.href));
      await page.waitForFunction(
        ([label, wanted]) =>
          [...document.querySelectorAll('label')].some(
            (each) =>
              each.textContent?.startsWith(label) === true &&
              each.querySelector('input, select') !== null &&
              (each.querySelector('input, select') as HTMLInputElement).value === wanted,
          ),
        [field, value] as const,
      );
    }
    await page.getByRole('button', { name: 'Succeeded', pressed: true }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'report', exact: true }).waitFor();
    await page.goto(address);
    await page.getByText('3 executions').waitFor();
  });

  it('shows what starts and ends without a question, and moves no row under the pointer', async (t) => {
    await createFlow(server, 'live', PASS);
    const opened = await openConsole(t, server, { at: '#/executions', hasClock: true });
    const { page, calls } = opened;
    await page.getByRole('link', { name: 'order-11', exact: true }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: /Running \d/ }).waitFor();
    // A list whose stream opens late asks a second time, a while after its stream has opened.
    await pass(opened, 5);
    const asked = calls();
    await startExecution(server, 'live', { name: 'first-live' });
    const first = page.locator('.execution-row', { hasText: 'first-live' });
    await first.getByText('Succeeded').waitFor();
    assert.equal((await namesIn(page))[0], 'first-live');
    await first.hover();
    await startExecution(server, 'live', { name: 'second-live' });
    const pill = page.getByRole('button', { name: '1 new' });
    await pill.waitFor();
    assert.equal((await namesIn(page))[0], 'first-live');
    await pill.click();
    await page.getByRole('link', { name: 'second-live' }).waitFor();
    assert.deepEqual((await namesIn(page)).slice(0, 2), ['second-live', 'first-live']);
    assert.deepEqual(calls(), asked);
  });

  it('works by keyboard alone', async (t) => {
    const { page, axe, screenshot } = await openConsole(t, server, { at: '#/executions?flow=orders' });
    await page.getByRole('link', { name: 'order-11', exact: true }).waitFor();
    for (const key of ['j', 'j', 'x', 'J', 'J', 'k']) await page.keyboard.press(key);
    await page.getByText('3 selected').waitFor();
    const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.textContent);
    await assertComes(focused, 'order-9');
    await axe();
    await screenshot('executions-selected');
    await page.keyboard.press('/');
    await assertComes(() => page.evaluate(() => (document.activeElement as HTMLInputElement).type), 'search');
    await page.getByRole('link', { name: 'order-9', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await assertComes(focused, 'order-8');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/flows\/orders\/executions\/order-8$/);
  });

  it('has few elements however many executions there are', async (t) => {
    await createFlow(server, 'many', PASS);
    for (let i = 0; i < 15; i++) {
      await Promise.all(
        Array.from({ length: 20 }, (_, j) => startExecution(server, 'many', { name: `many-${i * 20 + j}` })),
      );
    }
    const { page, nodes } = await openConsole(t, server, { at: '#/executions?flow=many' });
    await page.getByText('100 loaded').waitFor();
    const list = page.locator('.executions .windowed');
    for (const loaded of ['200 loaded', '300 executions']) {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.getByText(loaded).waitFor();
    }
    assert.ok((await nodes()) < 1_000, `${await nodes()} elements`);
  });

  it('loses what another user deletes with its flow', async (t) => {
    await createFlow(server, 'doomed', PASS);
    await startExecution(server, 'doomed', { name: 'doomed-one', waits: true });
    const { page } = await openConsole(t, server, { at: '#/executions' });
    await page.getByRole('link', { name: 'doomed-one' }).waitFor();
    await server.call('DeleteFlow', { Name: 'doomed' });
    await page.getByRole('link', { name: 'doomed-one' }).waitFor({ state: 'detached' });
  });
});

describe('many executions at once', WHERE_IT_RUNS, () => {
  it('are stopped and redriven, with each fault listed', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'waiting', WAIT);
    await createFlow(server, 'doomed', WAIT);
    for (let i = 0; i < 6; i++) await startExecution(server, 'waiting', { name: `wait-${i}` });
    await startExecution(server, 'doomed', { name: 'gone' });
    const { page, allow, axe, screenshot } = await openConsole(t, server, { at: '#/executions' });
    await page.getByRole('link', { name: 'gone' }).waitFor();
    await page.getByLabel('Select all that are loaded').check();
    await page.getByRole('button', { name: 'Stop 7' }).click();
    await page.getByRole('dialog').getByText('wait-0').waitFor();
    await page.getByLabel('Cause, for people').fill('Maintenance');
    await axe();
    await screenshot('executions-bulk-asks');
    await server.call('DeleteFlow', { Name: 'doomed' });
    allow(/status of 404/);
    await page.getByRole('button', { name: 'Stop them' }).dblclick();
    await page.getByText('6 executions are stopped.').waitFor();
    await page.getByText('1 was refused:').waitFor();
    await screenshot('executions-bulk-done');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('row').getByText('Stopped').nth(5).waitFor();
    const { Status } = await server.call('DescribeExecution', { FlowName: 'waiting', ExecutionName: 'wait-3' });
    assert.equal(Status, 'Stopped');
    await page.getByLabel('Select all that are loaded').check();
    await page.getByRole('button', { name: 'Redrive 6' }).click();
    await page.getByRole('button', { name: 'Redrive them' }).click();
    await page.getByText('6 executions run again.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('row').getByText('Running').nth(5).waitFor();
  });
});

describe('the list of executions, when things go wrong', WHERE_IT_RUNS, () => {
  it('offers one flow to a key that may not see all', async (t) => {
    const server = await startConsole(t, { auth: 'on', settings: SETTINGS });
    await seeded(server);
    const { page, allow, axe, screenshot } = await openConsole(t, server, { key: LIMITED, at: '#/executions' });
    allow(/status of 403/);
    await page.getByText('This key may not list the executions of all flows.').waitFor();
    await axe();
    await screenshot('executions-forbidden');
    await page.locator('.executions .notice input').fill('orders');
    await page.getByRole('link', { name: 'order-11', exact: true }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('order-1');
    await page.getByText('3 executions').waitFor();
    await page.getByText('Only names that begin with this text').waitFor();
    // The stream has no executions that the key may not see.
    await startExecution(server, 'broken', { name: 'order-1-secret' });
    await startExecution(server, 'orders', { name: 'order-1-new' });
    await page.getByText('order-1-new').waitFor();
    assert.equal(await page.getByText('order-1-secret').count(), 0);
  });

  it('says that the server has too much to do, and tries again', async (t) => {
    const server = await startConsole(t, {
      settings: 'limits: { operationRates: { SearchExecutions: { perSecond: 1, burst: 1 } } }\n',
    });
    await createFlow(server, 'orders', PASS);
    await startExecution(server, 'orders', { name: 'order-1', waits: true });
    const { page, allow, axe, screenshot, settled } = await openConsole(t, server, { at: '#/executions' });
    allow(/status of 429/);
    await page.getByRole('link', { name: 'order-1' }).waitFor();
    const fault = page.getByRole('alert').getByText('The server has too much to do');
    // Another program takes the call of each second, so that one of the page is too many, however slow the page is.
    let isOver = false;
    const others = (async () => {
      while (!isOver) await callRpc(server.url, ROOT_KEY, { Action: 'SearchExecutions' });
    })();
    try {
      for (let clicks = 0; !(await fault.isVisible()); clicks++) {
        await page.getByRole('button', { name: clicks % 2 === 0 ? 'Failed' : 'Succeeded' }).click();
        // The next click would take the question back.
        await settled();
      }
      await axe();
      await screenshot('executions-throttled');
    } finally {
      isOver = true;
      await others;
    }
    while (await fault.isVisible())
      await page
        .getByRole('button', { name: 'Try again' })
        .click({ timeout: 2_000 })
        .catch(() => undefined);
  });

  it('continues after a restart of the server, without gap, doubling or reload', async (t) => {
    const env = { MILLRACE_LISTEN: await lastingAddress() };
    const first = await startConsole(t, { env });
    await seeded(first);
    const { page, allow, screenshot } = await openConsole(t, first, { at: '#/executions' });
    allow(/ERR_/);
    await page.getByRole('link', { name: 'order-11', exact: true }).waitFor();
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await first.kill();
    await page.getByText('Not live: connecting again').waitFor();
    await page.locator('.connection-lost').waitFor();
    assert.equal((await namesIn(page)).length, 14);
    await screenshot('executions-lost');
    const second = await startConsole(t, { folder: first.folder, env });
    await startExecution(second, 'orders', { name: 'order-after', waits: true });
    await page.getByRole('link', { name: 'order-after' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const names = await namesIn(page);
    assert.equal(names.length, 15);
    assert.equal(new Set(names).size, 15);
    assert.equal(await page.evaluate(() => 'isSamePage' in window), true);
  });
});
