/** The screen of a Map run in a browser. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { mapRunOf } from '../support/execution-flows.ts';

type State = Readonly<Record<string, unknown>>;

const WAITS: State = { Type: 'Wait', Seconds: 300 };
const ENDS: State = { Type: 'Pass' };

/** A distributed Map whose item 7 fails or does something else, and whose others are in the state. */
function distributed(state: State, seventh: State = { Type: 'Fail', Code: 'Broken' }): State {
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
              Branches: [{ Condition: '$Input == 7', Next: 'Seventh' }],
              Default: 'Others',
            },
            { ...seventh, Name: 'Seventh', ...(seventh['Type'] !== 'Fail' && { End: true }) },
            { ...state, Name: 'Others', End: true },
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
    await createFlow(server, 'ended', distributed(ENDS));
    await createFlow(server, 'running', distributed(WAITS));
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
    await first.getByText('Failed').waitFor();
    await first.getByRole('link').click();
    await page.locator('.failure').getByText('Seventh failed').waitFor();
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
    await dialog.getByText('This is not a whole number from 1 to 300.').waitFor();
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

  it('follows it by a stream, also after that was refused', async (t) => {
    await createFlow(server, 'followed', distributed(WAITS));
    await startExecution(server, 'followed', { name: 'two', input: { items: [1, 2, 3, 4, 5] } });
    const name = await mapRunOf(server, 'followed', 'two');
    const { page, allow, asked } = await openConsole(t, server);
    allow(/status of 503/);
    await page.route('**/stream?*mapRun=*', (route) =>
      route.fulfill({ status: 503, json: { Code: 'Planted', Message: 'planted' } }),
    );
    await page.goto(`${new URL('/console/', server.url).href}#/flows/followed/executions/two/map-runs/${name}`);
    await page.getByText('planted').waitFor();
    await page.unroute('**/stream?*mapRun=*');
    await page.getByText('planted').waitFor({ state: 'detached' });
    await page.locator('.item-row').nth(3).waitFor();
    const child = (await page.locator('.item-row').first().getByRole('link').textContent()) ?? '';
    await server.call('StopExecution', { FlowName: 'followed', ExecutionName: child });
    await page.getByText('1 of 5 items have ended').waitFor();
    await page.locator('.item-row').filter({ hasText: child }).getByText('Stopped').waitFor();
    await page.locator('.item-row').nth(4).waitFor();
    await server.call('StopExecution', { FlowName: 'followed', ExecutionName: 'two' });
    await page.locator('.page-head').getByText('Aborted', { exact: true }).waitFor();
    await server.call('DeleteFlow', { Name: 'followed' });
    await page.getByText('This Map run does not exist').waitFor();
    assert.ok(!asked().includes('api/DescribeMapRun'));
  });

  it('lists more when one scrolls to the end while the list is read anew', async (t) => {
    await createFlow(server, 'last-waits', distributed(ENDS, WAITS));
    const items = Array.from({ length: 130 }, (_, index) => index);
    await startExecution(server, 'last-waits', { name: 'many', input: { items } });
    const name = await mapRunOf(server, 'last-waits', 'many');
    const { page } = await openConsole(t, server, { at: `#/flows/last-waits/executions/many/map-runs/${name}` });
    await page.getByText('129 of 130 items have ended').waitFor();
    const list = page.getByRole('list', { name: 'Executions of the items' });
    // The whole first page, with a row of 40 pixels each.
    await page.waitForFunction(() => {
      const box = document.querySelector('.map-run-items [role="list"]');
      return box !== null && box.scrollHeight >= 100 * 40;
    });
    const gate = Promise.withResolvers<void>();
    await page.route('**/api/ListExecutions', async (route) => {
      await gate.promise;
      await route.continue();
    });
    const asked = page.waitForRequest('**/api/ListExecutions');
    await server.call('StopExecution', { FlowName: 'last-waits', ExecutionName: 'many' });
    await asked;
    await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await list.locator('[data-index="99"]').waitFor();
    gate.resolve();
    await list.locator('[data-index="105"]').waitFor();
  });

  it('changes only the limits that the person has changed, and its dialog is not closed by an earlier one', async (t) => {
    await createFlow(server, 'limited', distributed(WAITS));
    await startExecution(server, 'limited', { name: 'one', input: { items: [1, 2, 3, 4, 5, 6] } });
    const name = await mapRunOf(server, 'limited', 'one');
    const of = { FlowName: 'limited', ExecutionName: 'one', MapRunName: name };
    const { page } = await openConsole(t, server, { at: `#/flows/limited/executions/one/map-runs/${name}` });
    const dialog = page.getByRole('dialog');
    const count = dialog.getByLabel('Failed items that it tolerates', { exact: true });
    await page.getByRole('button', { name: 'Change the limits' }).click();
    await count.fill('2');
    await server.call('UpdateMapRun', { ...of, Concurrency: 3 });
    await page.locator('.fact-line').getByText('3', { exact: true }).waitFor();
    const gate = Promise.withResolvers<void>();
    await page.route('**/api/UpdateMapRun', async (route) => {
      await gate.promise;
      await route.continue();
    });
    const asked = page.waitForRequest('**/api/UpdateMapRun');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await asked;
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change the limits' }).click();
    await count.fill('4');
    gate.resolve();
    await page.getByText('The limits were changed.').waitFor();
    assert.equal(await count.inputValue(), '4');
    const { Concurrency, ToleratedFailedCount } = await server.call('DescribeMapRun', of);
    assert.deepEqual([Concurrency, ToleratedFailedCount], [3, 2]);
  });

  it('shows the items of a run that was redriven while the page was hidden, and has ended alike', async (t) => {
    const fails = distributed(ENDS);
    await createFlow(
      server,
      'redriven',
      JSON.parse(JSON.stringify(fails).replace('"ToleratedFailureCount":5', '"ToleratedFailureCount":0')) as State,
    );
    const of = { FlowName: 'redriven', ExecutionName: 'one' };
    await startExecution(server, 'redriven', { name: 'one', input: { items: [7] }, waits: true });
    const name = await mapRunOf(server, 'redriven', 'one');
    const stopped = async (): Promise<unknown> =>
      (await server.call('DescribeMapRun', { ...of, MapRunName: name }))['StoppedTime'];
    const before = await stopped();
    const { page } = await openConsole(t, server, { at: `#/flows/redriven/executions/one/map-runs/${name}` });
    await page.locator('.item-row').waitFor();
    const show = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await show(true);
    await server.call('RedriveExecution', { ...of });
    await assertComes(async () => ![before, ''].includes((await stopped()) as string), true);
    const asked = page.waitForRequest('**/api/ListExecutions');
    await show(false);
    await asked;
  });

  it('lists an execution whose start has waited for room', async (t) => {
    const full = await startConsole(t, { settings: 'limits: { mapExecutions: 1 }\n' });
    await createFlow(full, 'waits', distributed(WAITS));
    const running = async (execution: string): Promise<string> => {
      await startExecution(full, 'waits', { name: execution, input: { items: [1] } });
      const name = await mapRunOf(full, 'waits', execution);
      const of = { FlowName: 'waits', ExecutionName: execution, MapRunName: name };
      const count = async (): Promise<unknown> =>
        ((await full.call('DescribeMapRun', of))['ItemCounts'] as { readonly Running: number }).Running;
      await assertComes(count, 1);
      return name;
    };
    const first = await running('blocks');
    await assertComes(async () => {
      const of = { FlowName: 'waits', MapRunName: first };
      return ((await full.call('ListExecutions', of))['Executions'] as readonly unknown[]).length;
    }, 1);
    const name = await running('one');
    const { page } = await openConsole(t, full, { at: `#/flows/waits/executions/one/map-runs/${name}` });
    await page.getByText('0 of 1 items have ended').waitFor();
    await page.getByText('No execution is listed').waitFor();
    await full.call('StopExecution', { FlowName: 'waits', ExecutionName: 'blocks' });
    await page.locator('.item-row').getByText('Running').waitFor();
  });

  it('says that there is none', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows/ended/executions/one/map-runs/none' });
    await page.getByText('This Map run does not exist').waitFor();
  });
});
