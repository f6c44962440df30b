/** Servers, proxies and other people that get in the way, on each screen. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const EXECUTION = '#/flows/orders/executions/one';
const MESSAGES = '#/messages';
const SCREENS = [
  '#/flows',
  '#/flows/orders',
  '#/flows/orders?tab=executions',
  '#/flows/orders?tab=versions',
  '#/flows/orders?tab=schedules',
  '#/flows/orders?tab=settings',
  '#/executions',
  EXECUTION,
  '#/schedules',
  MESSAGES,
  '#/system',
] as const;

/** A text that each screen shows when it is loaded. */
const SHOWN: Readonly<Record<(typeof SCREENS)[number], RegExp>> = {
  '#/flows': /^orders$/,
  '#/flows/orders': /No problems/,
  '#/flows/orders?tab=executions': /^one$/,
  '#/flows/orders?tab=versions': /No version/,
  '#/flows/orders?tab=schedules': /^nightly$/,
  '#/flows/orders?tab=settings': /RoleArn/,
  '#/executions': /^one$/,
  [EXECUTION]: /^Rest$/,
  '#/schedules': /^nightly$/,
  [MESSAGES]: /Messages that flows have sent/,
  '#/system': /Settings in effect/,
};

const json = (status: number, Code: string, Message: string) => (route: Route) =>
  route.fulfill({ status, contentType: 'application/json', body: JSON.stringify({ Code, Message, RequestId: 'R-1' }) });
const page502 = (route: Route) =>
  route.fulfill({ status: 502, contentType: 'text/html', body: '<html><h1>502 Bad Gateway</h1></html>' });

const REFUSALS = [
  ['a key that may do nothing', json(403, 'AccessDenied', 'You are not allowed.'), /may not (?:do|list)/],
  ['a server with too much to do', json(429, 'Throttling', 'Too many.'), /too much to do/],
  ['a server with a defect', json(500, 'InternalServerError', 'Something broke.'), /Something broke/],
  ["a proxy's page", page502, /not one of Millrace/],
  [
    'a proxy that answers everything with its own page',
    (route: Route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<html>Log in</html>' }),
    /not one of Millrace/,
  ],
  ['an empty answer', (route: Route) => route.fulfill({ status: 200, body: '' }), /not one of Millrace/],
] as const;

/** Nothing of a screen may be a defect of the program. */
async function assertWhole(page: Page): Promise<void> {
  assert.equal(await page.getByText('This screen failed').count(), 0);
}

describe('each screen', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'orders', WAIT);
    await startExecution(server, 'orders', { name: 'one' });
    const nightly = { FlowName: 'orders', ScheduleName: 'nightly', CronExpression: '0 0 3 1 1 ?' };
    await server.call('CreateSchedule', nightly);
  });

  for (const [who, answer, words] of REFUSALS) {
    it(`says what is wrong with ${who}`, async (t) => {
      const { page, context, allow, goTo, axe, screenshot } = await openConsole(t, server, { at: '#/nowhere' });
      allow(/status of|ERR_/);
      await page.locator('.notice').first().waitFor();
      await context.route('**/console/api/**', answer);
      await context.route('**/console/stream?**', answer);
      for (const at of SCREENS) {
        await goTo(at);
        await page.locator('main').getByText(words).first().waitFor();
        await assertWhole(page);
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, at);
        await axe();
        await screenshot(`refused-${who.replaceAll(/\W+/g, '-')}-${at.replaceAll(/\W+/g, '-')}`);
        await goTo('#/nowhere');
        await page.getByText('There is no such screen').waitFor();
      }
    });
  }

  it('leaves what it shows while a proxy has no server, and is right again afterwards', async (t) => {
    const { page, context, allow, goTo } = await openConsole(t, server);
    allow(/status of|ERR_/);
    for (const [index, at] of SCREENS.entries()) {
      await goTo('#/nowhere');
      await page.getByText('There is no such screen').waitFor();
      // All screens but that of messages hear of changes by a stream.
      const streaming = at !== MESSAGES && page.waitForResponse((response) => /\/stream\?/.test(response.url()));
      await goTo(at);
      await page.locator('main').getByText(SHOWN[at]).first().waitFor();
      await streaming;
      await context.route('**/console/api/**', page502);
      await context.route('**/console/stream?**', page502);
      const refused = page.waitForResponse((response) => response.status() === 502);
      // A change by another user makes most screens load again.
      if (at === EXECUTION) await server.call('StopExecution', { FlowName: 'orders', ExecutionName: 'one' });
      else await server.call('UpdateFlow', { Name: 'orders', Description: `change ${index}` });
      const reload = page.getByRole('button', { name: 'Reload' });
      if ((await reload.count()) > 0) await reload.click();
      await refused;
      // Of an execution that has ended no one needs to know that its waits could not be read.
      if (at !== EXECUTION) await page.locator('.notice.fault').first().waitFor();
      assert.ok(await page.locator('main').getByText(SHOWN[at]).first().isVisible(), at);
      await assertWhole(page);
      await context.unroute('**/console/api/**');
      await context.unroute('**/console/stream?**');
      if ((await reload.count()) > 0) {
        await reload.click();
        await page.waitForFunction(() => document.querySelector('.notice.fault') === null);
      }
    }
  });
});

