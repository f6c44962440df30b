/** The queues and topics of a server without Message Service: the messages that it stores, and their pushes to subscribers. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { parseJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { createObserver } from '../../src/base/observer.ts';
import type { Subscriber } from '../../src/base/observer.ts';
import type { SubscriptionSetting } from '../../src/config/settings.ts';
import { createMemoryMessages } from '../../src/store/memory/message-store.ts';
import type { StoredMessage, MessageStore } from '../../src/store/messages.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { bench, rawServer, recorder, until } from './support.ts';
import type { Bench } from './support.ts';

const TOPIC = 'acs:mns:::topics/approvals/messages';

interface Local extends Bench {
  readonly store: MessageStore;
  newest(): Promise<StoredMessage>;
}

function local(
  t: CleanUp,
  subscriptions: readonly SubscriptionSetting[] = [],
  keep = 10,
  store: MessageStore = createMemoryMessages(),
  subscriber: Subscriber = {},
): Local {
  const observer = createObserver(subscriber);
  const started = bench(t, { observer, store, mns: { endpoint: null, local: true, keep, subscriptions } });
  return {
    ...started,
    store,
    async newest() {
      const { messages } = await store.list({ target: null, name: null, before: null, limit: 1, textUnits: 1e6 });
      return messages[0] ?? assert.fail('no message is stored');
    },
  };
}

type Failing = 'add' | 'due' | 'setPush';

/** A store whose members fail so many times each, and the reports about it. */
function failing(times: Readonly<Record<Failing, number>>) {
  const inner = createMemoryMessages();
  const left: Record<Failing, number> = { ...times };
  const reports: string[] = [];
  const changed: string[] = [];
  const fails = (member: Failing): void => {
    if (left[member] === 0) return;
    left[member]--;
    throw new Error('disk full');
  };
  const store: MessageStore = {
    ...inner,
    async add(...parameters) {
      fails('add');
      return inner.add(...parameters);
    },
    async due(...parameters) {
      fails('due');
      return inner.due(...parameters);
    },
    async setPush(...parameters) {
      fails('setPush');
      return inner.setPush(...parameters);
    },
  };
  const subscriber: Subscriber = {
    storeFailed: ({ part }) => void reports.push(part === 'messages' ? 'failed' : part),
    storeRecovered: ({ part }) => void reports.push(part === 'messages' ? 'works' : part),
    messagesChanged: ({ name }) => void changed.push(name),
  };
  return { store, left, reports, changed, subscriber };
}

async function subscriber(t: CleanUp, answer: RequestListener) {
  const { url, received } = await recorder(t, answer);
  return {
    received,
    as: (format: SubscriptionSetting['format']): SubscriptionSetting => ({
      topic: 'approvals',
      url: `${url}/in?a=b`,
      format,
    }),
  };
}

const answering =
  (status: number): RequestListener =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status).end('thanks');
  };

