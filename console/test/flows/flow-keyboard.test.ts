/** The page of a flow without a mouse: Enter in dialogs, and where the focus is after something has come or gone. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, createFlow, startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

describe('the page of a flow by keyboard', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
  });

  it('saves a schedule, an alias and a version with Enter', async (t) => {
    await createFlow(server, 'entered', PASS);
    await server.call('PublishFlowVersion', { FlowName: 'entered' });
    const { page } = await openConsole(t, server, { at: '#/flows/entered?tab=schedules' });
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Create a schedule' }).click();
    await dialog.getByLabel('Expression').fill('@every 5m');
    await dialog.getByLabel('Name').fill('often');
    await page.keyboard.press('Enter');
    await page.getByText('The schedule “often” was created.').waitFor();
    await page.getByRole('link', { name: 'Versions and aliases' }).click();
    await page.getByRole('button', { name: 'Create an alias' }).click();
    await dialog.getByLabel('Name').fill('live');
    await page.keyboard.press('Enter');
    await page.getByText('The alias “live” was created.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    const { RoutingConfigurations } = (
      (await server.call('DescribeFlowAlias', { FlowName: 'entered', Name: 'live' })) as {
        Alias: { RoutingConfigurations: readonly { Version: string }[] };
      }
    ).Alias;
    assert.deepEqual(
      RoutingConfigurations.map(({ Version }) => Version),
      ['1'],
    );
  });

  it('goes to the variable that was added, and on when one is removed', async (t) => {
    await createFlow(server, 'varied', PASS);
    const { page } = await openConsole(t, server, { at: '#/flows/varied?tab=settings' });
    const focused = (): Promise<string | null | undefined> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
    const add = page.getByRole('button', { name: 'Add a variable' });
    await add.press('Enter');
    await page.keyboard.type('FIRST');
    await add.press('Enter');
    await page.keyboard.type('SECOND');
    await page.getByLabel('Value: FIRST').waitFor();
    await page.getByLabel('Value: SECOND').waitFor();
    await page.getByRole('button', { name: 'Remove the variable SECOND' }).press('Enter');
    await page.getByLabel('Value: SECOND').waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Add a variable');
    await page.getByRole('button', { name: 'Paste lines' }).press('Enter');
    await page.getByLabel('Paste lines').last().fill('THIRD=3');
    await page.getByRole('button', { name: 'Take over' }).press('Enter');
    await page.getByLabel('Value: THIRD').waitFor();
    assert.equal(await focused(), 'Paste lines');
  });

  it('shows the comparison that was asked for in a row, 400 pixels wide', async (t) => {
    await createFlow(server, 'compared', PASS);
    for (let i = 0; i < 8; i++) await server.call('PublishFlowVersion', { FlowName: 'compared' });
    const { page } = await openConsole(t, server, { at: '#/flows/compared?tab=versions', width: 400, height: 800 });
    await page.getByRole('button', { name: 'Compare: Version 8' }).click();
    await page.waitForURL(/left=8/);
    await page.waitForFunction(() => {
      const heading = [...document.querySelectorAll('h2')].find(({ textContent }) => textContent === 'Compare');
      const { top = -1, bottom = 0 } = heading?.getBoundingClientRect() ?? {};
      return top >= 0 && bottom <= innerHeight;
    });
  });
});
