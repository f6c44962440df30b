/** The messages of the server's own queues and topics. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { startService } from '../../../src/testing/index.ts';
import { fileEnd } from '../../../test/support/at-end.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { createFlow, startConsole, startExecution, tokenIn } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const LIMITED = { accessKeyId: 'LIMITEDKEY000001', accessKeySecret: 'a-secret-of-the-limited-key-0001' };
const HOSTILE = {
  script: '<script>document.title = "hurt"</script>',
  ['__proto__']: { polluted: true },
  long: 'متن 中文 😀 '.repeat(400),
  deep: JSON.parse(`${'['.repeat(60)}1${']'.repeat(60)}`) as unknown,
};

function sends(target: string, message: unknown, mode = 'RequestComplete') {
  const parameters = { resourceArn: `acs:mns:::/${target}/messages`, message };
  const state = { Type: 'Task', Name: 'Send', Action: 'MNS:SendMessage', TaskMode: mode, Parameters: parameters };
  return { StartAt: 'Send', States: [{ ...state, End: true }] };
}

/** Waits until a callback task has sent its message. */
async function messages(server: ConsoleServer, count: number): Promise<void> {
  for (;;) {
    const { Messages } = await server.call('ListMessages', { Limit: 100 });
    if ((Messages as readonly unknown[]).length >= count) return;
  }
}

