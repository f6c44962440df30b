/** Sessions that end while a person works: nothing that was typed is lost, and nothing of one key is shown to another. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import type { Key } from '../../../test/support/signed-request.ts';
import { WHERE_IT_RUNS, assertComes, openConsole } from '../support/browser.ts';
import { PASS, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { APPROVAL } from '../support/execution-flows.ts';

const OTHER: Key = { accessKeyId: 'OTHERKEY00000001', accessKeySecret: 'a-secret-of-the-other-key-000001' };
const TYPED = '{"typed": 9007199254740993}';

async function signIn(page: Page, { accessKeyId, accessKeySecret }: Key): Promise<void> {
  await page.getByLabel('AccessKey ID').fill(accessKeyId);
  await page.getByLabel('AccessKey secret').fill(accessKeySecret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const signInTitle = (page: Page) => page.getByRole('heading', { name: 'Sign in to Millrace' });

describe('a session that ends', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    const settings = `keys: [{ accessKeyId: ${OTHER.accessKeyId}, accessKeySecret: ${OTHER.accessKeySecret} }]\n`;
    server = await startConsole(fileEnd, { auth: 'on', settings });
    await createFlow(server, 'orders', PASS);
    await createFlow(server, 'approval', APPROVAL);
  });

  it('leaves an open dialog with its text, and the person continues after signing in again', async (t) => {
    const { page, context, allow, axe, screenshot } = await openConsole(t, server, { at: '#/flows/orders?run=LATEST' });
    allow(/status of 401/);
    const input = page.getByRole('textbox', { name: 'Input', exact: true });
    await input.fill(TYPED);
    await context.clearCookies();
    await page.getByRole('button', { name: 'Run', exact: true }).last().click();
    await signInTitle(page).waitFor();
    await input.waitFor({ state: 'hidden' });
    await axe();
    await screenshot('session-ended');
    // Escape does not lead around it.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await signInTitle(page).waitFor();
    await signIn(page, ROOT_KEY);
    await signInTitle(page).waitFor({ state: 'detached' });
    assert.equal(await input.inputValue(), TYPED);
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.getByRole('button', { name: 'Run', exact: true }).last().click();
    await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'orders' }).waitFor();
  });

  it('leaves the screen of an execution, which is live again', async (t) => {
    await startExecution(server, 'approval', { name: 'live' });
    const { page, context, allow } = await openConsole(t, server, { at: '#/flows/approval/executions/live' });
    allow(/status of 401/);
    await page.getByRole('button', { name: 'Report the end of the work' }).click();
    const output = page.getByLabel('Output, a JSON object');
    await output.fill(TYPED);
    await context.clearCookies();
    await page.getByRole('button', { name: 'It has succeeded' }).click();
    await signInTitle(page).waitFor();
    await signIn(page, ROOT_KEY);
    assert.equal(await output.inputValue(), TYPED);
    await page.getByRole('button', { name: 'It has succeeded' }).click();
    await page.locator('.execution-head .badge').getByText('Succeeded').waitFor();
  });

  it('shows the next person nothing of the one before', async (t) => {
    const { page, context, allow, goTo } = await openConsole(t, server, { at: '#/flows/orders?run=LATEST' });
    allow(/status of 401/);
    const input = page.getByRole('textbox', { name: 'Input', exact: true });
    await input.fill(TYPED);
    await context.clearCookies();
    await page.getByRole('button', { name: 'Run', exact: true }).last().click();
    await signInTitle(page).waitFor();
    await signIn(page, OTHER);
    await signInTitle(page).waitFor({ state: 'detached' });
    await page.getByTitle(`Signed in with ${OTHER.accessKeyId}`).waitFor();
    await assertComes(async () => (await input.inputValue()) !== TYPED, true);
    await goTo('#/flows');
  });

  it('ends in every tab, and begins in every tab', async (t) => {
    const { page, context, allow } = await openConsole(t, server, { at: '#/flows/orders' });
    allow(/status of 401/);
    const other = await context.newPage();
    await other.goto(`${server.url}/console/#/system`);
    await other.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await signInTitle(page).waitFor();
    // A deliberate end leaves nothing in the document.
    await page.getByRole('heading', { name: 'orders', includeHidden: true }).waitFor({ state: 'detached' });
    await signIn(page, OTHER);
    await page.getByRole('heading', { name: 'orders' }).waitFor();
    await other.getByTitle(`Signed in with ${OTHER.accessKeyId}`).waitFor();
  });

  it('says so when the browser stores no cookie', async (t) => {
    const { page, context, allow } = await openConsole(t, server, { key: null, at: '#/flows' });
    allow(/status of 401/);
    await context.route('**/session', async (route) => {
      const response = await route.fetch();
      const { 'set-cookie': _, ...headers } = response.headers();
      await context.clearCookies();
      await route.fulfill({ response, headers });
    });
    await signIn(page, ROOT_KEY);
    await page.getByRole('alert').getByText('cookie').waitFor();
  });
});
