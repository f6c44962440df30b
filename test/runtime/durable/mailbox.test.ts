/** Requests by mail whose execution ends before its owner has looked: the caller learns of the end, and does not wait for an answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mailbox, answerOf } from '../../../src/runtime/durable/nodes/mailbox.ts';
import { createMemoryStores } from '../../../src/store/memory/stores.ts';
import { ManualTime } from '../../../src/testing/manual-time.ts';
import { seededIds } from '../../../src/testing/seeded-ids.ts';
import { endOf, newNode, row, startOf } from '../../store/executions.ts';

async function twoNodes() {
  const stores = createMemoryStores({ isShared: true });
  const [{ node: owner }, { node }] = [await newNode(stores), await newNode(stores)];
  const store = stores.executions;
  await store.commit(owner, [{ ...startOf(1), journal: row(1) }]);
  const cluster = { node, hint: () => undefined };
  const mailbox = new Mailbox({ store, cluster, ports: { scheduler: new ManualTime(), ids: seededIds(1) } });
  return { store, owner, mailbox };
}

test('a request is over when its execution has ended without having seen it', async () => {
  const { store, owner, mailbox } = await twoNodes();
  const answer = mailbox.ask(1, owner, 'a request');
  await mailbox.look();
  await store.commit(owner, [{ id: 1, journal: row(2), ...endOf() }]);
  await mailbox.look();
  assert.equal(await answer, null);
});

test('a request that ended its execution has its answer', async () => {
  const { store, owner, mailbox } = await twoNodes();
  const answer = mailbox.ask(1, owner, 'a request');
  await new Promise(setImmediate);
  const { mail } = await store.requests(owner);
  const answers = mail.map(({ id }) => ({ id, answer: answerOf(7) }));
  assert.equal(answers.length, 1);
  await store.commit(owner, [{ id: 1, journal: row(2), ...endOf(), answers }]);
  await mailbox.look();
  assert.equal(await answer, 7);
});
