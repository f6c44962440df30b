/** The dialog that runs a flow while something else happens: the form loads, someone changes the flow, the person leaves. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { EXAMPLES } from '../../src/pages/flows/examples.ts';
import { WHERE_IT_RUNS, assertComes, openConsole } from '../support/browser.ts';
import { WAIT, createFlow, startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const HELLO = EXAMPLES.find(({ name }) => name === 'hello')?.definition ?? '';

/** Holds calls of an action. `arrived` resolves with the first one, and `release` sends all of them. */
async function hold(page: Page, action: string): Promise<{ readonly arrived: Promise<void>; release(): void }> {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await page.route(`**/api/${action}`, async (route) => {
    arrived.resolve();
    await released.promise;
    await route.continue();
  });
  return { arrived: arrived.promise, release: () => released.resolve() };
}

describe('the dialog that runs a flow, meanwhile', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'hello', HELLO, { mode: 'Express' });
    await createFlow(server, 'waiting', WAIT);
  });

  for (const width of [1440, 400]) {
    it(`leaves its button where it is while the form and the result come, ${width} pixels wide`, async (t) => {
      const { page } = await openConsole(t, server, { at: '#/nowhere', width, height: 800 });
      const check = await hold(page, 'CheckDefinition');
      await page.evaluate(() => {
        location.hash = '#/flows/hello?tab=settings&run=LATEST';
      });
      const dialog = page.getByRole('dialog');
      const run = dialog.getByRole('button', { name: 'Run', exact: true });
      await check.arrived;
      await dialog.getByText('Loading …').waitFor();
      const first = await run.boundingBox();
      check.release();
      await dialog.getByLabel('name', { exact: true }).fill('Ada');
      assert.deepEqual(await run.boundingBox(), first);
      await run.click();
      await dialog.getByText('Hello, Ada!').waitFor();
      await dialog.locator('summary').click();
      assert.deepEqual(await run.boundingBox(), first);
    });
  }

  for (const [typed, focused] of [
    ['', 'name'],
    ['mine', 'Name of the execution'],
  ] as const) {
    it(`gives the focus to the form when it comes, unless the person types elsewhere: “${typed}”`, async (t) => {
      const { page, goTo } = await openConsole(t, server, { at: '#/nowhere' });
      const check = await hold(page, 'CheckDefinition');
      await goTo('#/flows/hello?tab=settings&run=LATEST');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Loading …').waitFor();
      if (typed !== '') await dialog.getByLabel('Name of the execution').fill(typed);
      check.release();
      await dialog.getByLabel('name', { exact: true }).waitFor();
      const field = dialog.getByLabel(focused, { exact: true });
      await assertComes(() => field.evaluate((element) => element === document.activeElement), true);
    });
  }

  it('shows a text that is wrong also when someone changes the flow, and does not run without it', async (t) => {
    await createFlow(server, 'changing', HELLO.replace('Name: hello', 'Name: changing'), { mode: 'Express' });
    const { page, calls, settled } = await openConsole(t, server, { at: '#/flows/changing?tab=settings&run=LATEST' });
    const dialog = page.getByRole('dialog');
    const run = dialog.getByRole('button', { name: 'Run', exact: true });
    await dialog.getByLabel('Type: name').selectOption('number');
    await dialog.getByLabel('name', { exact: true }).fill('12x');
    assert.equal(await run.getAttribute('aria-disabled'), 'true');
    await server.call('UpdateFlow', { Name: 'changing', Description: 'Changed' });
    await page.locator('.flow-about', { hasText: 'Changed' }).waitFor();
    await settled();
    assert.equal(await dialog.getByLabel('name', { exact: true }).inputValue(), '12x');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'JSON', exact: true }).click();
    await dialog.getByRole('button', { name: 'Form', exact: true }).click();
    assert.equal(await dialog.getByLabel('name', { exact: true }).inputValue(), '');
    assert.equal(await run.getAttribute('aria-disabled'), 'false');
    assert.equal(calls().includes('StartSyncExecution'), false);
  });

  it('leaves a person who has closed it where they are', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows/waiting?tab=settings&run=LATEST' });
    const start = await hold(page, 'StartExecution');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the execution').fill('left');
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await start.arrived;
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    start.release();
    await page.getByText('The execution “left” was started.').waitFor();
    assert.match(page.url(), /#\/flows\/waiting\?tab=settings$/);
  });

  it('gives the focus to the name of an input and back, and Escape leaves the name alone', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows/hello?tab=settings&run=LATEST' });
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('name', { exact: true }).fill('Grace');
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
    for (const key of ['Escape', 'Enter']) {
      await dialog.getByRole('button', { name: 'Save this input' }).press('Enter');
      await dialog.getByLabel('Name of the input').waitFor();
      assert.equal(await focused(), 'Name of the input');
      await page.keyboard.type('one');
      await page.keyboard.press(key);
      await dialog.getByLabel('Name of the input').waitFor({ state: 'detached' });
      assert.equal(await focused(), 'Save this input');
    }
    // Escape that belongs to an input method takes back what it proposes, and nothing else.
    await dialog.getByRole('button', { name: 'Save this input' }).press('Enter');
    await dialog.getByLabel('Name of the input').dispatchEvent('keydown', { key: 'Escape', isComposing: true });
    await page.keyboard.press('End');
    assert.equal(await focused(), 'Name of the input');
    await page.keyboard.press('Escape');
    // The name of a saved input is offered, and the field has the focus then too.
    await dialog.getByRole('button', { name: 'Save this input' }).press('Enter');
    assert.equal(await dialog.getByLabel('Name of the input').inputValue(), 'one');
    assert.equal(await focused(), 'Name of the input');
    assert.equal(await dialog.getByLabel('name', { exact: true }).inputValue(), 'Grace');
  });
});
