/** The screen of a Map run in a browser. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, lookName, openConsole } from '../support/browser.ts';
import { createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { mapRunOf } from '../support/execution-flows.ts';

/** A distributed Map whose item 7 fails, and whose others wait to be stopped or end at once. */
function distributed(state: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    StartAt: 'Each',
    States: [
      {
        Type: 'Map',
        Name: 'Each',
        ProcessorConfig: { ExecutionMode: 'Standard' },
        ItemsPath: '$Input.items',
        ToleratedFailureCount: 5,
        MaxConcurrency: 4,
        Processor: {
          StartAt: 'Check',
          States: [
            {
              Type: 'Choice',
              Name: 'Check',
              Branches: [{ Condition: '$Input == 7', Next: 'Broken' }],
              Default: 'Fine',
            },
            { Type: 'Fail', Name: 'Broken', Code: 'Broken' },
            { ...state, Name: 'Fine', End: true },
          ],
        },
        End: true,
      },
    ],
  };
}

describe('a Map run', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  let at = '';
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'ended', distributed({ Type: 'Pass' }));
    await createFlow(server, 'running', distributed({ Type: 'Wait', Seconds: 300 }));
    const items = Array.from({ length: 30 }, (_, index) => index);
    await startExecution(server, 'ended', { name: 'one', input: { items }, waits: true });
    await startExecution(server, 'running', { name: 'one', input: { items } });
    at = `#/flows/ended/executions/one/map-runs/${await mapRunOf(server, 'ended', 'one')}`;
  });

  for (const look of LOOKS) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at });
      await page.locator('.item-row').nth(5).waitFor();
      await screenshot(`map-run-${lookName(look)}`);
      await axe();
    });
  }

  it('lists the failed item first, and leads to its execution and back to the Map', async (t) => {
    const { page } = await openConsole(t, server, { at });
    const first = page.locator('.item-row').first();
    await first.getByText('Failed').waitFor();
    await first.getByText('7', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Succeeded' }).click();
    await page.waitForURL(/status=Succeeded/);
    await first.getByText('Succeeded').waitFor();
    await page.goBack();
    await first.getByRole('link').click();
    await page.locator('.failure').getByText('Broken failed').waitFor();
    await page.locator('.execution-head').getByRole('link', { name: 'one', exact: true }).click();
    await page.getByRole('treeitem').filter({ hasText: 'Each' }).click();
    await page.getByRole('complementary').getByRole('link', { name: 'Open the Map run' }).click();
    await page.getByText('30 of 30 items have ended').waitFor();
  });

  it('changes the limits of one that runs, and follows it', async (t) => {
    const name = await mapRunOf(server, 'running', 'one');
    const { page, axe } = await openConsole(t, server, { at: `#/flows/running/executions/one/map-runs/${name}` });
    await page.locator('.item-row').nth(3).waitFor();
    await page.getByRole('button', { name: 'Change the limits' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('At once, at most').fill('0');
    await dialog.getByText('A number is not in the range').waitFor();
    await dialog.getByLabel('At once, at most').fill('6');
    await axe();
    await dialog.getByRole('button', { name: 'Save' }).dblclick();
    await page.locator('.fact-line').getByText('6', { exact: true }).waitFor();
    await page.locator('.item-row').nth(5).waitFor();
    const { Concurrency } = await server.call('DescribeMapRun', {
      ...{ FlowName: 'running', ExecutionName: 'one', MapRunName: name },
    });
    assert.equal(Concurrency, 6);
    await server.call('StopExecution', { FlowName: 'running', ExecutionName: 'one' });
    await page.getByText('Aborted', { exact: true }).first().waitFor();
  });

  it('follows it also after a reply has failed', async (t) => {
    await startExecution(server, 'running', { name: 'two', input: { items: [1, 2] } });
    const name = await mapRunOf(server, 'running', 'two');
    const { page, allow } = await openConsole(t, server, { at: `#/flows/running/executions/two/map-runs/${name}` });
    await page.locator('.item-row').nth(1).waitFor();
    allow(/status of 503/);
    await page.route(
      '**/api/DescribeMapRun',
      (route) => route.fulfill({ status: 503, json: { Code: 'Planted', Message: 'planted' } }),
      {
        times: 1,
      },
    );
    await page.getByText('planted').waitFor();
    await page.getByText('planted').waitFor({ state: 'detached' });
  });

  it('lists more when one scrolls to the end while the list is read anew', async (t) => {
    const items = Array.from({ length: 130 }, (_, index) => index);
    await startExecution(server, 'ended', { name: 'many', input: { items }, waits: true });
    const name = await mapRunOf(server, 'ended', 'many');
    const { page } = await openConsole(t, server);
    let ended = 0;
    await page.route('**/api/DescribeMapRun', async (route) => {
      const response = await route.fetch();
      const run = (await response.json()) as { readonly ItemCounts: object };
      await route.fulfill({
        response,
        json: { ...run, Status: 'Running', ItemCounts: { ...run.ItemCounts, Succeed: ended } },
      });
    });
    const gate = Promise.withResolvers<void>();
    await page.goto(`${new URL('/console/', server.url).href}#/flows/ended/executions/many/map-runs/${name}`);
    const list = page.getByRole('list', { name: 'Executions of the items' });
    await list.locator('[data-index="10"]').waitFor();
    await page.route('**/api/ListExecutions', async (route) => {
      await gate.promise;
      await route.continue();
    });
    const asked = page.waitForRequest('**/api/ListExecutions');
    ended = 1;
    await asked;
    await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await list.locator('[data-index="99"]').waitFor();
    gate.resolve();
    await list.locator('[data-index="105"]').waitFor();
  });

  it('says that there is none', async (t) => {
    const { page, allow } = await openConsole(t, server, { at: '#/flows/ended/executions/one/map-runs/none' });
    allow(/status of 404/);
    await page.getByText('This Map run does not exist').waitFor();
  });
});
