/** The contract of the message store, run on every adapter. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NOT_PUSHED } from '../../src/store/messages.ts';
import type { Message, MessageQuery, MessageStore, PushState } from '../../src/store/messages.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ADAPTERS, openStores } from './adapters.ts';

const ALL: MessageQuery = { target: null, name: null, before: null, limit: 1000, textUnits: Number.MAX_SAFE_INTEGER };

function message(messageId: string, members: Partial<Message> = {}): Message {
  return {
    messageId,
    target: 'queue',
    name: 'orders',
    body: 'text',
    tag: '',
    attributes: '',
    priority: 8,
    sentMs: 1_700_000_000_000,
    visibleMs: 1_700_000_000_000,
    task: null,
    ...members,
  };
}

const due = (nextMs: number, attempts = 0): PushState => ({ status: 'due', attempts, nextMs, error: '' });

const text = fc.string({ unit: 'binary', maxLength: 40 });
const time = fc.nat({ max: 4_000_000_000_000 });
const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    messageId: fc.uuid(),
    target: fc.constantFrom('queue', 'topic'),
    name: text,
    body: text,
    tag: text,
    attributes: text,
    priority: fc.integer({ min: 1, max: 16 }),
    sentMs: time,
    visibleMs: time,
    task: fc.option(fc.record({ execution: fc.nat(), event: fc.nat() }, { noNullPrototype: true })),
  },
  { noNullPrototype: true },
);

for (const adapter of ADAPTERS) {
  const ids = async (store: MessageStore, query: Partial<MessageQuery> = {}) =>
    (await store.list({ ...ALL, ...query })).messages.map(({ messageId }) => messageId);

  describe(`message store: ${adapter.name}`, () => {
    it('returns every member as stored, for any text', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      await fc.assert(
        fc.asyncProperty(anyMessage, async (given) => {
          if ((await store.add(given, NOT_PUSHED, 1000)) !== given.messageId) return;
          const [stored] = (await store.list({ ...ALL, limit: 1 })).messages;
          const { number, push, ...members } = stored ?? assert.fail('the message is missing');
          assert.deepEqual(members, given);
          assert.deepEqual(push, NOT_PUSHED);
          assert.ok(number > 0);
        }),
        { numRuns: 50 },
      );
    });

    it('stores a message of a task once, also for concurrent calls, and returns the id of the first', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      const task = { execution: 7, event: 3 };
      const added = await Promise.all(['a', 'b'].map((id) => store.add(message(id, { task }), NOT_PUSHED, 10)));
      const [first] = added;
      assert.ok(first === 'a' || first === 'b');
      assert.deepEqual(added, [first, first]);
      assert.equal(await store.add(message('c', { task: { execution: 7, event: 4 } }), NOT_PUSHED, 10), 'c');
      assert.equal(await store.add(message('d'), NOT_PUSHED, 10), 'd');
      assert.equal(await store.add(message('e'), NOT_PUSHED, 10), 'e');
      assert.deepEqual(await ids(store), ['e', 'd', 'c', first]);
    });

    it('retains no more than the limit, and deletes the oldest messages but none whose push is due', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      await store.add(message('due'), due(1), 3);
      for (const id of ['a', 'b', 'c']) assert.equal(await store.add(message(id), NOT_PUSHED, 3), id);
      assert.deepEqual(await ids(store), ['c', 'b', 'due']);
      assert.equal(await store.add(message('d'), NOT_PUSHED, 2), 'd');
      assert.deepEqual(await ids(store), ['d', 'due']);
      assert.equal(await store.add(message('e'), NOT_PUSHED, 1), null);
      const [first] = await store.due(1);
      await store.setPush(first?.number ?? 0, { status: 'done', attempts: 1, nextMs: null, error: '' });
      assert.equal(await store.add(message('f'), NOT_PUSHED, 1), 'f');
      assert.deepEqual(await ids(store), ['f']);
    });

    it('stores a message again after it was deleted', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      const task = { execution: 1, event: 2 };
      await store.add(message('a', { task }), NOT_PUSHED, 1);
      await store.add(message('b'), NOT_PUSHED, 1);
      assert.equal(await store.add(message('c', { task }), NOT_PUSHED, 1), 'c');
    });

    it('leaves out due messages of the given topics', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      for (const [i, name] of ['a', 'é"', 'b', 'a'].entries()) await store.add(message(`m${i}`, { name }), due(1), 10);
      const names = async (limit: number, without: string[]) =>
        (await store.due(limit, without)).map(({ name }) => name);
      assert.deepEqual(await names(10, []), ['a', 'é"', 'b', 'a']);
      assert.deepEqual(await names(1, ['a']), ['é"']);
      assert.deepEqual(await names(10, ['a', 'é"', 'c']), ['b']);
    });

    it('returns due messages, earliest first, until their push is settled', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      await store.add(message('late'), due(300), 10);
      await store.add(message('soon'), due(100), 10);
      await store.add(message('also soon'), due(100), 10);
      await store.add(message('never'), NOT_PUSHED, 10);
      const names = async (limit: number) => (await store.due(limit)).map(({ messageId }) => messageId);
      assert.deepEqual(await names(10), ['soon', 'also soon', 'late']);
      assert.deepEqual(await names(1), ['soon']);
      const [soon] = await store.due(1);
      const again = { status: 'due', attempts: 1, nextMs: 500, error: 'it answered 500' } as const;
      await store.setPush(soon?.number ?? 0, again);
      assert.deepEqual(await names(10), ['also soon', 'late', 'soon']);
      assert.deepEqual((await store.due(3))[2]?.push, again);
      const failed = { status: 'failed', attempts: 2, nextMs: null, error: 'no' } as const;
      await store.setPush(soon?.number ?? 0, failed);
      assert.deepEqual(await names(10), ['also soon', 'late']);
      assert.deepEqual((await store.list({ ...ALL, limit: 3 })).messages[2]?.push, failed);
      assert.equal(await store.setPush(soon?.number ?? 0, failed), true);
      assert.equal(await store.setPush(99_999, failed), false);
    });

    it('lists by target and name, newest first, in pages', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      const sent: [string, Partial<Message>][] = [
        ['1', { target: 'queue', name: 'x' }],
        ['2', { target: 'topic', name: 'x' }],
        ['3', { target: 'topic', name: 'y' }],
        ['4', { target: 'queue', name: 'x' }],
        ['5', { target: 'topic', name: 'X' }],
      ];
      for (const [id, members] of sent) await store.add(message(id, members), NOT_PUSHED, 10);
      assert.deepEqual(await ids(store), ['5', '4', '3', '2', '1']);
      assert.deepEqual(await ids(store, { name: 'x' }), ['4', '2', '1']);
      assert.deepEqual(await ids(store, { target: 'topic' }), ['5', '3', '2']);
      assert.deepEqual(await ids(store, { target: 'queue', name: 'x' }), ['4', '1']);
      assert.deepEqual(await ids(store, { name: 'absent' }), []);
      const first = await store.list({ ...ALL, limit: 2 });
      assert.deepEqual(
        first.messages.map(({ messageId }) => messageId),
        ['5', '4'],
      );
      const rest = await store.list({ ...ALL, before: first.next, limit: 3 });
      assert.deepEqual(
        rest.messages.map(({ messageId }) => messageId),
        ['3', '2', '1'],
      );
      assert.equal(rest.next, null);
    });

    it('ends a page when its bodies are large', async (t) => {
      const { messages: store } = await openStores(t, adapter);
      for (const id of ['a', 'b', 'c']) await store.add(message(id, { body: 'x'.repeat(10) }), NOT_PUSHED, 10);
      const page = await store.list({ ...ALL, textUnits: 10 });
      assert.deepEqual(
        page.messages.map(({ messageId }) => messageId),
        ['c', 'b'],
      );
      assert.deepEqual(await ids(store, { before: page.next }), ['a']);
    });

    it('closes after the changes under way', async (t) => {
      const folder = temporaryFolder(t);
      const stores = await adapter.open(folder);
      const added = stores.messages.add(message('a'), due(5), 10);
      await stores.close();
      assert.equal(await added.catch(() => 'a'), 'a');
      await assert.rejects(stores.messages.list(ALL), /used after it was closed/);
      await assert.rejects(stores.messages.add(message('b'), NOT_PUSHED, 10), /used after it was closed/);
      if (!adapter.durable) return;
      const again = await adapter.open(folder);
      assert.deepEqual(
        (await again.messages.due(10)).map(({ messageId, number }) => [messageId, number]),
        [['a', 1]],
      );
      await again.close();
    });
  });
}
