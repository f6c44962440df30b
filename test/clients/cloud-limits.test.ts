/** A server process with `limits: cloud`, and the official clients that it throttles (rules.md 4.6). */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { fileEnd } from '../support/at-end.ts';
import { nodeClient, openApiClient, openApiCore, popClient } from '../support/clients.ts';
import type { Client } from '../support/clients.ts';
import { callRpc } from '../support/signed-request.ts';

const DEFINITION = `Type: StateMachine
SpecVersion: v1
Name: chain
StartAt: Each
States:
  - Type: Map
    Name: Each
    ItemsPath: $Input.items
    Processor: { StartAt: One, States: [{ Type: Pass, Name: One, End: true }] }
    End: true
`;

let server: ServerProcess;
before(async () => {
  server = await startServer(fileEnd, { env: { MILLRACE_LIMITS: 'cloud' } });
});

/** The first refusal, however fast the machine is: while it makes a call, the bucket may get a token. */
async function firstRefusal<Result>(call: () => Promise<Result>): Promise<unknown> {
  for (;;) {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, call));
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused !== undefined) return refused.reason;
  }
}

describe('a throttled call', () => {
  const target = () => ({ url: server.url, key: ROOT_KEY });
  const TEXT =
    /The request is throttled\. Please try again later\. The limit is 2 calls of \w+ in a second after 10 at once \(limits\.operationsPerSecond and limits\.operationsBurst\)\./;

  it('has code, status, message and header', async () => {
    for (;;) {
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => callRpc(server.url, ROOT_KEY, { Action: 'DescribeRegions' })),
      );
      const refused = replies.find(({ status }) => status !== 200);
      if (refused === undefined) continue;
      assert.deepEqual([refused.status, refused.json()['Code']], [429, 'ResourceThrottled'], refused.text);
      assert.match(String(refused.json()['Message']), TEXT);
      const retryAfterMs = Number(refused.headers['x-acs-retry-after']);
      assert.ok(retryAfterMs >= 1 && retryAfterMs <= 500, refused.text);
      assert.equal(refused.headers['retry-after'], '1');
      return;
    }
  });

  it('is an error of every client with the code and the text', async () => {
    const flow = { Name: 'chain', FlowName: 'chain' };
    await nodeClient(target()).call('CreateFlow', { ...flow, Definition: DEFINITION, Type: 'FDL' });
    // Each has an operation of its own, whose bucket is full.
    const clients: readonly (readonly [Client, string])[] = [
      [nodeClient(target()), 'ListFlows'],
      [popClient(target(), 'GET'), 'DescribeFlow'],
      [openApiClient(target(), { signature: 'v2', carrier: 'form' }), 'ListFlowVersions'],
      [openApiCore(target(), { signature: 'ACS3', carrier: 'query' }), 'ListExecutions'],
    ];
    for (const [client, action] of clients) {
      const error = (await firstRefusal(() => client.call(action, flow))) as Error & { readonly code: string };
      assert.equal(error.code, 'ResourceThrottled', client.name);
      assert.match(error.message, TEXT, client.name);
    }
  });
});

describe('a Standard execution', () => {
  it('is slowed down and succeeds', async () => {
    const client = nodeClient({ url: server.url, key: ROOT_KEY });
    await client.call('CreateFlow', { Name: 'items', Definition: DEFINITION, Type: 'FDL' });
    const Input = { items: Array.from({ length: 149 }, (_, i) => i) };
    await client.call('StartExecution', { FlowName: 'items', ExecutionName: 'e', Input });
    const ended = await client.call('DescribeExecution', {
      FlowName: 'items',
      ExecutionName: 'e',
      WaitTimeSeconds: 60,
    });
    assert.equal(ended['Status'], 'Succeeded');
    const tookMs = Date.parse(String(ended['StoppedTime'])) - Date.parse(String(ended['StartedTime']));
    // 150 entries, of which a hundred may come at once.
    assert.ok(tookMs >= 450, `${tookMs}`);
  });
});
