/** Lists whose stream begins late or leaves something out, and answers that come in another order than they were asked for. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { ROOT_KEY } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const EVERYTHING = /\/console\/(?:api\/|stream)/;

interface Held {
  /** Resolves when the server has answered, and the page has not got the answer yet. */
  readonly answered: Promise<void>;
  /** Resolves when the page has it. */
  release(): Promise<void>;
}

/** Holds back the answer to the next request for a path. */
async function holdNext(context: BrowserContext, path: string): Promise<Held> {
  const answered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  await context.route(
    path,
    async (route) => {
      const response = await route.fetch();
      answered.resolve();
      await released.promise;
      await route.fulfill({ response });
      done.resolve();
    },
    { times: 1 },
  );
  return {
    answered: answered.promise,
    release() {
      released.resolve();
      return done.promise;
    },
  };
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('AccessKey ID').fill(ROOT_KEY.accessKeyId);
  await page.getByLabel('AccessKey secret').fill(ROOT_KEY.accessKeySecret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('a screen whose stream begins late', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'report', PASS);
    await server.call('CreateSchedule', {
      ...{ FlowName: 'report', ScheduleName: 'yearly', CronExpression: '0 0 0 1 1 ?', Payload: '{}' },
    });
  });

  for (const [name, at, shown] of [
    ['the schedules', '#/schedules', 'yearly'],
    ['the system', '#/system', 'The server works'],
  ] as const) {
    it(`has ${name} as soon as the server is there`, async (t) => {
      const { page, context, allow, goTo } = await openConsole(t, server, { at: '#/nowhere' });
      allow(/ERR_|status of/);
      await page.locator('.notice').first().waitFor();
      await context.route(EVERYTHING, (route) => route.abort());
      await goTo(at);
      await page.getByRole('alert').getByText('did not answer').first().waitFor();
      await context.unroute(EVERYTHING);
      await page.getByText(shown).first().waitFor();
      await page.locator('main [role=alert]').first().waitFor({ state: 'detached' });
    });
  }

  it('has what changed while it was a tab in the background', async (t) => {
    const { page, context, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    await context.addInitScript(() => {
      Object.defineProperty(document, 'hidden', { get: () => sessionStorage.getItem('shown') === null });
    });
    await page.reload();
    await goTo('#/schedules');
    await page.getByText('yearly').waitFor();
    await createFlow(server, 'hidden', PASS);
    await server.call('CreateSchedule', { FlowName: 'hidden', ScheduleName: 'meanwhile', CronExpression: '@every 9m' });
    await page.evaluate(() => {
      sessionStorage.setItem('shown', 'yes');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.getByText('meanwhile').waitFor();
  });

  it('takes nothing from a field of the screen before', async (t) => {
    const { page, settled } = await openConsole(t, server, { at: '#/messages' });
    await page.getByLabel('Queue or topic').focus();
    await page.evaluate(() => {
      const field = document.activeElement as HTMLInputElement;
      field.value = 'half';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      location.hash = '#/system';
    });
    await page.getByRole('heading', { level: 1, name: 'System' }).waitFor();
    await settled();
    assert.match(page.url(), /#\/system$/);
  });

  it('has its content after the session has ended and begun again', async (t) => {
    const own = await startConsole(t, { auth: 'on' });
    await createFlow(own, 'report', PASS);
    await own.call('CreateSchedule', { FlowName: 'report', ScheduleName: 'yearly', CronExpression: '0 0 0 1 1 ?' });
    for (const [at, shown] of [
      ['#/schedules', 'yearly'],
      ['#/messages', 'No messages'],
    ] as const) {
      const { page, context, allow, goTo } = await openConsole(t, own, { at: '#/nowhere' });
      allow(/status of 401/);
      await page.locator('.notice').first().waitFor();
      await context.clearCookies();
      await goTo(at);
      await page.getByRole('heading', { name: 'Sign in to Millrace' }).waitFor();
      await signIn(page);
      await page.getByText(shown, { exact: true }).waitFor();
      await page.locator('main [role=alert]').first().waitFor({ state: 'detached' });
    }
  });
});

describe('the schedules', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'report', PASS);
    await server.call('CreateSchedule', { FlowName: 'report', ScheduleName: 'often', CronExpression: '@every 5m' });
    await startExecution(server, 'report', { name: 'often-20260101T000000Z', waits: true });
  });

  it('have their last executions anew when they are loaded again', async (t) => {
    const { page, context, allow, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    allow(/ERR_/);
    await page.locator('.notice').first().waitFor();
    await context.route('**/stream?**', (route) => route.abort());
    await goTo('#/schedules');
    await page.locator('a[href$="often-20260101T000000Z"]').first().waitFor();
    await startExecution(server, 'report', { name: 'often-20260101T000500Z', waits: true });
    await page.keyboard.press('r');
    await page.locator('a[href$="often-20260101T000500Z"]').first().waitFor();
  });

  it('retain a flow that got its first schedule while they were loaded', async (t) => {
    const { page, context, settled } = await openConsole(t, server, { at: '#/schedules' });
    await page.getByText('often').first().waitFor();
    await settled();
    const held = await holdNext(context, '**/api/SummarizeFlows');
    await page.keyboard.press('r');
    await held.answered;
    await createFlow(server, 'fresh', PASS);
    await server.call('CreateSchedule', { FlowName: 'fresh', ScheduleName: 'first', CronExpression: '@every 9m' });
    await page.getByText('first', { exact: true }).waitFor();
    await held.release();
    await settled();
    await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
    assert.equal(await page.getByText('first', { exact: true }).count(), 1);
  });

  it('show the newer of two answers', async (t) => {
    const { page, context, settled } = await openConsole(t, server, { at: '#/schedules?name=often' });
    const box = page.getByRole('switch', { name: 'Schedule often starts executions' });
    await box.waitFor();
    await settled();
    const held = await holdNext(context, '**/api/ListSchedules');
    await server.call('UpdateSchedule', { FlowName: 'report', ScheduleName: 'often', Enable: false });
    await held.answered;
    await server.call('UpdateSchedule', {
      FlowName: 'report',
      ScheduleName: 'often',
      Enable: true,
      Description: 'New',
    });
    await page.getByRole('button', { name: 'often', exact: true }).click();
    await page.getByText('New', { exact: true }).waitFor();
    await held.release();
    await settled();
    assert.equal(await box.getAttribute('aria-checked'), 'true');
  });
});

