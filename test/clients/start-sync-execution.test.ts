/**
 * StartSyncExecution through the official clients: flows with real tasks, flows that fail, loop or are slow, callers that hang up,
 * and updates of a flow.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { before, describe, it } from 'node:test';
import type { Body, Client } from '../support/clients.ts';
import { allClients, nodeClient, openApiClient, openApiCore, popClient } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { Service } from '../../src/testing/http-service.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { formOf, signRpc } from '../support/signed-request.ts';
import { fileEnd } from '../support/at-end.ts';

let server: ServerProcess;
let service: Service;
let client: Client;
/** Calls at `/held/…` that wait for an answer. `arrived` wakes the test that waits for one. */
const held: { readonly path: string; readonly response: ServerResponse }[] = [];
let arrived: () => void = () => undefined;

/** Takes the next call at a held path. */
async function takeHeld(path: string): Promise<ServerResponse> {
  for (;;) {
    const index = held.findIndex((call) => call.path === path);
    const [call] = index < 0 ? [] : held.splice(index, 1);
    if (call !== undefined) return call.response;
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

before(async () => {
  service = await startService(fileEnd, (request, body, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/held/')) {
      held.push({ path, response });
      arrived();
    } else if (path === '/price') {
      answerJson(response, { price: 30 });
    } else if (path === '/stock') {
      answerJson(response, { stock: (JSON.parse(body) as { item: string }).item === 'tea' ? 3 : 0 });
    } else {
      answerJson(response, { no: path }, 404);
    }
  });
  server = await startServer(fileEnd, { settings: 'earlyAnswer: 200ms\n' });
  client = nodeClient({ url: server.url, key: ROOT_KEY });
});

async function createFlow(name: string, definition: string): Promise<void> {
  await client.call('CreateFlow', { Name: name, Definition: definition, Type: 'FDL', ExecutionMode: 'Express' });
}

function flowOf(states: string, head = ''): string {
  const startAt = /Name: (\w+)/.exec(states)?.[1];
  return `Type: StateMachine\nSpecVersion: v1\nName: any\n${head}StartAt: ${startAt}\nStates:\n${states}`;
}

const heldFlow = (path: string): string =>
  flowOf(
    `  - {Name: Call, Type: Task, Action: "HTTP:Request", Parameters: {url: "${service.url}${path}", method: GET}, End: true}\n`,
  );

describe('a flow with tasks', () => {
  const definition = (): string =>
    flowOf(`
  - Name: Ask
    Type: Parallel
    Branches:
      - StartAt: Price
        States:
          - Name: Price
            Type: Task
            Action: HTTP:Request
            Parameters: {url: "${service.url}/price", method: GET}
            OutputConstructor: {price.$: $Output.Body.price}
            End: true
      - StartAt: Stock
        States:
          - Name: Stock
            Type: Task
            Action: HTTP:Request
            Parameters: {url: "${service.url}/stock", method: POST, body: {item.$: $Input.item}}
            OutputConstructor: {stock.$: $Output.Body.stock}
            End: true
    OutputConstructor: {price.$: $Output.Branch0.price, stock.$: $Output.Branch1.stock}
    Next: Enough
  - Name: Enough
    Type: Choice
    Branches:
      - {Condition: "$Input.stock > 0", Next: Offer}
    Default: SoldOut
  - {Name: Offer, Type: Pass, InputConstructor: {offer.$: 'format("for {}", $Input.price)'}, End: true}
  - {Name: SoldOut, Type: Fail, Code: SoldOut, Detail: no stock}
`);

  it('has its result, or its failure, in the reply to every client', async () => {
    await createFlow('offer', definition());
    for (const each of allClients({ url: server.url, key: ROOT_KEY })) {
      const good = await each.call('StartSyncExecution', { FlowName: 'offer', Input: '{"item":"tea"}' });
      assert.equal(good['Output'], '{"offer":"for 30"}', each.name);
      const bad = await each.call('StartSyncExecution', { FlowName: 'offer', Input: '{"item":"silk"}' });
      assert.deepEqual(
        [bad['Status'], bad['ErrorCode'], bad['ErrorMessage'], bad['Output']],
        ['Failed', 'SoldOut', 'no stock', ''],
        each.name,
      );
    }
  });

  it('starts another Express flow and gets its result', async () => {
    await createFlow(
      'offer_twice',
      flowOf(`
  - Name: Sub
    Type: Task
    Action: FNF:StartSyncExecution
    Parameters: {resourceArn: "acs:fnf:::flow/offer", input: {item: tea}}
    End: true
`),
    );
    const reply = await client.call('StartSyncExecution', { FlowName: 'offer_twice' });
    assert.equal(reply['Status'], 'Succeeded', JSON.stringify(reply));
    assert.match(String(reply['Output']), /for 30/);
  });
});

describe('a flow without end', () => {
  const spin = (head: string): string =>
    flowOf(
      `
  - {Name: A, Type: Pass, Next: B}
  - {Name: B, Type: Choice, Branches: [{Condition: "true", Next: A}], Default: A}
`,
      head,
    );

  it('ends TimedOut by its own timeout', async () => {
    await createFlow('spin_briefly', spin('Timeout: 1\n'));
    const reply = await client.call('StartSyncExecution', { FlowName: 'spin_briefly' });
    assert.deepEqual([reply['Status'], reply['ErrorCode']], ['TimedOut', 'FnF.ExecutionTimeout']);
  });

  it('does not delay other callers, and ends when its flow is deleted', async () => {
    await createFlow('spin', spin(''));
    await createFlow('quick', flowOf('  - {Name: P, Type: Pass, End: true}\n'));
    const spinning = client.call('StartSyncExecution', { FlowName: 'spin' });
    const others = nodeClient({ url: server.url, key: ROOT_KEY });
    const running = { FlowName: 'spin', Status: 'Running' };
    while (((await others.call('ListExecutions', running))['Executions'] as Body[]).length === 0);
    const reply = await others.call('StartSyncExecution', { FlowName: 'quick' });
    assert.equal(reply['Status'], 'Succeeded');
    await others.call('DeleteFlow', { Name: 'spin' });
    assert.equal((await spinning)['Status'], 'Stopped');
  });
});

describe('a slow answer', () => {
  it('begins with white space, and every client reads it', async () => {
    await createFlow('slow', heldFlow('/held/slow'));
    const timeoutMs = 30_000;
    const target = { url: server.url, key: ROOT_KEY, timeoutMs };
    for (const each of [
      popClient(target, 'POST'),
      openApiClient(target, { signature: 'v2', carrier: 'form' }),
      openApiCore(target, { signature: 'ACS3', carrier: 'form' }),
    ]) {
      const reply = each.call('StartSyncExecution', { FlowName: 'slow' });
      const task = await takeHeld('/held/slow');
      // The reply to a later call has begun, so the reply to this one has begun as well.
      assert.match(await firstBytes('slow'), /^HTTP\/1\.1 200 /, each.name);
      answerJson(task, { done: true });
      assert.equal((await reply)['Status'], 'Succeeded', each.name);
      answerJson(await takeHeld('/held/slow'), {});
    }
  });

  /** Calls a held flow over a bare connection, returns the first bytes of the reply, and hangs up. */
  async function firstBytes(flow: string): Promise<string> {
    const socket = hangingCall(flow);
    const [head] = (await once(socket.setEncoding('latin1'), 'data')) as [string];
    socket.destroy();
    assert.match(head, /\r\n\r\n[\s\da-f]*$/, 'no more than white space yet');
    return head;
  }
});

/** Sends a signed call on a bare connection without waiting for its answer. */
function hangingCall(flow: string): ReturnType<typeof connect> {
  const body = formOf(signRpc(ROOT_KEY, { Action: 'StartSyncExecution', FlowName: flow }));
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST / HTTP/1.1\r\nHost: ${server.endpoint}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

describe('a caller that hangs up', () => {
  it('does not stop the execution', async () => {
    await createFlow(
      'two_calls',
      flowOf(`
  - {Name: One, Type: Task, Action: "HTTP:Request", Parameters: {url: "${service.url}/held/one"}, Next: Two}
  - {Name: Two, Type: Task, Action: "HTTP:Request", Parameters: {url: "${service.url}/held/two"}, End: true}
`),
    );
    const socket = hangingCall('two_calls');
    const first = await takeHeld('/held/one');
    socket.destroy();
    await once(socket, 'close');
    answerJson(first, {});
    answerJson(await takeHeld('/held/two'), {});
  });
});

describe('an update', () => {
  it('takes effect with the next start', async () => {
    const definition = (n: number): string =>
      flowOf(`  - {Name: P, Type: Pass, InputConstructor: {n: ${n}}, End: true}\n`);
    await createFlow('changing', definition(0));
    for (let n = 1; n <= 100; n++) {
      // The plan of a start during the update must not be used after it.
      const during = client.call('StartSyncExecution', { FlowName: 'changing' });
      await client.call('UpdateFlow', { Name: 'changing', Definition: definition(n) });
      const reply = await client.call('StartSyncExecution', { FlowName: 'changing' });
      assert.equal(reply['Output'], `{"n":${n}}`);
      assert.ok([n - 1, n].includes(Number((JSON.parse(String((await during)['Output'])) as Body)['n'])));
    }
  });

  it('of the environment takes effect too, and a flow that is created again is a new one', async () => {
    const definition = flowOf('  - {Name: P, Type: Pass, InputConstructor: {e.$: $Environment.e}, End: true}\n');
    const environment = (e: string): Body => ({ Variables: [{ Name: 'e', Value: e }] });
    await client.call('CreateFlow', {
      Name: 'env',
      Definition: definition,
      Type: 'FDL',
      ExecutionMode: 'Express',
      Environment: environment('1'),
    });
    const output = async (): Promise<unknown> =>
      (await client.call('StartSyncExecution', { FlowName: 'env' }))['Output'];
    assert.equal(await output(), '{"e":"1"}');
    await client.call('UpdateFlow', { Name: 'env', Environment: environment('2') });
    assert.equal(await output(), '{"e":"2"}');
    await client.call('DeleteFlow', { Name: 'env' });
    await assert.rejects(output(), { code: 'FlowNotExists' });
    await createFlow('env', definition);
    assert.equal(await output(), '{"e":null}');
  });
});
