/** Large replies: written in pieces, and the same text as in one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from '../../src/base/json.ts';
import { longNumber } from '../../src/base/json.ts';
import type { Operation, Reply } from '../../src/operations/operation.ts';
import { isLargeReply, joined } from '../../src/wire/api/pieces.ts';
import { renderResult, resultPieces } from '../../src/wire/api/reply.ts';
import { call, callBytes, openSocket, startWireServer } from './support.ts';

const context = { requestId: 'ID', traceId: '', hostId: '' };
/** Texts that are larger than a piece, with pairs of surrogates at every place and characters that are escaped. */
const long = fc
  .tuple(
    fc.constantFrom('', 'a', 'ab'),
    fc.constantFrom('😀', '<&>', '"\\\n', 'é', 'plain '),
    fc.integer({ min: 1, max: 40_000 }),
  )
  .map(([start, unit, times]) => start + unit.repeat(times));
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    long,
    fc.constantFrom(null, true, 1.5, '', longNumber('12345678901234567890')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b c', '__proto__', 'x"'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

test('the pieces are the text of the whole reply, and none is much longer than the others', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), fc.constantFrom('JSON', 'XML'), (items, format) => {
      const reply: Reply = { NextToken: undefined, Items: items, Text: 'x'.repeat(70_000), End: null };
      const whole = renderResult({ ...context, format }, 'ListFlows', reply);
      const pieces = [...joined(resultPieces({ ...context, format }, 'ListFlows', reply))];
      assert.equal(pieces.join(''), whole);
      assert.ok(pieces.every((piece) => piece.isWellFormed() && piece.length < 400_000));
    }),
    { numRuns: 60 },
  );
});

test('a reply without members, and one of a few members', () => {
  for (const reply of [{}, { A: undefined }, { A: 'b' }]) {
    const pieces = [...joined(resultPieces({ ...context, format: 'JSON' }, 'DeleteFlow', reply))];
    assert.equal(pieces.join(''), renderResult({ ...context, format: 'JSON' }, 'DeleteFlow', reply));
    assert.equal(isLargeReply(reply), false);
  }
});

const listOf = (length: number): { Flows: { Name: string; Definition: string }[] } => ({
  Flows: Array.from({ length }, (_, i) => ({ Name: `f${i}`, Definition: '定义'.repeat(20_000) })),
});
const large = (length: number): Operation<null> => ({
  action: 'StartExecution',
  run: () => Promise.resolve(listOf(length)),
});
const small: Operation<null> = { action: 'StartSyncExecution', run: () => Promise.resolve({ Small: true }) };

test('a client reads a large reply as JSON and as XML, and the connection serves the next call', async (t) => {
  const server = await startWireServer(t, { operations: [large(10), small] });
  const reply = await call(server, { Action: 'StartExecution' });
  assert.equal(reply.headers['transfer-encoding'], 'chunked');
  assert.deepEqual((JSON.parse(reply.body) as Reply)['Flows'], listOf(10).Flows);
  const xml = await call(server, { Action: 'StartExecution', Format: 'XML' });
  assert.match(xml.body, /^<StartExecutionResponse>.*<Name>f9<\/Name>.*<\/StartExecutionResponse>$/s);
  assert.equal((await call(server)).status, 200);
});

test('a caller that does not read makes the server write no more than the connection takes', async (t) => {
  const server = await startWireServer(t, { operations: [large(200), small] });
  const deaf = await openSocket(server.port);
  deaf.pause();
  deaf.write(callBytes(server, { Action: 'StartExecution' }));
  deaf.write(callBytes(server));
  for (let i = 0; i < 20; i++) assert.equal((await call(server)).status, 200);
  let received = '';
  deaf.on('data', (chunk: Buffer) => {
    received = (received + chunk.toString('latin1')).slice(-2000);
  });
  deaf.resume();
  while (!received.includes('"Small":true')) await once(deaf, 'data');
  deaf.destroy();
});