describe('the messages', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'news', sends('topics/news', { 'number.$': '$Input.number', 'data.$': '$Input.data' }));
    await createFlow(
      server,
      'ask',
      sends('queues/approvals', { 'token.$': '$Context.Current.TaskToken' }, 'WaitForCustomCallback'),
    );
    for (let number = 0; number < 25; number++) {
      const data = number === 24 ? HOSTILE : 'text';
      await startExecution(server, 'news', { input: { number, data }, waits: true });
    }
    await server.call('StartExecution', {
      FlowName: 'news',
      Input: '{"number":1234567890123456789,"data":1}',
    });
    await startExecution(server, 'ask');
    await messages(server, 27);
  });

  for (const look of LOOKS) {
    it(`look well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: '#/messages' });
      await page.locator('.message-row').nth(2).waitFor();
      await axe();
      await page.getByText('script').first().click();
      await page.locator('.message-detail [role=treeitem]').nth(5).waitFor();
      await screenshot(`messages-${lookName(look)}`);
      await axe();
      assert.notEqual(await page.title(), 'hurt');
    });
  }

  it('are shown digit by digit', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/messages?name=news' });
    await page.getByText('1234567890123456789').first().click();
    await page.locator('.message-detail').getByText('1234567890123456789', { exact: true }).waitFor();
  });

  it('are filtered by kind and name, and Back restores both and the chosen message', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/messages' });
    await page.getByText('27 messages').waitFor();
    await page.getByRole('button', { name: 'Queues' }).click();
    await page.getByText('1 message', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Topics' }).click();
    await page.getByText('26 messages').waitFor();
    await page.getByLabel('Queue or topic').fill('nothing');
    await page.getByText('No message matches these filters').waitFor();
    await page.goBack();
    await page.getByText('26 messages').waitFor();
    await page.locator('.message-row button').nth(3).click();
    await page.locator('.message-detail').waitFor();
    await page.waitForURL(/message=/);
    const address = page.url();
    await page.goBack();
    await page.getByText('Choose a message to see it whole.').waitFor();
    await page.goto(address);
    await page.locator('.message-detail').waitFor();
  });

  it('hide a task token until a person asks for it, which the log says', async (t) => {
    const { page, axe, screenshot } = await openConsole(t, server, { at: '#/messages?kind=Queue' });
    await page.locator('.message-row button').first().click();
    await page.getByText('hidden by the server').waitFor();
    const token = await tokenIn(server, 'approvals');
    assert.equal(await page.getByText(token).count(), 0);
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByText(token).waitFor();
    await axe();
    await screenshot('messages-revealed');
    // A line of the log may come after the reply that it is about.
    await assertComes(
      async () => /message [0-9A-F]{32} of queue approvals/.test(server.stdout() + server.stderr()),
      true,
      server.stderr(),
    );
    await page.getByRole('button', { name: 'Hide it again' }).click();
    await page.getByText(token).waitFor({ state: 'detached' });
  });

  it('are walked by keyboard', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/messages' });
    await page.getByText('27 messages').waitFor();
    for (const key of ['j', 'j', 'ArrowDown']) await page.keyboard.press(key);
    await page.locator('.messages-list [data-index="2"] .is-chosen').waitFor();
    assert.equal(await page.locator('.message-row.is-chosen').count(), 1);
  });
});

describe('the list of messages', WHERE_IT_RUNS, () => {
  it('follows the server, and does not move what one reads', async (t) => {
    const subscriber = await startService(t, (_request, _body, response) => void response.writeHead(204).end());
    const settings = `mns: { subscriptions: { news: '${subscriber.url}/topic' } }\n`;
    const server = await startConsole(t, { settings });
    await createFlow(server, 'queued', sends('queues/q', { 'n.$': '$Input.n' }), { mode: 'Express' });
    await createFlow(server, 'pushed', sends('topics/news', { 'n.$': '$Input.n' }), { mode: 'Express' });
    const send = (flow: string, n: number) => server.call('StartSyncExecution', { FlowName: flow, Input: { n } });
    for (let n = 0; n < 120; n++) await send('queued', n);
    const { page } = await openConsole(t, server, { at: '#/messages' });
    await page.getByText('100 loaded').waitFor();
    await send('queued', 120);
    await page.locator('[data-index="0"]').getByText('{"n":120}').waitFor();
    await page.getByText('101 loaded').waitFor();
    await page.getByRole('list', { name: 'Messages' }).evaluate((box) => box.scrollTo(0, 40 * 62));
    const row = page.locator('.message-row').filter({ hasText: '{"n":75}' });
    await row.getByRole('button').click();
    const before = await row.boundingBox();
    await send('pushed', 121);
    await page.getByText('102 loaded').waitFor();
    assert.deepEqual(await row.boundingBox(), before);
    await page.locator('.message-detail').getByText('75', { exact: true }).waitFor();
    await page.getByRole('list', { name: 'Messages' }).evaluate((box) => box.scrollTo(0, 0));
    await page.locator('[data-index="0"]').getByText('Delivered').waitFor();
  });
});

/** A message that the test makes up, as the server would list it. */
function listed(kind: 'Queue' | 'Topic', n: number) {
  const push = { Status: 'None', Attempts: 0, NextTime: '', Error: '' };
  const times = { SentTime: '2026-01-01T00:00:00.000Z', VisibleTime: '2026-01-01T00:00:00.000Z' };
  const body = { MessageBody: `{"n":${n}}`, MessageTag: '', MessageAttributes: '', Priority: 8 };
  return { Kind: kind, Name: kind.toLowerCase(), MessageId: `${kind}${n}`, ...body, ...times, Push: push };
}

describe('the list of messages, while it is read', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'sends', sends('queues/q', { 'n.$': '$Input.n' }), { mode: 'Express' });
  });

  it('continues at its end when one has scrolled there meanwhile', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/nowhere' });
    const gate = Promise.withResolvers<void>();
    let isHeld = false;
    await page.route('**/api/ListMessages', async (route) => {
      const { NextToken: token } = route.request().postDataJSON() as { readonly NextToken?: string };
      const first = token === undefined ? 200 : Number(token);
      const Messages = Array.from({ length: 100 }, (_, i) => listed('Queue', first - i));
      if (isHeld && token === undefined) await gate.promise;
      await route.fulfill({ json: { RequestId: '', Messages, ...(token === undefined && { NextToken: '100' }) } });
    });
    await page.evaluate(() => (location.hash = '#/messages'));
    await page.getByText('100 loaded').waitFor();
    isHeld = true;
    const asked = page.waitForRequest('**/api/ListMessages');
    await server.call('StartSyncExecution', { FlowName: 'sends', Input: { n: 1 } });
    await asked;
    const box = page.getByRole('list', { name: 'Messages' });
    await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.locator('[data-index="99"]').waitFor();
    gate.resolve();
    await page.getByText('200 messages').waitFor();
  });

  it('has the outcome of a push also behind the first page', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/nowhere' });
    let status = 'Due';
    await page.route('**/api/ListMessages', async (route) => {
      const { NextToken: token, Limit: limit } = route.request().postDataJSON() as Readonly<Record<string, string>>;
      const first = token === undefined ? 200 : Number(token);
      const Messages = Array.from({ length: Math.min(first, Number(limit)) }, (_, i) => {
        const message = listed('Topic', first - i);
        return first - i === 60 ? { ...message, Push: { ...message.Push, Status: status } } : message;
      });
      const next = first - Messages.length;
      await route.fulfill({ json: { RequestId: '', Messages, ...(next > 0 && { NextToken: String(next) }) } });
    });
    await page.evaluate(() => (location.hash = '#/messages?message=Topic60'));
    await page.getByText('200 messages').waitFor();
    const row = page.locator('.message-row').filter({ hasText: '{"n":60}' });
    await page.getByRole('list', { name: 'Messages' }).evaluate((box) => box.scrollTo(0, 138 * 62));
    await row.getByText('An attempt follows').waitFor();
    status = 'Done';
    await server.call('StartSyncExecution', { FlowName: 'sends', Input: { n: 3 } });
    await row.getByText('Delivered').waitFor();
    await page.getByText('200 messages').waitFor();
  });

  it('does not take those of other filters for its own', async (t) => {
    const { page, allow } = await openConsole(t, server, { at: '#/nowhere' });
    allow(/status of 503/);
    const queues = Array.from({ length: 6 }, (_, i) => listed('Queue', 12 - 2 * i));
    const all = Array.from({ length: 12 }, (_, i) => listed(i % 2 === 0 ? 'Queue' : 'Topic', 12 - i));
    let isFailing = true;
    await page.route('**/api/ListMessages', (route) => {
      const { Kind: kind, NextToken: token } = route.request().postDataJSON() as Readonly<Record<string, string>>;
      if (kind === 'Queue') return route.fulfill({ json: { RequestId: '', Messages: queues } });
      if (isFailing) return route.fulfill({ status: 503, json: { Code: 'Planted', Message: 'planted' } });
      const page = token === undefined ? { Messages: all.slice(0, 5), NextToken: '5' } : { Messages: all.slice(5) };
      return route.fulfill({ json: { RequestId: '', ...page } });
    });
    await page.evaluate(() => (location.hash = '#/messages?kind=Queue'));
    await page.getByText('6 messages').waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.getByText('planted').waitFor();
    isFailing = false;
    await server.call('StartSyncExecution', { FlowName: 'sends', Input: { n: 2 } });
    await page.getByText('planted').waitFor({ state: 'detached' });
    await page.getByText('12 messages').waitFor();
  });
});

describe('the messages, to a key that may not see them', WHERE_IT_RUNS, () => {
  it('are a sentence', async (t) => {
    const policy = `{ Version: '1', Statement: [{ Effect: Allow, Action: 'fnf:ListFlows', Resource: '*' }] }`;
    const server = await startConsole(t, {
      auth: 'on',
      settings: `keys: [{ accessKeyId: ${LIMITED.accessKeyId}, accessKeySecret: ${LIMITED.accessKeySecret}, policies: [${policy}] }]\n`,
    });
    const { page, allow, goTo, screenshot } = await openConsole(t, server, { key: LIMITED, at: '#/messages' });
    allow(/status of 403/);
    await page.getByText('The access key of this session may not do this.').waitFor();
    await screenshot('messages-forbidden');
    for (const screen of ['system', 'schedules']) {
      await goTo(`#/${screen}`);
      await page.getByRole('heading', { level: 1, name: screen === 'system' ? 'System' : 'Schedules' }).waitFor();
      await page.getByText('The access key of this session may not do this.').first().waitFor();
    }
  });
});
