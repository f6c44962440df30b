/** Reading of bodies, without a server: pieces in, the body and the held bytes out. */
import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApiError } from '../../src/api/error.ts';
import { BodyReader } from '../../src/wire/http/body.ts';

/** Reads the pieces. Resolves with the body or the error. */
function read(
  reader: BodyReader,
  pieces: readonly Buffer[],
  headers: IncomingMessage['headers'],
): Promise<Buffer | ApiError> {
  const request = new IncomingMessage(new Socket());
  request.headers = headers;
  const result = new Promise<Buffer | ApiError>((resolve) => {
    reader.read(request, resolve, resolve);
  });
  for (const piece of pieces) request.push(piece);
  request.push(null);
  return result;
}

test('pieces of any size make the same body, and no bytes are held afterwards', async () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9000 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (arrays, chunked) => {
      const reader = new BodyReader(1024 * 1024, 1024 * 1024);
      const body = Buffer.concat(arrays);
      const headers = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) };
      assert.deepEqual(
        await read(
          reader,
          arrays.map((array) => Buffer.from(array)),
          headers,
        ),
        body,
      );
      assert.equal(reader.heldBytes, 0);
    }),
    { numRuns: 50 },
  );
});

test('a hundred thousand pieces of one byte hold only their length', async () => {
  const reader = new BodyReader(1024 * 1024, 256 * 1024);
  const pieces = Array.from({ length: 100_000 }, (_, i) => Buffer.from([i % 256]));
  const body = await read(reader, pieces, { 'transfer-encoding': 'chunked' });
  assert.ok(Buffer.isBuffer(body));
  assert.equal(body.length, 100_000);
});

test('unfinished bodies hold a bounded number of bytes together, and a hang-up frees its share', async () => {
  const reader = new BodyReader(1024 * 1024, 100_000);
  const half = new IncomingMessage(new Socket());
  half.headers = { 'content-length': '50000' };
  const unexpected = (): void => assert.fail('the body is not complete');
  reader.read(half, unexpected, unexpected);
  half.push(Buffer.alloc(40_000));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reader.heldBytes, 80_000);
  const next = [Buffer.alloc(20_000), Buffer.alloc(1)];
  const refused = await read(reader, next, { 'transfer-encoding': 'chunked' });
  assert.ok(!Buffer.isBuffer(refused));
  assert.deepEqual([refused.code, refused.retryAfterMs], ['ResourceThrottled', 1000]);
  half.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reader.heldBytes, 0);
  assert.ok(Buffer.isBuffer(await read(reader, next, { 'transfer-encoding': 'chunked' })));
});