/** Waits until the newest message has that state. The store reports no changes, so this looks again every turn. */
async function settled(
  there: Local,
  status: StoredMessage['push']['status'],
  attempts: number,
): Promise<StoredMessage> {
  for (;;) {
    const message = await there.newest();
    if (message.push.status === status && message.push.attempts === attempts) return message;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('messages that a server stores itself', () => {
  it('have the answer of the service, and are stored whole', async (t) => {
    const there = local(t);
    const parameters = {
      resourceArn: 'acs:mns:x:1:/queues/orders/messages',
      message: { a: 1 },
      priority: 2,
      delaySeconds: 10,
    };
    const output = (await there.output('MNS:SendMessage', parameters)) as JsonObject;
    assert.deepEqual(Object.keys(output), ['MessageId', 'RequestId', 'MessageBodyMD5']);
    assert.equal(output['MessageBodyMD5'], createHash('md5').update('{"a":1}').digest('hex').toUpperCase());
    const sentMs = there.time.nowMs();
    assert.deepEqual(await there.newest(), {
      number: 1,
      messageId: output['MessageId'],
      target: 'queue',
      name: 'orders',
      body: '{"a":1}',
      tag: '',
      attributes: '',
      priority: 2,
      sentMs,
      visibleMs: sentMs + 10_000,
      task: null,
      push: { status: 'none', attempts: 0, nextMs: null, error: '' },
    });
  });

  it('of a task are stored once, even when the call is repeated after a crash', async (t) => {
    const there = local(t);
    const call = { task: { execution: 5, event: 3 } };
    const parameters = { resourceArn: TOPIC, message: 'x' };
    const first = (await there.output('MNS:SendMessage', parameters, call)) as JsonObject;
    const again = (await there.output('MNS:SendMessage', parameters, call)) as JsonObject;
    const other = (await there.output('MNS:SendMessage', parameters)) as JsonObject;
    assert.equal(again['MessageId'], first['MessageId']);
    assert.notEqual(other['MessageId'], first['MessageId']);
    assert.equal((await there.newest()).number, 2);
  });

  it('are refused when the store is full of messages that are still to be pushed', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const there = local(t, [{ topic: 'approvals', url: mute.url, format: 'JSON' }], 2);
    for (const message of ['a', 'b']) await there.output('MNS:SendMessage', { resourceArn: TOPIC, message });
    const { error, cause } = await there.failure('MNS:SendMessage', { resourceArn: TOPIC, message: 'c' });
    assert.equal(error, 'MNS.TooManyMessages');
    assert.match(cause, /mns\.keep/);
  });
});

describe('messages of a topic', () => {
  it('are pushed unchanged', async (t) => {
    const { received, as } = await subscriber(t, answering(204));
    const there = local(t, [as('SIMPLIFIED')]);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: '{1:"a"}', messageTag: 'high' });
    const { messageId } = await settled(there, 'done', 1);
    const [request] = received;
    assert.deepEqual([request?.method, request?.url, request?.body], ['POST', '/in?a=b', '{1:"a"}']);
    assert.equal(request?.headers['x-mns-message-id'], messageId);
    assert.equal(request?.headers['x-mns-message-tag'], 'high');
    assert.equal(request?.headers['content-type'], 'text/plain;charset=utf-8');
  });

  it('are pushed as JSON with their properties', async (t) => {
    const { received, as } = await subscriber(t, answering(200));
    const there = local(t, [as('JSON')]);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x', messageTag: 't' });
    const { messageId, sentMs } = await settled(there, 'done', 1);
    assert.deepEqual(parseJson(received[0]?.body ?? ''), {
      TopicOwner: '1234567890123456',
      TopicName: 'approvals',
      Subscriber: '1234567890123456',
      SubscriptionName: 'approvals',
      MessageId: messageId,
      Message: 'x',
      MessageMD5: '9DD4E461268C8034F5C8564E155C67A6',
      MessageTag: 't',
      PublishTime: String(sentMs),
    });
  });

  it('are pushed as XML', async (t) => {
    const { received, as } = await subscriber(t, answering(200));
    const there = local(t, [as('XML')]);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'a<b' });
    await settled(there, 'done', 1);
    assert.match(
      received[0]?.body ?? '',
      /^<\?xml version="1\.0" encoding="utf-8"\?><Notification xmlns="http:\/\/mns\.aliyuncs\.com\/doc\/v1\/"><TopicOwner>.*<Message>a&lt;b<\/Message><MessageMD5>/,
    );
  });

  it('are pushed again while the subscriber refuses, after doubling delays, a bounded number of times', async (t) => {
    const { received, as } = await subscriber(t, answering(500));
    const there = local(t, [as('SIMPLIFIED')]);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    for (let attempt = 1; attempt < 12; attempt++) {
      const { push } = await settled(there, 'due', attempt);
      assert.match(push.error, /^http:\/\/127\.0\.0\.1:\d+\/in: it answered 500$/);
      const delayMs = (push.nextMs ?? 0) - there.time.nowMs();
      assert.equal(delayMs, Math.min(512_000, 1000 * 2 ** (attempt - 1)));
      await until(() => there.time.timers > 0);
      there.time.advance(delayMs - 1);
      assert.equal(received.length, attempt);
      there.time.advance(1);
    }
    const { push } = await settled(there, 'failed', 12);
    assert.equal(push.nextMs, null);
    assert.equal(received.length, 12);
  });

  it('are pushed again when the subscriber does not answer in time or cannot be reached', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const slow = local(t, [{ topic: 'approvals', url: mute.url, format: 'JSON' }]);
    await slow.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    await until(() => mute.sockets.size > 0);
    slow.time.advance(5000);
    assert.match((await settled(slow, 'due', 1)).push.error, /no answer within 5000 ms/);
    const broken = await rawServer(t, (socket) => socket.destroy());
    const cut = local(t, [{ topic: 'approvals', url: broken.url, format: 'JSON' }]);
    await cut.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    assert.notEqual((await settled(cut, 'due', 1)).push.error, '');
  });

  it('are all pushed, a bounded number at the same time', async (t) => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const { received, as } = await subscriber(t, (_request, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
    });
    const there = local(t, [as('SIMPLIFIED')], 100);
    const bodies = Array.from({ length: 50 }, (_, i) => `m${i}`);
    await Promise.all(bodies.map((message) => there.output('MNS:SendMessage', { resourceArn: TOPIC, message })));
    while (received.length < 50) {
      await until(() => waiting.length === Math.min(16, 50 - (received.length - waiting.length)));
      waiting.shift()?.writeHead(200).end();
    }
    for (const response of waiting) response.writeHead(200).end();
    assert.equal(most, 16);
    assert.deepEqual(received.map(({ body }) => body).sort(), bodies.sort());
  });

  it('are pushed once though the store fails before and after the push, which is reported', async (t) => {
    const { as, received } = await subscriber(t, answering(200));
    const faulty = failing({ add: 2, due: 3, setPush: 4 });
    const there = local(t, [as('SIMPLIFIED')], 10, faulty.store, faulty.subscriber);
    const output = there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'a' });
    const passUntil = async (member: Failing): Promise<void> => {
      for (let left = faulty.left[member]; left > 0; left = faulty.left[member]) {
        await until(() => there.time.timers > 0);
        there.time.advance(2_000);
        await until(() => faulty.left[member] < left);
      }
      // The time of the repetition that succeeds.
      await until(() => there.time.timers > 0);
      there.time.advance(2_000);
    };
    await passUntil('add');
    await output;
    await passUntil('due');
    // The deadline of the push must not pass with the time.
    await until(() => faulty.left.setPush < 4);
    await passUntil('setPush');
    await settled(there, 'done', 1);
    assert.equal(received.length, 1);
    assert.deepEqual(faulty.reports, ['failed', 'works', 'failed', 'works', 'failed', 'works']);
    assert.deepEqual(faulty.changed, ['approvals', 'approvals']);
  });

  it('without a subscriber are only stored', async (t) => {
    const there = local(t, [{ topic: 'other', url: 'http://127.0.0.1:1', format: 'JSON' }]);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    assert.equal((await there.newest()).push.status, 'none');
  });
});

