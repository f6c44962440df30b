/** A stream that brings nothing any more although its connection is open, and a clock that is wrong. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { startFrozenProxy } from '../support/frozen-proxy.ts';

describe('a connection that brings nothing any more', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'orders', WAIT);
    await createFlow(server, 'pass', PASS);
  });

  it('is given up, and the screen of an execution has what happened meanwhile', async (t) => {
    await startExecution(server, 'orders', { name: 'one' });
    const proxy = await startFrozenProxy(t, server);
    const { page, allow } = await openConsole(t, proxy, { at: '#/flows/orders/executions/one?tab=events' });
    allow(/ERR_/);
    await page.clock.install();
    await page.reload();
    await page.locator('.event-row[role=option]').nth(2).waitFor();
    // The page may connect again at once, and then says for a moment only that it has lost the connection.
    await page.evaluate(() => {
      const look = (): void => {
        if (document.querySelector('.connection-lost') !== null) document.body.dataset['wasLost'] = '';
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
    });
    proxy.freeze();
    await server.call('StopExecution', { FlowName: 'orders', ExecutionName: 'one' });
    await page.clock.fastForward('01:00');
    await page.locator('body[data-was-lost]').waitFor();
    proxy.thaw();
    await page.locator('.execution-head .badge').getByText('Stopped').waitFor();
  });

  it('is said when the way to the server is dead, and so is its return', async (t) => {
    const proxy = await startFrozenProxy(t, server);
    const { page, allow } = await openConsole(t, proxy, { at: '#/executions?flow=pass' });
    allow(/ERR_/);
    await page.clock.install();
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    proxy.freeze({ isWhole: true });
    await page.clock.fastForward('01:00');
    await page.locator('.connection-lost').waitFor();
    await startExecution(server, 'pass', { name: 'meanwhile', waits: true });
    proxy.thaw();
    await page.clock.fastForward('01:00');
    await page.getByRole('link', { name: 'meanwhile' }).waitFor();
    await page.locator('.connection-lost').waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('link', { name: 'meanwhile' }).count(), 1);
  });
});
