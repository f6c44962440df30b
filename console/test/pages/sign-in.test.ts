/** Signing in and out. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import { lastingAddress } from '../../../test/support/lasting-address.ts';
import { LOOKS, WHERE_IT_RUNS, lookName, openConsole } from '../support/browser.ts';
import { startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const LIMITED = { accessKeyId: 'LIMITEDKEY000001', accessKeySecret: 'a-secret-of-the-limited-key-0001' };

describe('sign-in', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd, { auth: 'on' });
  });

  for (const look of LOOKS) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, key: null });
      await page.getByRole('heading', { level: 1 }).waitFor();
      await axe();
      await screenshot(`sign-in-${lookName(look)}`);
    });
  }

  it('refuses a wrong secret with a sentence, and takes the right one with one request', async (t) => {
    const { page, requests, allow, axe, screenshot } = await openConsole(t, server, { key: null, at: '#/system' });
    allow(/status of 40[13]/);
    await page.getByLabel('AccessKey ID').fill(ROOT_KEY.accessKeyId);
    await page.getByLabel('AccessKey secret').fill('wrong');
    await page.getByLabel('AccessKey secret').press('Enter');
    await page.getByRole('alert').waitFor();
    await axe();
    await screenshot('sign-in-refused');
    await page.getByLabel('AccessKey secret').fill(ROOT_KEY.accessKeySecret);
    const sent = requests.length;
    await page.getByRole('button', { name: 'Sign in' }).dblclick();
    // The address is that of before.
    await page.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    const posts = requests.slice(sent).filter((each) => each.method() === 'POST' && each.url().endsWith('/session'));
    assert.equal(posts.length, 1);
  });

  it('leaves nothing that a script can read, and ends with the sign-out', async (t) => {
    const { page, context } = await openConsole(t, server);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const [cookie] = await context.cookies();
    assert.equal(cookie?.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
    const readable = await page.evaluate(() => `${document.cookie} ${JSON.stringify({ ...localStorage })}`);
    assert.doesNotMatch(readable, /millrace-session|secret/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Millrace' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to Millrace' }).waitFor();
  });

  it('comes back when the session has ended, and the screen with the next one', async (t) => {
    const { page, context, goTo, allow } = await openConsole(t, server, { at: '#/executions?status=Failed' });
    await page.getByRole('heading', { name: 'Executions', level: 1 }).waitFor();
    await context.clearCookies();
    allow(/status of 401/);
    await goTo('#/system?settings=set');
    await page.getByLabel('AccessKey ID').fill(ROOT_KEY.accessKeyId);
    await page.getByLabel('AccessKey secret').fill(ROOT_KEY.accessKeySecret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    assert.match(page.url(), /#\/system\?settings=set$/);
  });

  it('ends for every key that the settings no longer have', async (t) => {
    const settings = `keys: [{ accessKeyId: ${LIMITED.accessKeyId}, accessKeySecret: ${LIMITED.accessKeySecret} }]\n`;
    const env = { MILLRACE_LISTEN: await lastingAddress() };
    const first = await startConsole(t, { auth: 'on', settings, env });
    const { page, allow } = await openConsole(t, first, { key: LIMITED, at: '#/executions' });
    await page.getByText('No executions yet').waitFor();
    allow(/ERR_|status of 401/);
    await first.kill();
    await startConsole(t, { auth: 'on', folder: first.folder, env });
    await page.getByRole('heading', { name: 'Sign in to Millrace' }).waitFor();
  });
});
