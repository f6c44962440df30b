/** The screen of an execution in a browser: what it shows, live, large, by keyboard, and when things go wrong. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, endOf, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { APPROVAL, VARIED, VARIED_INPUT } from '../support/execution-flows.ts';

function at(flow: string, execution: string, query = ''): string {
  return `#/flows/${flow}/executions/${execution}${query}`;
}

async function startVaried(server: ConsoleServer, name: string): Promise<void> {
  await server.call('StartExecution', { FlowName: 'varied', ExecutionName: name, Input: VARIED_INPUT });
  await endOf(server, 'varied', name);
}

function row(page: Page, name: string | RegExp) {
  return page.getByRole('treeitem').filter({ hasText: name });
}

/** Rows of the list of events. */
function event(page: Page) {
  return page.getByRole('listbox', { name: 'Events' }).getByRole('option');
}

describe('an execution', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'varied', VARIED);
    await createFlow(server, 'approval', APPROVAL);
    await createFlow(server, 'pass', PASS);
    await startVaried(server, 'order-1');
    await startExecution(server, 'approval', { name: 'approval-1' });
  });

  for (const look of LOOKS) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot, goTo } = await openConsole(t, server, { ...look, at: at('varied', 'order-1') });
      const views = [
        ['timeline', '', '.timeline-row >> nth=0'],
        ['graph', '?tab=graph&e=2', '[data-node]'],
        ['events', '?tab=events&e=6', '.event-row >> nth=3'],
        ['data', '?tab=data&e=2', '.data-step >> nth=2'],
        ['definition', '?tab=definition&line=9', '.excerpt-line.marked'],
      ] as const;
      for (const [name, query, shown] of views) {
        await goTo(at('varied', 'order-1', query));
        await page.locator(shown).first().waitFor();
        await page.locator('.failure .excerpt').waitFor();
        await screenshot(`execution-${name}-${lookName(look)}`);
        await axe();
      }
      await goTo(at('approval', 'approval-1'));
      await page.locator('.wait').waitFor();
      await screenshot(`execution-waits-${lookName(look)}`);
      await axe();
    });
  }

  it('fits a screen of 3840 pixels, with the graph beside the timeline', async (t) => {
    const look = { width: 3840, height: 2160 };
    const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: at('varied', 'order-1', '?e=3') });
    await page.locator('[data-node]').first().waitFor();
    await row(page, 'Prepare').waitFor();
    await screenshot('execution-3840');
    await axe();
  });

  it('says where it failed: the state, the error, the line, and the server in its own words', async (t) => {
    const { page } = await openConsole(t, server, { at: at('varied', 'order-1') });
    const failure = page.locator('.failure');
    await failure.getByRole('heading', { name: 'Call failed' }).waitFor();
    await failure.locator('.error-name').getByText('HTTP.ConnectionFailed').waitFor();
    assert.match(await failure.locator('.excerpt-line.marked').innerText(), /"Name": "Call"/);
    await failure.getByRole('link', { name: /^Line/ }).click();
    await page.waitForURL(/tab=definition&line=\d+/);
    await page.locator('.definition-view .marked').waitFor();
    await page.goBack();
    await failure.getByRole('link', { name: 'Show it' }).click();
    await page.getByRole('complementary').getByRole('heading', { name: 'StateFailed' }).waitFor();
    await assertComes(() => page.getByRole('complementary').getByRole('row').count(), 5);
  });

  it('shows digits and markup as they are', async (t) => {
    const { page } = await openConsole(t, server, { at: at('varied', 'order-1') });
    const detail = page.getByRole('complementary');
    await detail.getByText('9007199254740993').waitFor();
    await detail.getByText('<script>alert(1)</script>').waitFor();
    await detail.getByText('__proto__').waitFor();
  });

  it('joins timeline, graph, events and data by what is chosen', async (t) => {
    const { page } = await openConsole(t, server, { at: at('varied', 'order-1') });
    await row(page, 'Prepare').click();
    await page.waitForURL(/e=2$/);
    await page.getByRole('link', { name: 'Data, step by step' }).click();
    await page.getByRole('heading', { name: 'Data of Prepare' }).waitFor();
    const constructed = page.getByRole('region', { name: 'After InputConstructor' });
    await constructed.getByText('leads nowhere').waitFor();
    assert.match(await constructed.locator('.marked').innerText(), /lost\.\$/);
    await page.getByRole('region', { name: '$Global after' }).getByText('shop').waitFor();
    await page.getByRole('link', { name: 'Graph' }).click();
    await page.locator('[data-node="0"]').waitFor();
    await page.locator('[data-node="1"]').click({ position: { x: 60, y: 20 } });
    await page.getByRole('complementary').getByRole('heading', { name: '并行处理 📦 مرحبا' }).waitFor();
    await page
      .getByRole('link', { name: /^Events/ })
      .first()
      .click();
    await page.locator('.event-row.active').getByText('StateEntered').waitFor();
  });

  it('opens an attempt in another tab, as every link', async (t) => {
    const { page, context } = await openConsole(t, server, { at: at('varied', 'order-1') });
    await row(page, 'Call').first().click();
    await page.waitForURL(/e=\d+$/);
    const before = page.url();
    const attempt = page.locator('.attempts').getByRole('link').first();
    const [other] = await Promise.all([context.waitForEvent('page'), attempt.click({ modifiers: ['Control'] })]);
    await other.getByRole('complementary').getByRole('heading', { name: 'TaskScheduled' }).waitFor();
    assert.equal(page.url(), before);
  });

  it('does not say that there is no graph while the server draws it, or when it refused to', async (t) => {
    const { page, goTo, allow } = await openConsole(t, server, { at: '#/flows' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const gate = Promise.withResolvers<void>();
    await page.route('**/api/CheckDefinition', async (route) => {
      await gate.promise;
      await route.fulfill({ status: 503, json: { Code: 'Planted', Message: 'planted' } });
    });
    const asked = page.waitForRequest('**/api/CheckDefinition');
    await goTo(at('varied', 'order-1', '?tab=graph'));
    await asked;
    const view = page.locator('.view');
    await view.getByText('Loading').waitFor();
    allow(/status of 503/);
    gate.resolve();
    await view.getByText('planted').waitFor();
    await page.unroute('**/api/CheckDefinition');
    await view.getByRole('button', { name: 'Try again' }).click();
    await view.locator('[data-node]').first().waitFor();
  });

  it('filters events, and Back restores each filter', async (t) => {
    const { page } = await openConsole(t, server, { at: at('varied', 'order-1', '?tab=events') });
    await event(page).first().waitFor();
    await page.getByLabel('State', { exact: true }).selectOption('Call');
    await page.waitForURL(/state=Call/);
    await page.getByLabel('Type', { exact: true }).selectOption('TaskFailed');
    await page.getByText(/^3 of \d+$/).waitFor();
    await page.getByRole('button', { name: 'Problems only' }).click();
    await page.waitForURL(/trouble=1/);
    await page.goBack();
    await page.goBack();
    await page.waitForURL((url) => !/type=/.test(url.href));
    await assertComes(() => page.getByLabel('Type', { exact: true }).inputValue(), '');
    assert.equal(await page.getByLabel('State', { exact: true }).inputValue(), 'Call');
    await page.getByLabel('Search in events').fill('econnrefused');
    await page.waitForURL(/q=econnrefused/);
    await page.getByText(/^\d+ of \d+$/).waitFor();
  });

  it('is used by keyboard alone', async (t) => {
    const { page } = await openConsole(t, server, { at: at('varied', 'order-1') });
    const tree = page.getByRole('tree', { name: 'Timeline' });
    await row(page, 'Prepare').waitFor();
    await tree.focus();
    await page.keyboard.press('ArrowDown');
    await page.waitForURL(/e=2$/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/shut=/);
    // A closed row with nothing around it has nowhere to go.
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/open=/);
    await page.keyboard.press('+');
    await page.waitForURL(/zoom=/);
    await page.keyboard.press('0');
    await page.waitForURL((url) => !/zoom=/.test(url.href));
    await page.keyboard.press('n');
    await page.getByRole('complementary').getByText('caused by event').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Zoom to the chosen row').waitFor();
  });

  it('zooms into a stretch by a drag, and shows on which side the rest is', async (t) => {
    const { page, still } = await openConsole(t, server, { at: at('varied', 'order-1') });
    await row(page, 'Prepare').waitFor();
    // The panel above the timeline comes later, and moves it.
    await page.locator('.failure .excerpt').waitFor();
    await still();
    const box = await page.locator('.axis-track').boundingBox();
    assert.ok(box !== null);
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.6, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/zoom=\d+-\d+/);
    await row(page, 'Prepare').getByRole('button', { name: 'It is before the time in view' }).click();
    await row(page, 'Prepare').locator('.bar').waitFor();
  });

  it('shows a masked value on request, and says that the server has logged it', async (t) => {
    const { page } = await openConsole(t, server, { at: at('approval', 'approval-1', '?e=4') });
    const detail = page.getByRole('complementary');
    await detail.getByText('•••task token•••').waitFor();
    assert.doesNotMatch(await page.content(), /secret-of-the-header/);
    await detail.getByText('The server logs who has shown this value.').waitFor();
    await detail.getByRole('button', { name: 'Show', exact: true }).click();
    await detail.getByText('secret-of-the-header').waitFor();
    await detail.getByText('Shown. The server has logged it.').waitFor();
    await detail.getByRole('button', { name: 'Hide' }).click();
    await detail.getByText('•••task token•••').waitFor();
  });

  it('reports the end of a callback once, without its token', async (t) => {
    await startExecution(server, 'approval', { name: 'approval-2' });
    const { page, asked } = await openConsole(t, server, { at: at('approval', 'approval-2') });
    await page.getByRole('button', { name: 'Report the end of the work' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Output, a JSON object').fill('{"by":');
    await dialog.getByText('This is not JSON.').waitFor();
    await dialog.getByLabel('Output, a JSON object').fill('{"by":"Ada"}');
    await dialog.getByRole('button', { name: 'It has succeeded' }).dblclick();
    await page.locator('.execution-head').getByText('Succeeded').waitFor();
    await page.getByRole('complementary').getByText('"Ada"').waitFor();
    assert.equal(asked().filter((path) => path === 'report').length, 1);
  });

  it('stops and redrives', async (t) => {
    await startExecution(server, 'approval', { name: 'approval-3' });
    const { page } = await openConsole(t, server, { at: at('approval', 'approval-3') });
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Error').fill('Enough');
    await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).dblclick();
    await page.locator('.failure').getByText('Enough').waitFor();
    await page.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await page.locator('.execution-head').getByText('Running').waitFor();
    await page.getByText('redriven once').waitFor();
    await page.getByRole('button', { name: 'Report the end of the work' }).waitFor();
  });

  it('is copied as a test, as a call and as a file', async (t) => {
    const { page, axe } = await openConsole(t, server, { at: at('varied', 'order-1') });
    await page.getByRole('button', { name: 'Copy as …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('import { VirtualTime, startTestEngine').waitFor();
    await axe();
    await dialog.getByRole('button', { name: 'curl' }).click();
    await dialog.getByText('Action=StartExecution').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the history' }).click(),
    ]);
    const { Events } = JSON.parse(readFileSync(await download.path(), 'utf8')) as { Events: { EventId: number }[] };
    const count = await page.locator('.execution-head').getByText(/^\d+$/).innerText();
    assert.equal(Events.length, Number(count));
  });

  it('links to the execution that started it, and from there back', async (t) => {
    await createFlow(server, 'parent', {
      StartAt: 'Child',
      States: [
        {
          Type: 'Task',
          Name: 'Child',
          Action: 'FNF:StartExecution',
          TaskMode: 'WaitForSystemCallback',
          Parameters: { resourceArn: 'acs:fnf:::flow/approval', executionName: 'of-parent', input: {} },
          End: true,
        },
      ],
    });
    await startExecution(server, 'parent', { name: 'parent-1' });
    const { page } = await openConsole(t, server, { at: at('parent', 'parent-1') });
    await page.locator('.waits').getByRole('link', { name: 'Open the execution that it started' }).click();
    await page.getByRole('heading', { name: 'of-parent' }).waitFor();
    await page.locator('.execution-head').getByRole('link', { name: 'parent-1' }).click();
    await page.getByRole('heading', { name: 'parent-1' }).waitFor();
  });

  it('shows Express executions alike, and says when one is gone', async (t) => {
    await createFlow(server, 'quick', PASS, { mode: 'Express' });
    const { Name } = await server.call('StartSyncExecution', { FlowName: 'quick', Input: { a: 1 } });
    const { page, allow, goTo } = await openConsole(t, server, { at: at('quick', String(Name)) });
    await row(page, 'Done').waitFor();
    await page.locator('.execution-head').getByText('Express').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Redrive' }).count(), 0);
    allow(/status of 404/);
    await goTo(at('quick', 'nobody'));
    await page.getByText('There is no such execution').waitFor();
    await page.getByRole('button', { name: 'Look again' }).waitFor();
  });
});

describe('an execution that runs', WHERE_IT_RUNS, () => {
  it('shows each event as it comes, and rests when nothing happens', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'approval', APPROVAL);
    await startExecution(server, 'approval', { name: 'live' });
    const { page, asked, still } = await openConsole(t, server, { at: at('approval', 'live') });
    await page.getByRole('button', { name: 'Report the end of the work' }).waitFor();
    await page.locator('.execution-head').getByText('5', { exact: true }).waitFor();
    await still();
    const before = asked().length;
    await server.call('StopExecution', { FlowName: 'approval', ExecutionName: 'live', Error: 'Enough' });
    await page.locator('.failure').getByText('Enough').waitFor();
    await page.locator('.execution-head').getByText('7', { exact: true }).waitFor();
    await page.getByText('In the words of the server').waitFor();
    // The new events came by the stream; only the question why it waits was asked again.
    const after = asked().slice(before);
    assert.deepEqual([...new Set(after)], after.length === 0 ? [] : ['api/DescribeExecutionWaits']);
  });

  it('shows at once how long it has run, also when no time was shown before', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'wait', WAIT);
    await startExecution(server, 'wait', { name: 'long' });
    const { page, goTo, settled } = await openConsole(t, server, { at: '#/messages', hasClock: true });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await settled();
    await page.clock.pauseAt(new Date(Date.now() + 600_000));
    await goTo(at('wait', 'long'));
    // The page draws by its clock, too. The next tick of a second is further away than all of these pieces.
    const duration = page.locator('.execution-head dd').nth(2);
    const shown = async (): Promise<string> => (await duration.allInnerTexts())[0] ?? '–';
    for (let pieces = 0; pieces < 40 && (await shown()) === '–'; pieces++) {
      await page.clock.runFor(20);
      await settled();
    }
    assert.match(await shown(), /^(?:9|10) min/);
  });

  it('remains on the screen when its flow is deleted', async (t) => {
    const server = await startConsole(t);
    await createFlow(server, 'wait', WAIT);
    await startExecution(server, 'wait', { name: 'doomed' });
    const { page, allow } = await openConsole(t, server, { at: at('wait', 'doomed') });
    allow(/status of 404/);
    await row(page, 'Rest').waitFor();
    await server.call('DeleteFlow', { Name: 'wait' });
    await page.getByText('The server no longer has this execution.').waitFor();
    await row(page, 'Rest').waitFor();
  });
});