describe('the counts of executions', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'wait', WAIT);
    await createFlow(server, 'other', WAIT);
    await startExecution(server, 'wait', { name: 'one' });
  });

  it('are right after a change that their answer did not have', async (t) => {
    const { page, context, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    await page.locator('.notice').first().waitFor();
    const held = await holdNext(context, '**/api/SummarizeFlows');
    await goTo('#/executions');
    await held.answered;
    await startExecution(server, 'wait', { name: 'two' });
    await page.getByRole('link', { name: 'two' }).or(page.getByText('1 new')).waitFor();
    await held.release();
    await page.locator('.counts').getByText('2 running').waitFor();
  });

  it('of one flow are not shown for another', async (t) => {
    const { page, context, allow, goTo } = await openConsole(t, server, { at: '#/executions?flow=wait' });
    allow(/status of 500/);
    await page.locator('.counts').waitFor();
    await context.route('**/api/SummarizeFlows', (route: Route) => route.fulfill({ status: 500, body: '' }));
    await goTo('#/executions?flow=other');
    await page.getByText('No executions yet').waitFor();
    assert.equal(await page.locator('.counts').count(), 0);
  });
});

describe('the messages', WHERE_IT_RUNS, () => {
  const message = (number: number, Kind: 'Queue' | 'Topic') => ({
    ...{ MessageId: `M${number}`, Kind, Name: Kind.toLowerCase(), SentTime: '2026-01-01T00:00:00Z' },
    ...{ VisibleTime: '2026-01-01T00:00:00Z', Priority: 8, MessageTag: '', MessageAttributes: '' },
    ...{ MessageBody: `body ${number}`, Push: { Status: 'None', Attempts: 0, NextTime: '', Error: '' } },
  });

  it('show no queue where the topics could not be loaded', async (t) => {
    const server = await startConsole(t);
    const { page, context, allow, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    allow(/status of 500/);
    await page.locator('.notice').first().waitFor();
    await context.route('**/api/ListMessages', (route) =>
      (route.request().postData() ?? '').includes('Topic')
        ? route.fulfill({ status: 500, json: { Code: 'InternalServerError', Message: 'Broken.', RequestId: '1' } })
        : route.fulfill({ json: { Messages: [message(2, 'Queue'), message(1, 'Topic')], RequestId: '1' } }),
    );
    await goTo('#/messages');
    await page.getByText('body 2').waitFor();
    await page.getByRole('button', { name: 'Topics' }).click();
    await page.getByText('Broken.').waitFor();
    await page.getByText('body 2').waitFor({ state: 'detached' });
    assert.equal(await page.getByText('body 1').count(), 1);
  });

  it('retain the chosen one when newer ones move it to the next page', async (t) => {
    const server = await startConsole(t);
    const { page, context, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    await page.locator('.notice').first().waitFor();
    let newest = 100;
    await context.route('**/api/ListMessages', (route) => {
      const { NextToken = '0' } = route.request().postDataJSON() as { NextToken?: string };
      const all = Array.from({ length: newest }, (_, i) => message(newest - i, 'Queue'));
      const from = Number(NextToken);
      const more = from + 100 < all.length ? { NextToken: String(from + 100) } : {};
      return route.fulfill({ json: { Messages: all.slice(from, from + 100), ...more, RequestId: '1' } });
    });
    await goTo('#/messages?message=M1');
    const body = page.locator('.message-detail').getByText('body 1', { exact: true });
    await body.waitFor();
    newest = 101;
    await page.keyboard.press('r');
    await page.getByText('101 messages').waitFor();
    await body.waitFor();
  });
});
