/** The state of the server. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, lookName, openConsole } from '../support/browser.ts';
import { WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { IDLE_S, WARM_S, pass } from '../support/page-time.ts';

const SECRET = 'a-secret-that-no-browser-gets-0001';
const SETTINGS = `limits: { standardExecutions: 5000 }
cloud: { accessKeyId: CLOUDKEY00000001, accessKeySecret: ${SECRET} }
keys: [{ accessKeyId: OTHERKEY00000001, accessKeySecret: ${SECRET}2 }]
mns: { local: on }
`;

describe('the system', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd, { settings: SETTINGS });
    await createFlow(server, 'waiting', WAIT);
    for (let i = 0; i < 3; i++) await startExecution(server, 'waiting');
  });

  for (const look of LOOKS) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: '#/system' });
      await page.getByText('limits.standardExecutions').waitFor();
      await screenshot(`system-${lookName(look)}`);
      await axe();
    });
  }

  it('shows the settings that are set, by an address, and no secret', async (t) => {
    const { page, context, settled } = await openConsole(t, server, { at: '#/system' });
    const bodies: Promise<string>[] = [];
    page.on('response', (response) => {
      // The page may leave a reply behind that it no longer needs.
      if (response.url().includes('/api/')) bodies.push(response.text().catch(() => ''));
    });
    await page.getByText('limits.input', { exact: true }).waitFor();
    await page.getByLabel('Only those that are set').check();
    await page.getByText('limits.input', { exact: true }).waitFor({ state: 'detached' });
    await page.getByText('limits.standardExecutions').waitFor();
    await page.waitForURL(/settings=set/);
    const address = page.url();
    await page.getByLabel('Name of a setting').fill('mns');
    await page.waitForURL(/setting=mns/);
    await page.getByText('limits.standardExecutions').waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByText('limits.standardExecutions').waitFor();
    await page.goto(address);
    // The browser drops the replies of a page that is loaded anew.
    await settled();
    await page.reload();
    await page.getByText('limits.standardExecutions').waitFor();
    await settled();
    const seen = `${await page.content()} ${(await Promise.all(bodies)).join(' ')}`;
    for (const hidden of [SECRET, 'CLOUDKEY00000001', server.folder]) assert.ok(!seen.includes(hidden), hidden);
    assert.equal(context.pages().length, 1);
  });

  it('follows executions, and asks nothing while nothing happens', async (t) => {
    const opened = await openConsole(t, server, { at: '#/system', hasClock: true });
    const { page, calls } = opened;
    const running = page.locator('.figures a');
    await running.getByText('3', { exact: true }).waitFor();
    await pass(opened, WARM_S);
    const asked = calls().length;
    await pass(opened, IDLE_S);
    assert.deepEqual(calls().slice(asked), []);
    await startExecution(server, 'waiting', { name: 'one-more' });
    // The page waits some seconds of its own clock for more changes.
    while (calls().length === asked) await page.clock.runFor(1_000);
    await running.getByText('4', { exact: true }).waitFor();
    await server.call('StopExecution', { FlowName: 'waiting', ExecutionName: 'one-more' });
  });

  it('says that the server is gone, with what it last knew', async (t) => {
    const gone = await startConsole(t);
    const { page, allow, screenshot } = await openConsole(t, gone, { at: '#/system' });
    allow(/ERR_/);
    await page.getByText('The server works').waitFor();
    await gone.kill();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('alert').getByText('The server did not answer').waitFor();
    assert.equal(await page.getByText('limits.input', { exact: true }).count(), 1);
    await screenshot('system-lost');
  });
});
