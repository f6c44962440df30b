/** Unsaved settings of a flow: how long they last, who gets them, and what happens when someone else changes the flow meanwhile. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import type { Key } from '../../../test/support/signed-request.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const OTHER: Key = { accessKeyId: 'OTHERKEY00000001', accessKeySecret: 'a-secret-of-the-other-key-000001' };
const SECRET = 'a-value-that-someone-regards-as-secret';

const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Parts of the flow' }).getByRole('link', { name, exact: true });
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true });
const description = (page: Page) => page.getByLabel('Description', { exact: true });
const unsaved = (page: Page) => page.getByText('Unsaved changes');
const restored = (page: Page) => page.getByText('These are your unsaved changes from before.');

async function signIn(page: Page, { accessKeyId, accessKeySecret }: Key): Promise<void> {
  await page.getByLabel('AccessKey ID').fill(accessKeyId);
  await page.getByLabel('AccessKey secret').fill(accessKeySecret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('unsaved settings of a flow', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    const settings = `keys: [{ accessKeyId: ${OTHER.accessKeyId}, accessKeySecret: ${OTHER.accessKeySecret} }]\n`;
    server = await startConsole(fileEnd, { auth: 'on', settings });
    await createFlow(server, 'other', PASS);
  });

  const stored = async (name: string): Promise<{ description: unknown; role: unknown; variables: unknown }> => {
    const { Description, RoleArn, Environment } = await server.call('DescribeFlow', { Name: name });
    return { description: Description, role: RoleArn, variables: (Environment as { Variables: unknown }).Variables };
  };

  it('outlive another tab and an execution, and go with saving', async (t) => {
    await createFlow(server, 'kept', PASS);
    await startExecution(server, 'kept', { name: 'one', waits: true });
    const { page, axe, goTo } = await openConsole(t, server, { at: '#/flows/kept?tab=settings' });
    await description(page).fill('Mine');
    await page.getByRole('button', { name: 'Add a variable' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('TOKEN');
    await page.getByLabel('Value: TOKEN').fill(SECRET);
    await unsaved(page).waitFor();
    await tab(page, 'Schedules').click();
    await page.getByText('No schedule yet').waitFor();
    await tab(page, 'Settings').click();
    await restored(page).waitFor();
    assert.equal(await page.getByLabel('Value: TOKEN').inputValue(), SECRET);
    await goTo('#/flows/kept/executions/one');
    await page.getByRole('heading', { name: 'one', level: 1 }).waitFor();
    await goTo('#/flows/other?tab=settings');
    await page.locator('.facts').waitFor();
    assert.equal(await description(page).inputValue(), '');
    await page.goBack();
    await page.goBack();
    await restored(page).waitFor();
    assert.equal(await description(page).inputValue(), 'Mine');
    await axe();
    await save(page).click();
    await page.getByText('The settings were saved.').waitFor();
    await restored(page).waitFor({ state: 'detached' });
    assert.deepEqual(await stored('kept'), {
      description: 'Mine',
      role: '',
      variables: [{ Name: 'TOKEN', Value: SECRET, Description: '' }],
    });
    await server.call('UpdateFlow', { Name: 'kept', Description: 'Theirs, later' });
    await page.getByText('Theirs, later').first().waitFor();
    await tab(page, 'Schedules').click();
    await tab(page, 'Settings').click();
    assert.equal(await description(page).inputValue(), 'Theirs, later');
  });

  it('are discarded on request, also for later', async (t) => {
    await createFlow(server, 'discarded', PASS, { description: 'Before' });
    const { page } = await openConsole(t, server, { at: '#/flows/discarded?tab=settings' });
    await description(page).fill('Mine');
    await page.getByRole('button', { name: 'Discard the changes' }).click();
    await page.getByText('The changes were discarded.').waitFor();
    assert.equal(await description(page).inputValue(), 'Before');
    await tab(page, 'Schedules').click();
    await tab(page, 'Settings').click();
    assert.equal(await description(page).inputValue(), 'Before');
    assert.equal(await restored(page).count(), 0);
  });

  it('are in no storage of the browser, which asks before they are lost', async (t) => {
    await createFlow(server, 'secretive', PASS);
    const { page } = await openConsole(t, server, { at: '#/flows/secretive?tab=settings' });
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.getByRole('button', { name: 'Paste lines' }).click();
    await page.getByLabel('Paste lines').last().fill(`TOKEN=${SECRET}`);
    await page.getByRole('button', { name: 'Take over' }).click();
    await unsaved(page).waitFor();
    await tab(page, 'Schedules').click();
    await page.getByText('No schedule yet').waitFor();
    const texts = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
    assert.ok(!texts.includes(SECRET), texts);
    await page.reload();
    assert.deepEqual(asked, ['beforeunload']);
    await tab(page, 'Settings').click();
    await page.getByText('No variable.').waitFor();
    await page.reload();
    assert.deepEqual(asked, ['beforeunload']);
  });

  it('are of the key that typed them', async (t) => {
    await createFlow(server, 'of-a-key', PASS);
    const { page, allow } = await openConsole(t, server, { at: '#/flows/of-a-key?tab=settings' });
    allow(/status of 401/);
    await description(page).fill('Of the root key');
    await unsaved(page).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, OTHER);
    await page.getByTitle(`Signed in with ${OTHER.accessKeyId}`).waitFor();
    assert.equal(await description(page).inputValue(), '');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, ROOT_KEY);
    await page.getByTitle(`Signed in with ${ROOT_KEY.accessKeyId}`).waitFor();
    await restored(page).waitFor();
    assert.equal(await description(page).inputValue(), 'Of the root key');
  });

  it('are compared with those of someone else, and replace only what the person has seen', async (t) => {
    await createFlow(server, 'contested', PASS, { description: 'Before' });
    const { page, axe, screenshot } = await openConsole(t, server, { at: '#/flows/contested?tab=settings' });
    await description(page).fill('Mine');
    await tab(page, 'Schedules').click();
    await page.getByText('No schedule yet').waitFor();
    await server.call('UpdateFlow', { Name: 'contested', Description: 'Theirs', RoleArn: 'their-role' });
    await page.getByText('Theirs', { exact: true }).waitFor();
    await tab(page, 'Settings').click();
    await page.getByText('Someone changed the same settings').waitFor();
    // The setting that the person has not touched follows the flow.
    assert.equal(await page.getByLabel('Role (RoleArn)').inputValue(), 'their-role');
    assert.equal(await description(page).inputValue(), 'Mine');
    await page.getByRole('button', { name: 'Show the difference' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Theirs', { exact: true }).waitFor();
    await dialog.getByText('Mine', { exact: true }).waitFor();
    await axe();
    await screenshot('settings-conflict');
    await server.call('UpdateFlow', { Name: 'contested', Description: 'Theirs again' });
    await dialog.getByRole('button', { name: 'Save mine all the same' }).click();
    await dialog.getByText('Theirs again').waitFor();
    assert.equal((await stored('contested')).description, 'Theirs again');
    await dialog.getByRole('button', { name: 'Save mine all the same' }).click();
    await page.getByText('The settings were saved.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(await stored('contested'), { description: 'Mine', role: 'their-role', variables: [] });
  });

  it('stay where someone else has made the same change', async (t) => {
    await createFlow(server, 'agreed', PASS);
    const { page } = await openConsole(t, server, { at: '#/flows/agreed?tab=settings' });
    await description(page).fill('The same');
    await server.call('UpdateFlow', { Name: 'agreed', Description: 'The same' });
    await unsaved(page).waitFor({ state: 'detached' });
    assert.equal(await description(page).inputValue(), 'The same');
  });

  it('have what was typed while they were saved', async (t) => {
    await createFlow(server, 'typed-on', PASS);
    const { page } = await openConsole(t, server, { at: '#/flows/typed-on?tab=settings' });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: hold } = Promise.withResolvers<void>();
    await page.route('**/api/UpdateFlow', async (route) => {
      hold();
      await released;
      await route.continue();
    });
    await description(page).fill('First');
    await page.keyboard.press('Control+s');
    await held;
    await description(page).fill('First and second');
    await page.getByLabel('Role (RoleArn)').fill('my-role');
    release();
    await page.getByText('The settings were saved.').waitFor();
    assert.equal(await description(page).inputValue(), 'First and second');
    assert.equal(await page.getByLabel('Role (RoleArn)').inputValue(), 'my-role');
    await unsaved(page).waitFor();
    await page.keyboard.press('Control+s');
    await unsaved(page).waitFor({ state: 'detached' });
    assert.deepEqual(await stored('typed-on'), { description: 'First and second', role: 'my-role', variables: [] });
  });

  it('are not in a version that is published, nor in a run, and the dialogs say so', async (t) => {
    await createFlow(server, 'unpublished', PASS);
    const { page } = await openConsole(t, server, { at: '#/flows/unpublished?tab=settings' });
    await description(page).fill('Mine');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('your unsaved changes are not in it').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await tab(page, 'Versions and aliases').click();
    await page.getByRole('button', { name: 'Publish a version' }).click();
    await page.getByText('Your unsaved changes are not in it.').waitFor();
  });
});