describe('another user who deletes the flow', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
  });

  const OPEN: readonly (readonly [string, string, (page: Page) => Promise<void>])[] = [
    ['definition', '', async () => {}],
    ['executions', '?tab=executions', async () => {}],
    [
      'versions',
      '?tab=versions',
      async (page) => {
        await page.getByRole('button', { name: 'Publish a version' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Publish a version' }).click();
      },
    ],
    [
      'aliases',
      '?tab=versions',
      async (page) => {
        await page.getByRole('button', { name: 'Create an alias' }).click();
        await page.getByLabel('Name').last().fill('prod');
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      },
    ],
    [
      'schedules',
      '?tab=schedules',
      async (page) => {
        await page.getByRole('button', { name: 'Create a schedule' }).first().click();
        await page.getByRole('dialog').getByLabel('Name').fill('nightly');
        await page.getByRole('dialog').getByLabel('Expression').fill('@every 5m');
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      },
    ],
    [
      'settings',
      '?tab=settings',
      async (page) => {
        await page.getByLabel('Description').first().fill('mine');
        await page.getByRole('button', { name: 'Save', exact: true }).click();
      },
    ],
    [
      'delete',
      '',
      async (page) => {
        await page.getByRole('button', { name: 'Delete', exact: true }).click();
      },
    ],
  ];
  for (const [name, query, act] of OPEN) {
    it(`is said in the tab ${name}, and no dialog pretends`, async (t) => {
      const flow = `gone-${name}`;
      await createFlow(server, flow, PASS);
      await server.call('PublishFlowVersion', { FlowName: flow });
      const opened = await openConsole(t, server, { at: `#/flows/${flow}${query}` });
      const { page, context, allow, screenshot, axe, still } = opened;
      allow(/status of 404/);
      await page.getByRole('heading', { name: flow }).waitFor();
      await page.locator('main .card, .definition-pane, main .notice').first().waitFor();
      await still();
      // The news of the deletion is late, so the person acts before it.
      const news = Promise.withResolvers<void>();
      await context.route(/\/console\/api\/(?:Describe|List|Search|Summarize)\w+$/, async (route) => {
        await news.promise;
        await route.continue();
      });
      await server.call('DeleteFlow', { Name: flow });
      await act(page);
      news.resolve();
      await page.getByText('This flow was deleted meanwhile').or(page.getByText('was deleted')).first().waitFor();
      await page.locator('.notice.fault').first().waitFor({ state: 'attached' });
      await axe();
      await screenshot(`deleted-meanwhile-${name}`);
      await assertWhole(page);
    });
  }
});

describe('answers out of order', WHERE_IT_RUNS, () => {
  it('do not replace a newer one', async (t) => {
    const server = await startConsole(t);
    for (const name of ['aaa', 'aab', 'bbb']) await createFlow(server, name, PASS);
    const { page, context, settled } = await openConsole(t, server, { at: '#/flows' });
    await page.getByText('bbb').waitFor();
    await settled();
    let isFirst = true;
    const held: (() => void)[] = [];
    await context.route('**/console/api/SummarizeFlows', async (route) => {
      if (isFirst) {
        isFirst = false;
        await new Promise<void>((resolve) => {
          held.push(resolve);
        });
      }
      await route.continue().catch(() => {});
    });
    const asked = page.waitForRequest('**/api/SummarizeFlows');
    await page.getByRole('searchbox').fill('a');
    await asked;
    await page.getByRole('searchbox').fill('bb');
    await page.getByText('aab').waitFor({ state: 'detached' });
    for (const release of held) release();
    await settled();
    await page.getByText('bbb').waitFor();
    assert.equal(await page.getByText('aab').count(), 0);
  });
});
