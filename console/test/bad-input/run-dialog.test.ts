/** The dialog that runs a flow, when other people, other clocks and hard inputs meet it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, createFlow, startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const HOURS_MS = 3_600_000;
const LONG =
  '{"n":1234567890123456789,"minus":-0,"e":1.0e3,"__proto__":{"x":1},"constructor":"<script>alert(1)</script>"}';

describe('the dialog that runs a flow', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'orders', PASS);
  });

  it('saves an input without running it', async (t) => {
    const { page, calls, goTo } = await openConsole(t, server, { at: '#/flows/orders?run=LATEST' });
    await page.getByRole('textbox', { name: 'Input', exact: true }).fill(LONG);
    await page.getByRole('button', { name: 'Save this input' }).click();
    await page.getByLabel('Name of the input').fill('大订单 📦 مرحبا');
    await page.getByLabel('Name of the input').press('Enter');
    await page.getByText('The input was saved').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await goTo('#/flows/orders');
    assert.equal(calls().includes('StartExecution'), false);
  });

  it('sends every digit, also after the input was formatted', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows/orders?run=LATEST' });
    await page.getByRole('textbox', { name: 'Input', exact: true }).fill(LONG);
    await page.getByRole('button', { name: 'Format' }).click();
    const formatted = await page.getByRole('textbox', { name: 'Input', exact: true }).inputValue();
    for (const part of ['1234567890123456789', '"minus": -0', '1.0e3']) assert.ok(formatted.includes(part), part);
    await page.getByLabel('Name of the execution').fill('digits');
    await page.getByRole('button', { name: 'Run', exact: true }).last().click();
    await page.getByRole('heading', { name: 'digits' }).waitFor();
    const { Input } = await server.call('DescribeExecution', { FlowName: 'orders', ExecutionName: 'digits' });
    assert.equal(Input, formatted);
  });

  it('remains with what was typed when another user deletes the flow', async (t) => {
    await createFlow(server, 'short-lived', PASS);
    const { page, allow, axe, screenshot } = await openConsole(t, server, { at: '#/flows/short-lived?run=LATEST' });
    allow(/status of 404/);
    await page.getByRole('textbox', { name: 'Input', exact: true }).fill(LONG);
    await server.call('DeleteFlow', { Name: 'short-lived' });
    await page.locator('.notice.fault').first().waitFor({ state: 'attached' });
    assert.equal(await page.getByRole('textbox', { name: 'Input', exact: true }).inputValue(), LONG);
    await page.getByRole('button', { name: 'Run', exact: true }).last().click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await axe();
    await screenshot('run-deleted-meanwhile');
  });

  for (const [words, aheadMs] of [
    ['ahead', 5 * HOURS_MS],
    ['behind', -5 * HOURS_MS],
  ] as const) {
    it(`starts an execution, and all its times are right, with a clock that is hours ${words}`, async (t) => {
      const { page, goTo, screenshot } = await openConsole(t, server, { at: '#/flows' });
      await page.clock.install({ time: Date.now() + aheadMs });
      await page.reload();
      await page.getByRole('heading', { name: 'Flows', level: 1 }).waitFor();
      await goTo('#/flows/orders?run=LATEST');
      await page.getByLabel('Name of the execution').fill(`clock-${words}`);
      await page.getByRole('button', { name: 'Run', exact: true }).last().click();
      await page.getByText(`The execution “clock-${words}” was started.`).waitFor();
      await page.locator('.timeline-row').first().waitFor();
      await screenshot(`clock-${words}-execution`);
      await goTo(`#/executions?period=1h&name=clock-${words}`);
      await page.getByRole('link', { name: `clock-${words}` }).waitFor();
      assert.doesNotMatch(await page.locator('main').innerText(), /-\d+ (?:s|h|min)|\b[45] h/);
      await screenshot(`clock-${words}-list`);
    });
  }
});
