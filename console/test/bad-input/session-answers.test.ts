/** Answers about the session that are late, refused or not the server's, and what the console makes of them. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import { startProxy } from '../../../test/support/proxy.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const signInTitle = (page: Page) => page.getByRole('heading', { name: 'Sign in to Millrace' });

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('AccessKey ID').fill(ROOT_KEY.accessKeyId);
  await page.getByLabel('AccessKey secret').fill(ROOT_KEY.accessKeySecret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A promise, and the function that resolves it. */
function later(): { readonly promise: Promise<void>; readonly now: () => void } {
  let now = (): void => {};
  const promise = new Promise<void>((resolve) => {
    now = resolve;
  });
  return { promise, now: () => now() };
}

/** Some requests of the page, one after the other: a loop that needs no one continues meanwhile. */
async function someTime(page: Page): Promise<void> {
  for (let i = 0; i < 20; i++) await page.evaluate(() => fetch('icon.svg').then((response) => response.blob()));
}

describe('a session', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd, { auth: 'on' });
  });

  it('is not ended by an answer that is older than the sign-in', async (t) => {
    const { page, context, allow, goTo, settled } = await openConsole(t, server, { at: '#/system' });
    allow(/status of 401/);
    await page.getByText('The server works').waitFor();
    await context.clearCookies();
    const [asked, release] = [later(), later()];
    let isFirst = true;
    await context.route('**/session', async (route) => {
      if (!isFirst || route.request().method() !== 'GET') return route.continue();
      isFirst = false;
      const response = await route.fetch();
      asked.now();
      await release.promise;
      await route.fulfill({ response });
    });
    await page.keyboard.press('r');
    await asked.promise;
    await goTo('#/messages');
    await signInTitle(page).waitFor();
    await signIn(page);
    await signInTitle(page).waitFor({ state: 'detached' });
    release.now();
    await settled();
    assert.equal(await signInTitle(page).count(), 0);
    await goTo('#/system');
    await page.getByText('The server works').waitFor();
  });

  it('whose answer took long says nothing about the clocks', async (t) => {
    const { page, context } = await openConsole(t, server, { at: '#/system', hasClock: true });
    await page.getByText('The server works').waitFor();
    await context.route('**/session', async (route) => {
      const response = await route.fetch();
      await page.clock.fastForward(20_000);
      await route.fulfill({ response });
    });
    await page.reload();
    await page.getByText('The server works').waitFor();
    assert.equal(await page.getByText('The clock of this device').count(), 0);
  });

  it('that could not be ended is said to last, and the next attempt ends it', async (t) => {
    const { page, context, allow } = await openConsole(t, server, { at: '#/system' });
    allow(/status of 502/);
    const fail = (route: Route) =>
      route.request().method() === 'DELETE' ? route.fulfill({ status: 502, body: 'Bad Gateway' }) : route.continue();
    await context.route('**/session', fail);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You may still be signed in').waitFor();
    await context.unroute('**/session', fail);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInTitle(page).waitFor();
  });

  it('that ends while many executions are stopped ends that work, which is said', async (t) => {
    await createFlow(server, 'wait', WAIT);
    for (let i = 0; i < 12; i++) await startExecution(server, 'wait', { name: `e-${i}` });
    const { page, context, allow, calls } = await openConsole(t, server, { at: '#/executions' });
    allow(/status of 401/);
    await page.getByRole('link', { name: 'e-11' }).waitFor();
    await page.getByLabel('Select all that are loaded').check();
    await page.getByRole('button', { name: 'Stop 12' }).click();
    await context.clearCookies();
    await page.getByRole('button', { name: 'Stop them' }).click();
    await signIn(page);
    await signInTitle(page).waitFor({ state: 'detached' });
    await page.getByText('8 were left, because the work was interrupted.').waitFor();
    assert.equal(calls().filter((action) => action === 'StopExecution').length, 4);
  });

  it('that the server does not begin here is no matter of the rights of a key', async (t) => {
    const { page, context, allow } = await openConsole(t, server, { key: null });
    allow(/status of 403/);
    await context.route('**/session', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 403,
            contentType: 'application/json',
            body: JSON.stringify({
              Code: 'AccessDenied',
              Message: 'The server takes a secret over TLS.',
              RequestId: '1',
            }),
          })
        : route.continue(),
    );
    await signIn(page);
    await page.getByRole('alert').getByText('over TLS').waitFor();
    assert.equal(await page.getByText('may not do').count(), 0);
  });

  it('of one console ends in the tabs of that console, not in those of another one at the same origin', async (t) => {
    const other = await startConsole(t, { auth: 'on' });
    // `/a/console/` is the console of one server, `/b/console/` that of the other.
    const proxy = await startProxy(t, ({ url = '' }) => ({
      server: url.startsWith('/a/') ? server : other,
      path: url.slice(2),
    }));
    const { page, context } = await openConsole(t, proxy, { path: '/a/console/', at: '#/system' });
    await page.getByText('The server works').waitFor();
    const [same, different] = [await context.newPage(), await context.newPage()];
    await same.goto(`${proxy.url}/a/console/#/messages`);
    await same.getByRole('heading', { name: 'Messages', level: 1 }).waitFor();
    await different.goto(`${proxy.url}/b/console/#/messages`);
    await signIn(different);
    await different.getByRole('heading', { name: 'Messages', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInTitle(same).waitFor();
    await someTime(different);
    assert.equal(await signInTitle(different).count(), 0);
  });
});

describe("a proxy's own sign-in", WHERE_IT_RUNS, () => {
  it('that has ended is said, and asked about no more than once', async (t) => {
    const server = await startConsole(t);
    const { page, context, allow, goTo, requests } = await openConsole(t, server, { at: '#/nowhere' });
    allow(/status of 401/);
    await page.locator('.notice').first().waitFor();
    await context.route(/\/console\/(?:api\/|stream|session)/, (route) =>
      route.fulfill({ status: 401, contentType: 'text/html', body: '<html>Log in</html>' }),
    );
    const before = requests.length;
    await goTo('#/system');
    await page.getByText('not one of Millrace (HTTP status 401)').first().waitFor();
    await someTime(page);
    const asked = requests.slice(before).filter((request) => request.url().endsWith('/session'));
    assert.ok(asked.length <= 1, `${asked.length} requests`);
  });

  it('is waited for by a stream', async (t) => {
    const server = await startConsole(t);
    const { page, context, allow, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    allow(/status of 401/);
    await page.locator('.notice').first().waitFor();
    const refuse = (route: Route) =>
      route.fulfill({ status: 401, contentType: 'text/html', body: '<html>Log in</html>' });
    await context.route('**/console/stream?**', refuse);
    await goTo('#/executions');
    await page.waitForResponse(/\/stream/);
    await page.getByText('Not live').waitFor();
    await context.unroute('**/console/stream?**', refuse);
    await page.getByText('Live', { exact: true }).waitFor();
  });
});

describe('a gateway whose server is away', WHERE_IT_RUNS, () => {
  it('is a server that does not answer', async (t) => {
    const server = await startConsole(t);
    const { page, context, allow } = await openConsole(t, server, { at: '#/system' });
    allow(/status of 502|ERR_/);
    await page.getByText('The server works').waitFor();
    const gateway = (route: Route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<html>502 Bad Gateway</html>' });
    await context.route(/\/console\/(?:api\/|stream|session)/, gateway);
    await page.keyboard.press('r');
    await page.locator('.connection-lost').waitFor();
    await context.unroute(/\/console\/(?:api\/|stream|session)/, gateway);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The server works').waitFor();
    await page.locator('.connection-lost').waitFor({ state: 'detached' });
  });
});
