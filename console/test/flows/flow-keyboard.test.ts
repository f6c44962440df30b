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
});
