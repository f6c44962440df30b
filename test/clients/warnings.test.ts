/** Warnings of definitions and of expressions: with `x-millrace-warnings: 1`, by every request shape, and without it none. */
import assert from 'node:assert/strict';
import { describe, it, before } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { startServer } from '../../src/testing/server-process.ts';
import { fileEnd } from '../support/at-end.ts';
import { allClients } from '../support/clients.ts';
import {
  acs3Headers,
  FORM,
  ROOT,
  roaHeaders,
  rpcForm,
  rpcParameters,
  sendBytes,
  requestBytes,
} from '../wire/support.ts';
import type { Change, RawReply, WireHarness } from '../wire/support.ts';

const HEADER = { 'x-millrace-warnings': '1' };
const WARNED = `Type: StateMachine
SpecVersion: v1
Name: another
StartAt: A
States:
  - { Type: Pass, Name: A, Nxet: B, OutputConstructor: { x.$: $Input.none.y }, End: true }
`;

type Headers = Readonly<Record<string, string>>;
type Send = (server: WireHarness, action: string, parameters: Change, headers: Headers) => Promise<RawReply>;

function rpc(format: 'JSON' | 'XML'): Send {
  return ({ port }, action, parameters, headers) => {
    const body = rpcForm(systemClock, { Action: action, Format: format, ...parameters });
    return sendBytes(port, requestBytes({ headers: { 'content-type': FORM, ...headers }, body }));
  };
}

const form = (parameters: Change) => new URLSearchParams(parameters as Record<string, string>).toString();

function acs3(isSigned: boolean): Send {
  return (server, action, parameters, headers) => {
    const body = form(parameters);
    const signed = acs3Headers(server, body, { headers: { 'x-acs-action': action, ...(isSigned ? headers : {}) } });
    return sendBytes(server.port, requestBytes({ headers: { ...signed, ...headers }, body }));
  };
}

const SHAPES: Readonly<Record<string, Send>> = {
  'RPC by POST': rpc('JSON'),
  'RPC by POST, XML': rpc('XML'),
  'RPC by GET': ({ port }, action, parameters, headers) => {
    const query = canonicalQuery(rpcParameters(systemClock, { Action: action, ...parameters }, ROOT, 'GET'));
    return sendBytes(port, requestBytes({ method: 'GET', target: `/?${query}`, headers }));
  },
  'ACS3 that does not sign the header': acs3(false),
  'ACS3 that signs the header': acs3(true),
  'ACS3 with JSON': (server, action, parameters, headers) => {
    const body = JSON.stringify(parameters);
    const own = { 'x-acs-action': action, 'content-type': 'application/json' };
    return sendBytes(
      server.port,
      requestBytes({ headers: { ...acs3Headers(server, body, { headers: own }), ...headers }, body }),
    );
  },
  ROA: (server, action, parameters, headers) => {
    const signed = roaHeaders(server, { 'x-acs-action': action });
    return sendBytes(server.port, requestBytes({ headers: { ...signed, ...headers }, body: form(parameters) }));
  },
};

function memberOf(reply: RawReply, member: string): string | undefined {
  if (reply.body.startsWith('{')) return (JSON.parse(reply.body) as Record<string, string>)[member];
  return new RegExp(`<${member}>(.*?)</${member}>`, 's').exec(reply.body)?.[1];
}