describe('a message to a store that fails', () => {
  it('waits until the store works, and is stored once', async (t) => {
    const faulty = failing({ add: 50, due: 0, setPush: 0 });
    const there = local(t, [], 10, faulty.store, faulty.subscriber);
    let isSent = false;
    const sending = there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'a' }).then(() => {
      isSent = true;
    });
    while (!isSent) {
      if (there.time.timers > 0) there.time.advance(2_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(faulty.left.add, 0);
    await sending;
    const { messages } = await there.store.list({ target: null, name: null, before: null, limit: 9, textUnits: 1e6 });
    assert.equal(messages.length, 1);
    assert.deepEqual(faulty.reports, ['failed', 'works']);
  });

  it('is given up with its task', async (t) => {
    const faulty = failing({ add: Number.POSITIVE_INFINITY, due: 0, setPush: 0 });
    const there = local(t, [], 10, faulty.store, faulty.subscriber);
    const abort = new AbortController();
    const sending = there.run('MNS:SendMessage', { resourceArn: TOPIC, message: 'a' }, { signal: abort.signal });
    await until(() => there.time.timers > 0);
    abort.abort();
    await sending;
    assert.equal(there.time.timers, 0);
  });
});

describe('pushes that an earlier server left', () => {
  const left = { status: 'due', attempts: 3, nextMs: 0, error: 'it answered 500' } as const;
  const message = {
    messageId: 'M',
    target: 'topic',
    name: 'approvals',
    body: 'x',
    tag: '',
    attributes: '',
    priority: 8,
    sentMs: 0,
    visibleMs: 0,
    task: null,
  } as const;

  it('are continued', async (t) => {
    const { received, as } = await subscriber(t, answering(200));
    const store = createMemoryMessages();
    await store.add(message, left, 10);
    const there = local(t, [as('SIMPLIFIED')], 10, store);
    there.resume();
    await settled(there, 'done', 4);
    assert.equal(received.length, 1);
  });

  it('are continued at once when the clock was set back', async (t) => {
    const { received, as } = await subscriber(t, answering(200));
    const store = createMemoryMessages();
    const there = local(t, [as('SIMPLIFIED')], 10, store);
    await store.add(message, { ...left, nextMs: there.time.nowMs() + 3_600_000 }, 10);
    there.resume();
    await settled(there, 'done', 4);
    assert.equal(received.length, 1);
  });

  it('fail when the topic has no subscriber any more', async (t) => {
    const store = createMemoryMessages();
    await store.add(message, left, 10);
    const there = local(t, [{ topic: 'other', url: 'http://127.0.0.1:1', format: 'JSON' }], 10, store);
    there.resume();
    assert.match((await settled(there, 'failed', 4)).push.error, /no subscriber any more/);
  });

  it('are not delayed by a subscriber of another topic that hangs', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const { received, as } = await subscriber(t, answering(200));
    const hanging = { topic: 'mute', url: mute.url, format: 'JSON' } as const;
    const there = local(t, [hanging, as('SIMPLIFIED')], 100);
    for (let i = 0; i < 60; i++) {
      await there.output('MNS:SendMessage', { resourceArn: 'acs:mns:::topics/mute/messages', message: `${i}` });
    }
    await until(() => mute.sockets.size > 0);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    await settled(there, 'done', 1);
    assert.equal(received.length, 1);
    assert.ok(mute.sockets.size <= 16);
    await there.close();
  });

  it('stay due when the server ends during the push', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const there = local(t, [{ topic: 'approvals', url: mute.url, format: 'JSON' }]);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    await until(() => mute.sockets.size > 0);
    await there.close();
    assert.deepEqual((await there.newest()).push.attempts, 0);
    assert.equal((await there.store.due(10)).length, 1);
    assert.equal(there.time.timers, 0);
  });

  it('stay due when the server ends before their outcome is stored, and nothing says that it is', async (t) => {
    const { as } = await subscriber(t, answering(200));
    const faulty = failing({ add: 0, due: 0, setPush: Number.POSITIVE_INFINITY });
    const there = local(t, [as('SIMPLIFIED')], 10, faulty.store, faulty.subscriber);
    await there.output('MNS:SendMessage', { resourceArn: TOPIC, message: 'x' });
    await until(() => faulty.reports.includes('failed'));
    await there.close();
    assert.equal((await there.newest()).push.status, 'due');
    assert.deepEqual(faulty.changed, ['approvals']);
  });
});
