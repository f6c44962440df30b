/** The schedules of all flows. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, lookName, openConsole } from '../support/browser.ts';
import { FAIL, PASS, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const LONGEST = 's'.repeat(128);

describe('the schedules', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  const schedule = (flow: string, name: string, expression: string, more: object = {}) =>
    server.call('CreateSchedule', { FlowName: flow, ScheduleName: name, CronExpression: expression, ...more });
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'report', PASS);
    await createFlow(server, 'cleanup', FAIL);
    const payload = '{"kind":"full","order":1234567890123456789}';
    await schedule('report', 'nightly', 'CRON_TZ=Asia/Shanghai 0 0 3 * * ?', {
      Payload: payload,
      Description: 'All of it.',
    });
    await schedule('report', LONGEST, '0 30 9 ? * 1-5');
    await schedule('cleanup', 'often', '@every 5m');
    await schedule('cleanup', 'yearly', '0 0 0 1 1 ?', { Enable: false });
    for (const time of ['20260101T190000Z', '20260102T190000Z']) {
      await startExecution(server, 'report', { name: `nightly-${time}`, waits: true });
    }
    await startExecution(server, 'cleanup', { name: 'often-20260101T000500Z', waits: true });
    // Of another schedule, by its name.
    await startExecution(server, 'report', { name: 'nightly-of-another-20260102T190000Z', waits: true });
  });

  for (const look of LOOKS) {
    it(`look well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: '#/schedules' });
      await page.getByRole('button', { name: 'nightly' }).click();
      await page.locator('.schedule-details').getByText('1234567890123456789').waitFor();
      await page.locator('.last-link').nth(1).waitFor();
      await screenshot(`schedules-${lookName(look)}`);
      await axe();
    });
  }

  it('have the next one first, those that are off last, and lead to their last executions', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/schedules' });
    await page.locator('.last-link').nth(1).waitFor();
    const names = await page.locator('.schedule .disclose bdi').allTextContents();
    assert.equal(names[0], 'often');
    assert.equal(names.at(-1), 'yearly');
    const row = page.locator('.schedule', { hasText: 'nightly' });
    assert.deepEqual(
      await row.locator('.schedule-last a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
      ['20260101T190000Z', '20260102T190000Z'].map((time) => `#/flows/report/executions/nightly-${time}`),
    );
  });

  it('are turned off and on with one click each, and follow what others do', async (t) => {
    const { page, calls, allow } = await openConsole(t, server, { at: '#/schedules?name=often' });
    const box = page.getByRole('switch', { name: 'Schedule often starts executions' });
    await box.dblclick();
    await page.getByText('Off', { exact: true }).waitFor();
    assert.equal(await box.getAttribute('aria-checked'), 'false');
    assert.equal(calls().filter((action) => action === 'UpdateSchedule').length, 1);
    await server.call('UpdateSchedule', { FlowName: 'cleanup', ScheduleName: 'often', Enable: true });
    await page.locator('[role=switch][aria-checked=true]').waitFor();
    await startExecution(server, 'cleanup', { name: 'often-20260101T001000Z', waits: true });
    await page.locator('a[href$="often-20260101T001000Z"]').first().waitFor();
    await createFlow(server, 'later', PASS);
    await schedule('later', 'often-too', '@every 7m');
    await page.getByRole('button', { name: 'often-too' }).waitFor();
    allow(/status of 404/);
    await server.call('DeleteFlow', { Name: 'later' });
    await page.getByRole('button', { name: 'often-too' }).waitFor({ state: 'detached' });
  });
});
