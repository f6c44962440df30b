/** The stream of the console for a program that signs its request with an access key. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { acs3BodyHash, signAcs3 } from '../../src/signatures/acs3.ts';
import { ROOT_KEY, startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { timestamp } from '../support/signed-request.ts';
import type { Key } from '../support/signed-request.ts';

const LIMITED = { accessKeyId: 'LIMITEDKEY0000001', accessKeySecret: 'limited-secret-0001' };
const SETTINGS = `keys:
  - accessKeyId: ${LIMITED.accessKeyId}
    accessKeySecret: ${LIMITED.accessKeySecret}
    policies:
      - { Version: '1', Statement: [{ Effect: Allow, Action: 'fnf:ListFlows', Resource: '*' }] }
`;

/** Opens a stream. `signedPath` is what the signature covers. */
function openStream(
  { url, endpoint }: ServerProcess,
  key: Key,
  { query = 'list=1', action = 'StreamChanges', signedPath = '/console/stream' } = {},
): Promise<Response> {
  const headers = new Map([
    ['host', endpoint],
    ['x-acs-action', action],
    ['x-acs-version', '2019-03-15'],
    ['x-acs-date', timestamp()],
    ['x-acs-signature-nonce', randomUUID()],
    ['x-acs-content-sha256', acs3BodyHash('ACS3-HMAC-SHA256', '')],
  ]);
  const bodyHash = headers.get('x-acs-content-sha256') ?? '';
  const signed = { method: 'GET', path: signedPath, query: new Map(new URLSearchParams(query)), headers, bodyHash };
  const authorization = signAcs3(signed, key.accessKeyId, key.accessKeySecret);
  headers.delete('host');
  return fetch(`${url}/console/stream?${query}`, { headers: { ...Object.fromEntries(headers), authorization } });
}

async function refusalOf(response: Response): Promise<string> {
  assert.notEqual(response.status, 200);
  return String(((await response.json()) as { Code: string }).Code);
}

test('a signed request gets the stream, with the rights of its key', async (t) => {
  const server = await startServer(t, { settings: SETTINGS });
  const stream = await openStream(server, ROOT_KEY);
  assert.equal(stream.status, 200);
  assert.equal(stream.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  await stream.body?.cancel();
  const query = 'flow=orders&execution=one';
  assert.equal(await refusalOf(await openStream(server, LIMITED, { query })), 'AccessDenied');
});

test('another signature is refused', async (t) => {
  const server = await startServer(t);
  const wrong = { ...ROOT_KEY, accessKeySecret: 'another-secret' };
  assert.equal(await refusalOf(await openStream(server, wrong)), 'SignatureNotMatch');
  assert.equal(await refusalOf(await openStream(server, ROOT_KEY, { signedPath: '/' })), 'SignatureNotMatch');
  assert.equal(await refusalOf(await openStream(server, ROOT_KEY, { action: 'ListFlows' })), 'ActionNotSupported');
});

test('a signature opens nothing of the console but the stream', async (t) => {
  const server = await startServer(t);
  const response = await fetch(`${server.url}/console/api/ListFlows`, {
    method: 'POST',
    headers: { authorization: 'ACS3-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c' },
    body: '{}',
  });
  assert.equal(await refusalOf(response), 'AccessDenied');
});
