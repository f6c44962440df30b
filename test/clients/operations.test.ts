/**
 * The operations of flows through every official client, in every way in which it sends a call: the reply has the members of
 * rules.md 5, and every client reads what another has written.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Body, Client } from '../support/clients.ts';
import { allClients, nodeClient } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { fileEnd } from '../support/at-end.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// With a comment and an empty line at the end: a definition is returned byte for byte (rules.md 6.2).
const DEFINITION = `Type: StateMachine
SpecVersion: v1
Name: any   # 注释 *~'()!+%
StartAt: Echo
States:
  - Name: Echo
    Type: Pass
    OutputConstructor:
      got.$: $Input
      greeting.$: $Environment.greeting
    End: true

`;
const ENVIRONMENT = { Variables: [{ Name: 'greeting', Value: '你好 + 100%', Description: 'a greeting' }] };
// Characters that each client escapes in its own way (rules.md 2.4), and more digits than a double holds.
const INPUT = `{"k": "a*b~c d+e%f/g?h&i=j;k,l:m@n!o'p(q)r\\"s<t>\\\\ 中文😀é", "id": 1234567890123456789, "__proto__": {"x": 1}}`;

let server: ServerProcess;
before(async () => {
  server = await startServer(fileEnd);
});

/** `describe` needs the names of the clients before the server has started. */
const NAMES = allClients({ url: 'http://127.0.0.1:1', key: ROOT_KEY }).map((client) => client.name);
const clientNamed = (name: string): Client => {
  const found = allClients({ url: server.url, key: ROOT_KEY }).find((client) => client.name === name);
  assert.ok(found);
  return found;
};

for (const [index, name] of NAMES.entries()) {
  describe(name, () => {
    const flow = `flow_${index}`;

    it('creates, describes, updates, runs and deletes a flow', async () => {
      const client = clientNamed(name);
      const created = await client.call('CreateFlow', {
        Name: flow,
        Definition: DEFINITION,
        Description: '描述',
        Type: 'FDL',
        ExecutionMode: 'Express',
        Environment: ENVIRONMENT,
      });
      checkFlow(created, { Name: flow, Definition: DEFINITION, Description: '描述', ExecutionMode: 'Express' });
      assert.deepEqual(plain(created['Environment']), ENVIRONMENT);

      const described = await client.call('DescribeFlow', { Name: flow });
      // Only CreateFlow returns the storage location (rules.md 5.1).
      const { RequestId: _, ExternalStorageLocation: location, ...members } = created;
      assert.equal(location, '');
      assert.deepEqual({ ...described, RequestId: undefined }, { ...members, RequestId: undefined });

      const reply = await client.call('StartSyncExecution', { FlowName: flow, ExecutionName: 'e-1', Input: INPUT });
      checkSucceeded(reply, flow, /^e-1:[0-9a-f-]{36}$/);
      assert.equal(
        reply['Output'],
        `{"got":${JSON.stringify(JSON.parse(INPUT)).replace('1234567890123456800', '1234567890123456789')},"greeting":"你好 + 100%"}`,
      );

      const updated = await client.call('UpdateFlow', { Name: flow, Description: '', RoleArn: 'acs:ram::1:role/r' });
      assert.equal(updated['Description'], '');
      assert.equal(updated['RoleArn'], 'acs:ram::1:role/r');
      assert.equal(updated['Definition'], DEFINITION);
      assert.equal(updated['Id'], created['Id']);

      const deleted = await client.call('DeleteFlow', { Name: flow });
      assert.deepEqual(Object.keys(deleted), ['RequestId']);
      await assert.rejects(client.call('DescribeFlow', { Name: flow }), { code: 'FlowNotExists' });
    });

    it('lists the regions', async () => {
      const reply = await clientNamed(name).call('DescribeRegions', { AcceptLanguage: 'en-US' });
      const regions = (reply['Regions'] as Body)['Region'] as Body[];
      assert.ok(regions.some((region) => region['RegionId'] === 'cn-hangzhou'));
    });

    it('gets an error for an action that does not exist', async () => {
      const client = clientNamed(name);
      await assert.rejects(client.call('MakeCoffee'), { code: 'ActionNotSupported' });
    });
  });
}

describe('ListFlows', () => {
  it('returns all flows by name, page by page, and no token at the end', async () => {
    const writer = nodeClient({ url: server.url, key: ROOT_KEY });
    const names = Array.from({ length: 7 }, (_, i) => `paged_${i}`);
    for (const name of [...names].reverse()) {
      await writer.call('CreateFlow', { Name: name, Definition: DEFINITION, Type: 'FDL', ExecutionMode: 'Express' });
    }
    for (const client of allClients({ url: server.url, key: ROOT_KEY })) {
      assert.deepEqual(await listPaged(client, 3), names, client.name);
    }
  });
});

async function listPaged(client: Client, limit: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  let token: unknown = 'paged_';
  while (token !== undefined) {
    const page = await client.call('ListFlows', { Limit: limit, NextToken: token });
    const flows = page['Flows'] as Body[];
    assert.ok(flows.length <= limit);
    seen.push(...flows.map((flow) => flow['Name']));
    token = page['NextToken'];
  }
  return seen;
}

function checkFlow(reply: Body, members: Body): void {
  assert.match(String(reply['RequestId']), UUID);
  assert.match(String(reply['Id']), UUID);
  assert.match(String(reply['CreatedTime']), TIME);
  assert.match(String(reply['LastModifiedTime']), TIME);
  assert.equal(reply['Type'], 'FDL');
  for (const [name, value] of Object.entries(members)) assert.equal(reply[name], value, name);
}

function checkSucceeded(reply: Body, flow: string, name: RegExp): void {
  assert.match(String(reply['RequestId']), UUID);
  assert.equal(reply['Status'], 'Succeeded', JSON.stringify(reply));
  assert.equal(reply['FlowName'], flow);
  assert.match(String(reply['Name']), name);
  assert.equal(reply['ErrorCode'], '');
  assert.equal(reply['ErrorMessage'], '');
  assert.match(String(reply['StartedTime']), TIME);
  assert.match(String(reply['StoppedTime']), TIME);
}

/** Some clients make objects without a prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
