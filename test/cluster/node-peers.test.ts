/** Questions between nodes: answers, silence, time limits, and hints and messages that are lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../src/base/json.ts';
import { longNumber, stringifyJson } from '../../src/base/json.ts';
import { POLL_MS, TestNodes } from './nodes.ts';
import type { TestNode } from './nodes.ts';

/** Three nodes; the second and the third answer with their names. */
async function three(nodes: TestNodes): Promise<readonly [TestNode, TestNode, TestNode]> {
  const [a, b, c] = [await nodes.join(), await nodes.join(), await nodes.join()];
  b.peers.serve('name', async () => 'b');
  c.peers.serve('name', async () => 'c');
  return [a, b, c];
}

test('a node asks all or any of the others', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b, c] = await three(nodes);
  assert.deepEqual((await a.peers.askAll('name', null, 1000)).toSorted(), ['b', 'c']);
  b.peers.serve('has', async (question) => (question === 1 ? 'b has it' : null));
  c.peers.serve('has', async (question) => (question === 2 ? 'c has it' : null));
  assert.equal(await a.peers.askAny('has', 1, 1000), 'b has it');
  assert.equal(await a.peers.askAny('has', 2, 1000), 'c has it');
  assert.equal(await a.peers.askAny('has', 3, 1000), null);
  assert.deepEqual(await b.peers.askAll('name', null, 1000), ['c'], 'a node does not ask itself');
  assert.equal(nodes.time.elapsedMs, 0, 'no one waits when all have answered');
  assert.deepEqual(nodes.defects, []);
});

test('the first answer is enough for a question to any, however long the others take', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b, c] = await three(nodes);
  b.peers.serve('slow', async () => 'at once');
  c.peers.serve('slow', async () => {
    await nodes.time.pass(60_000);
    return 'late';
  });
  assert.equal(await a.peers.askAny('slow', null, 30_000), 'at once');
  assert.equal(nodes.time.elapsedMs, 0);
  assert.deepEqual(await a.peers.askAll('slow', null, 2_000), ['at once']);
  assert.equal(nodes.time.elapsedMs, 2_000);
});

test('values cross as they are: long numbers, odd texts and deep nesting', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b] = await three(nodes);
  b.peers.serve('echo', async (question) => question);
  let deep: JsonValue = 1;
  for (let n = 0; n < 256; n++) deep = [deep];
  const value = { long: longNumber('12345678901234567890'), half: '\ud800', deep, none: null };
  assert.equal(stringifyJson(await a.peers.askAny('echo', value, 1000)), stringifyJson(value));
});

test('a handler that throws gives no answer, and a topic that no one knows has none', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b] = await three(nodes);
  b.peers.serve('broken', () => Promise.reject(new Error('planted')));
  assert.equal(await a.peers.askAny('broken', null, 1_500), null);
  assert.equal(nodes.time.elapsedMs, 1_500);
  assert.equal(nodes.defects.length, 2, 'one for the question and one for its repetition');
  assert.deepEqual(await a.peers.askAll('unknown', null, 1_000), []);
  assert.equal(nodes.time.elapsedMs, 1_500);
});

test('without hints an answer takes two looks at most', async (t) => {
  const nodes = new TestNodes(t);
  const [a] = await three(nodes);
  nodes.hints = false;
  assert.deepEqual((await a.peers.askAll('name', null, 10_000)).toSorted(), ['b', 'c']);
  assert.ok(nodes.time.elapsedMs <= 2 * POLL_MS, `${nodes.time.elapsedMs} ms`);
});

test('a lost question or answer is repeated, and an answer that comes twice counts once', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b, c] = await three(nodes);
  let asked = 0;
  b.peers.serve('count', async () => ++asked);
  c.peers.serve('count', async () => null);
  const lost: number[] = [];
  nodes.loses = ({ from, to }) => {
    const isLost = lost.length < 3 && (to === b.own.node || from === b.own.node);
    if (isLost) lost.push(to);
    return isLost;
  };
  assert.equal(await a.peers.askAny('count', null, 10_000), 1);
  assert.deepEqual(lost, [b.own.node, b.own.node, b.own.node]);
  nodes.loses = ({ from }) => {
    nodes.loses = () => false;
    return from === b.own.node;
  };
  assert.deepEqual(await a.peers.askAll('count', null, 10_000), [2]);
});

test('a repeated question whose answer takes long is answered once', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b] = await three(nodes);
  let calls = 0;
  b.peers.serve('slow', async () => {
    calls++;
    await nodes.time.pass(5_500);
    return 'done';
  });
  assert.equal(await a.peers.askAny('slow', null, 10_000), 'done');
  assert.equal(calls, 1);
});

test('a question does not wait for a node that has gone, and survives that the asker joins again', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b, c] = await three(nodes);
  b.peers.serve('wait', () => new Promise(() => {}));
  c.peers.serve('wait', async () => 'c');
  const asked = a.peers.askAll('wait', null, 60_000);
  await nodes.time.pass(1_500);
  await b.own.leave();
  assert.deepEqual(await asked, ['c']);
  assert.ok(nodes.time.elapsedMs < 4_000, `${nodes.time.elapsedMs} ms`);

  c.peers.serve('later', async () => {
    await nodes.time.pass(100);
    return 'c';
  });
  const late = a.peers.askAny('later', null, 60_000);
  await nodes.time.pass(50);
  const before = a.own.node;
  a.own.lose();
  assert.equal(await late, 'c');
  assert.notEqual(a.own.node, before);
});

test('a node that closes gets no more answers, and a text that is no message disturbs nothing', async (t) => {
  const nodes = new TestNodes(t);
  const [a, b] = await three(nodes);
  for (const text of ['{', 'null', '[]', '{"id":1}', '{"id":"x"}', '{"id":"x","answer":1}']) {
    await nodes.stores.nodes.send({ from: b.own.node, to: a.own.node, text });
  }
  assert.equal(['b', 'c'].includes(String(await a.peers.askAny('name', null, 5_000))), true);
  assert.equal(nodes.defects.length, 1);
  b.peers.serve('wait', () => new Promise(() => {}));
  const asked = a.peers.askAny('wait', null, 60_000);
  await nodes.time.pass(10);
  a.peers.close();
  assert.equal(await asked, null);
});