describe('warnings', () => {
  let server: ServerProcess;
  let wire: WireHarness;
  before(async () => {
    const env = { MILLRACE_ACCESS_KEY_ID: ROOT.accessKeyId, MILLRACE_ACCESS_KEY_SECRET: ROOT.accessKeySecret };
    server = await startServer(fileEnd, { env });
    wire = { port: Number(new URL(server.url).port), time: systemClock } as unknown as WireHarness;
  });

  for (const [name, send] of Object.entries(SHAPES)) {
    it(`are in the replies of CreateFlow and UpdateFlow: ${name}`, async () => {
      const flow = { Name: `flow-${Object.keys(SHAPES).indexOf(name)}`, Type: 'FDL' };
      const created = await send(wire, 'CreateFlow', { ...flow, Definition: WARNED }, HEADER);
      assert.equal(created.status, 200, created.body);
      const list = JSON.parse(memberOf(created, 'Warnings') ?? '') as Record<string, unknown>[];
      assert.deepEqual(
        list.map(({ message: _, ...rest }) => rest),
        [
          { severity: 'warning', code: 'name-differs', line: 3, column: 7, path: 'Name' },
          { severity: 'warning', code: 'unknown-key', line: 6, column: 28, path: 'States[0].Nxet' },
        ],
      );
      for (const { message } of list) assert.equal(typeof message, 'string');
      const update = (headers: Headers, change: Change) =>
        send(wire, 'UpdateFlow', { Name: flow.Name, ...change }, headers);
      assert.notEqual(memberOf(await update(HEADER, { Definition: WARNED }), 'Warnings'), '[]');
      assert.equal(memberOf(await update(HEADER, { Description: 'd' }), 'Warnings'), '[]');
      for (const headers of [{}, { 'x-millrace-warnings': '0' }, { 'x-millrace-warnings': '' }]) {
        const reply = await update(headers, { Definition: WARNED });
        assert.equal(reply.status, 200);
        assert.equal(memberOf(reply, 'Warnings'), undefined);
      }
    });
  }

  it('no official client sees them', async () => {
    const target = { url: server.url, key: ROOT };
    for (const [i, client] of allClients(target).entries()) {
      const reply = await client.call('CreateFlow', { Name: `client-${i}`, Type: 'FDL', Definition: WARNED });
      assert.equal(JSON.stringify(reply).includes('Warnings'), false, client.name);
    }
  });

  it('of a refused definition are not among its errors', async () => {
    const parameters = { Name: 'refused', Type: 'FDL', Definition: WARNED.replace('StartAt: A', 'StartAt: Z') };
    const plain = memberOf(await rpc('JSON')(wire, 'CreateFlow', parameters, {}), 'Message') ?? '';
    assert.match(plain, /error: .*\[dangling-start\]/);
    assert.doesNotMatch(plain, /warning|name-differs/i);
    const asked = memberOf(await rpc('JSON')(wire, 'CreateFlow', parameters, HEADER), 'Message') ?? '';
    assert.match(
      asked,
      /\[dangling-start\]\nWarnings, for which alone it would not be refused:\n3:7: warning: .*\[name-differs\]\n/,
    );
  });

  for (const mode of ['Express', 'Standard']) {
    it(`of paths without a value are in the details of events (${mode})`, async () => {
      const send = SHAPES['ACS3 with JSON'] as Send;
      const flow = `history-${mode}`;
      await send(wire, 'CreateFlow', { Name: flow, Type: 'FDL', Definition: WARNED, ExecutionMode: mode }, {});
      const start = mode === 'Express' ? 'StartSyncExecution' : 'StartExecution';
      const started = await send(wire, start, { FlowName: flow, Input: '{}' }, HEADER);
      const of = { FlowName: flow, ExecutionName: memberOf(started, 'Name') };
      await send(wire, 'DescribeExecution', { ...of, WaitTimeSeconds: '5' }, {});
      const details = async (headers: Headers) => {
        const { body } = await send(wire, 'GetExecutionHistory', of, headers);
        const { Events } = JSON.parse(body) as { Events: { Type: string; EventDetail: string }[] };
        return Events.map(({ Type, EventDetail }) => `${Type} ${EventDetail}`);
      };
      const message = 'the path $Input.none.y leads nowhere and is null: $Input has no .none';
      const warnings = JSON.stringify([{ path: 'States[0].OutputConstructor.x.$', message }]);
      const asked = await details(HEADER);
      assert.deepEqual(
        asked.filter((text) => text.includes('warnings')),
        [`StateSucceeded {"output":{"x":null},"warnings":${warnings}}`],
      );
      const plain = await details({});
      assert.deepEqual(
        plain,
        asked.map((text) => text.replace(`,"warnings":${warnings}`, '')),
      );
    });
  }

  it('are in the log, with the code and the line', async () => {
    const own = await startServer(fileEnd, { env: { MILLRACE_LOG: 'warn' } });
    const [client] = allClients({
      url: own.url,
      key: { accessKeyId: 'MILLRACETESTKEY0001', accessKeySecret: 'millrace-test-secret-0001' },
    });
    await client?.call('CreateFlow', { Name: 'logged', Type: 'FDL', Definition: WARNED });
    await client?.call('CreateFlow', { Name: 'another', Type: 'FDL', Definition: WARNED.replace('Nxet: B, ', '') });
    const { stderr } = await own.stop();
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const warned = lines.filter(({ msg }) => msg === 'the definition of a flow has warnings');
    assert.deepEqual(
      warned.map(({ level, flowName, count, requestId }) => [level, flowName, count, typeof requestId]),
      [[40, 'logged', 2, 'string']],
    );
    const [first, second] = (warned[0]?.['warnings'] ?? []) as string[];
    assert.match(first ?? '', /^name-differs:3: ./);
    assert.match(second ?? '', /^unknown-key:6: ./);
  });
});
