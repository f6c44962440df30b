/** Events come by one stream, and no one asks for them: as they happen, after the page was hidden, off line, and after a restart. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { callAs, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { APPROVAL } from '../support/execution-flows.ts';
import { startWatchedProxy } from '../support/watched-proxy.ts';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { lastingAddress } from '../../../test/support/lasting-address.ts';

const HOME = '#/flows/approval/executions/one';
const EVENTS = `${HOME}?tab=events`;

/** Ids of the events in the list, from the top. */
async function idsIn(page: Page): Promise<number[]> {
  const ids = await page.locator('.event-row[role=option]').evaluateAll((rows) => rows.map((row) => row.id));
  return ids.map((id) => Number(id.replace('event-', '')));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place + 1);
}

/** Events until the execution waits for its report. */
const FIRST = 5;
/** Events of a stop and a redrive. */
const MORE = 3;

/** Stops the execution and lets it run again, so that it waits as before. */
async function stopAndRedrive(url: string): Promise<void> {
  const execution = { FlowName: 'approval', ExecutionName: 'one' };
  await callAs(url, ROOT_KEY, 'StopExecution', execution);
  await callAs(url, ROOT_KEY, 'RedriveExecution', execution);
}

async function started(server: ConsoleServer): Promise<void> {
  await createFlow(server, 'approval', APPROVAL);
  await startExecution(server, 'approval', { name: 'one' });
}

/** Puts the tab of the page behind another one, or in front again, as far as the page can know. */
function setHidden(page: Page, isHidden: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

describe('an execution that is watched', WHERE_IT_RUNS, () => {
  it('shows its events by the stream that is open, without a question', async (t) => {
    const server = await startConsole(t);
    await started(server);
    const { page, asked, settled } = await openConsole(t, server, { at: EVENTS });
    await page.locator(`#event-${FIRST}`).waitFor();
    await page.getByRole('button', { name: 'Report the end of the work' }).waitFor();
    await settled();
    const before = asked().length;
    for (let rounds = 0; rounds < 3; rounds++) {
      await stopAndRedrive(server.url);
      const count = FIRST + MORE * (rounds + 1);
      await page.locator(`#event-${count}`).waitFor();
      assert.deepEqual(await idsIn(page), upTo(count));
    }
    const since = new Set(asked().slice(before));
    since.delete('api/DescribeExecutionWaits');
    assert.deepEqual([...since], [], 'only the question why it waits is asked anew');
  });

  it('stops its stream while the page is hidden, and catches up by a stream from the next event on', async (t) => {
    const server = await startConsole(t);
    await started(server);
    const proxy = await startWatchedProxy(t, server);
    const { page, asked, settled } = await openConsole(t, proxy, { at: EVENTS });
    await page.locator(`#event-${FIRST}`).waitFor();
    await page.getByRole('button', { name: 'Report the end of the work' }).waitFor();
    await settled();
    await proxy.open(1);
    await setHidden(page, true);
    await proxy.open(0);
    const before = asked().length;
    await stopAndRedrive(server.url);
    assert.equal(asked().length, before);
    assert.deepEqual(await idsIn(page), upTo(FIRST));
    await setHidden(page, false);
    await page.locator(`#event-${FIRST + MORE}`).waitFor();
    assert.deepEqual(await idsIn(page), upTo(FIRST + MORE));
    await proxy.open(1);
    assert.equal(proxy.streams.at(-1)?.searchParams.get('from'), String(FIRST + 1));
    assert.deepEqual(
      asked()
        .slice(before)
        .filter((path) => path === 'stream'),
      ['stream'],
    );
  });

  it('opens no stream in a page that is hidden from the beginning', async (t) => {
    const server = await startConsole(t);
    await started(server);
    const proxy = await startWatchedProxy(t, server);
    const { page, goTo } = await openConsole(t, proxy, { at: '#/system' });
    await page.locator('.system-grid').waitFor();
    await proxy.open(1);
    await setHidden(page, true);
    await proxy.open(0);
    await goTo(EVENTS);
    await page.getByRole('heading', { name: 'one', exact: true }).waitFor();
    assert.equal(proxy.streams.length, 1);
    await setHidden(page, false);
    await page.locator(`#event-${FIRST}`).waitFor();
    assert.equal(proxy.streams.length, 2);
  });

  it('catches up when the network is back', async (t) => {
    const server = await startConsole(t);
    await started(server);
    const proxy = await startWatchedProxy(t, server);
    const { page, allow } = await openConsole(t, proxy, { at: EVENTS });
    await page.locator(`#event-${FIRST}`).waitFor();
    allow(/ERR_/);
    proxy.cut();
    await page.locator('.connection-lost').waitFor();
    await stopAndRedrive(server.url);
    assert.deepEqual(await idsIn(page), upTo(FIRST));
    proxy.join();
    await page.locator(`#event-${FIRST + MORE}`).waitFor();
    await page.locator('.connection-lost').waitFor({ state: 'detached' });
    assert.deepEqual(await idsIn(page), upTo(FIRST + MORE));
  });

  for (const auth of ['off', 'on'] as const) {
    it(`continues after a restart of a server with authentication ${auth}`, async (t) => {
      const env = { MILLRACE_LISTEN: await lastingAddress() };
      const first = await startConsole(t, { auth, env });
      await started(first);
      const { page, context, allow, requests } = await openConsole(t, first, { at: EVENTS });
      await page.locator(`#event-${FIRST}`).waitFor();
      await page.evaluate(() => Object.assign(window, { isSamePage: true }));
      allow(/ERR_/);
      // Off line, so that the page comes back after the events that it then has to catch up with.
      await context.setOffline(true);
      await first.kill();
      await page.locator('.connection-lost').waitFor();
      const second = await startConsole(t, { auth, folder: first.folder, env });
      await stopAndRedrive(second.url);
      await context.setOffline(false);
      await page.locator(`#event-${FIRST + MORE}`).waitFor();
      assert.deepEqual(await idsIn(page), upTo(FIRST + MORE));
      await page.locator('.connection-lost').waitFor({ state: 'detached' });
      await stopAndRedrive(second.url);
      await page.locator(`#event-${FIRST + 2 * MORE}`).waitFor();
      assert.deepEqual(await idsIn(page), upTo(FIRST + 2 * MORE));
      assert.equal(await page.evaluate(() => 'isSamePage' in window), true);
      const streams = requests.filter((request) => request.url().includes('/stream?'));
      assert.match(streams.at(-1)?.url() ?? '', new RegExp(`from=${FIRST + 1}$`));
      assert.equal(await page.getByRole('heading', { name: 'Sign in to Millrace' }).count(), 0);
    });
  }
});
