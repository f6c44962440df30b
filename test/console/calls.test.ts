/** Calls of the console: the rights of the session's key, masked values, what shows them, and reports without a token. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { MASKED_HEADER, MASKED_TOKEN } from '../../src/console/protocol.ts';
import { ROOT_KEY, startServer } from '../../src/testing/index.ts';
import type { ServerProcess } from '../../src/testing/index.ts';
import { fileEnd } from '../support/at-end.ts';
import { Refusal, codeOf, createFlow, faultsIn, keySettings, logged, machine, signedIn } from './support.ts';
import type { Visitor } from './support.ts';

const LIMITED = { accessKeyId: 'LIMITEDKEY0000001', accessKeySecret: 'limited-secret-0001' };
const TOKEN = /A(?:[g-v][\w-]{74}|[Q-Za-f][\w-]{53})/;
/** Everything with one flow, and the reports, which name no flow. */
const ONE_FLOW = [
  { Effect: 'Allow', Action: 'fnf:*', Resource: 'acs:fnf:*:*:flow/mine' },
  { Effect: 'Allow', Action: ['fnf:ReportTaskSucceeded', 'fnf:ReportTaskFailed'], Resource: '*' },
];

/** Waits for a report; its token goes to a queue of the server itself. */
const ASK = {
  ...{ Type: 'Task', Name: 'Ask', Action: 'MNS:SendMessage', TaskMode: 'WaitForCustomCallback', Timeout: 3600 },
  Parameters: {
    resourceArn: 'acs:mns:::/queues/questions/messages',
    message: { 'token.$': '$Context.Current.TaskToken', 'Authorization.$': '$Input.headers.Authorization' },
  },
};
const INPUT = '{"headers":{"\\u0041uthorization":"Bearer s3cr3t-value"}}';
const CALLBACK = machine(ASK);
const CLASSIC_CALLBACK = `version: v1
type: flow
steps:
  - type: task
    name: Ask
    resourceArn: acs:mns:::/queues/questions/messages
    pattern: waitForCallback
    timeoutSeconds: 3600
    inputMappings:
      - { target: token, source: $context.task.token }
    serviceParams:
      MessageBody: $
    retry:
      - errors: [Again]
        intervalSeconds: 1
        maxAttempts: 3
`;

let server: ServerProcess;
let root: Visitor;
before(async () => {
  server = await startServer(fileEnd, { settings: keySettings(LIMITED, ONE_FLOW) });
  root = await signedIn(fileEnd, server);
  await createFlow(root, 'mine', CALLBACK);
  await createFlow(root, 'theirs', CALLBACK);
});

/** Starts an execution of a flow whose first task waits for a report. Returns the id of the event with its token. */
async function waiting(flow: string, execution: string, attempts = 1): Promise<number> {
  await root.ok('StartExecution', { FlowName: flow, ExecutionName: execution, Input: INPUT });
  const stream = await root.follow(flow, execution);
  const event = await stream.until(() => {
    const submitted = stream.history.filter(({ type }) => type === 'TaskSubmitted');
    if (submitted.length < attempts) return;
    return stream.history.filter(({ type }) => type === 'TaskScheduled').at(-1);
  });
  stream.close();
  return event.id;
}

describe('the rights of the session', () => {
  it('are those of its key, for calls, streams, masked values and reports', async (t) => {
    const visitor = await signedIn(t, server, LIMITED);
    const id = await waiting('theirs', 'first');
    const own = await waiting('mine', 'first');
    const denied = [
      visitor.call('DescribeFlow', { Name: 'theirs' }),
      visitor.call('ListFlows'),
      visitor.call('ListExecutions', { FlowName: 'theirs' }),
      visitor.call('GetExecutionHistory', { FlowName: 'theirs', ExecutionName: 'first' }),
      visitor.call('StopExecution', { FlowName: 'theirs', ExecutionName: 'first' }),
      visitor.call('DescribeSystem'),
      visitor.call('SearchExecutions'),
      visitor.call('SummarizeFlows'),
      visitor.call('ListMessages'),
      visitor.post('reveal', { flow: 'theirs', execution: 'first', eventId: id }),
      visitor.post('reveal', { kind: 'message', messageId: 'x' }),
      visitor.post('report', { flow: 'theirs', execution: 'first', eventId: id, kind: 'succeeded', output: '{}' }),
      visitor.post('report', { flow: 'theirs', execution: 'first', eventId: id, kind: 'failed', error: 'X' }),
    ];
    for (const [i, reply] of (await Promise.all(denied)).entries()) {
      assert.deepEqual([reply.status, codeOf(reply)], [403, 'AccessDenied'], `${i}`);
    }
    await assert.rejects(visitor.follow('theirs', 'first'), new Refusal(403));
    const mapRun = visitor.stream({ flow: 'theirs', execution: 'first', mapRun: 'none' });
    await assert.rejects(mapRun, new Refusal(403));
    await assert.rejects(visitor.stream({ list: '1', flow: 'theirs' }), new Refusal(403));
    const described = await root.ok('DescribeExecution', { FlowName: 'theirs', ExecutionName: 'first' });
    assert.equal(described['Status'], 'Running');

    await visitor.ok('DescribeFlow', { Name: 'mine' });
    assert.equal((await visitor.post('reveal', { flow: 'mine', execution: 'first', eventId: own })).status, 200);
    const list = await visitor.stream({ list: '1' });
    await list.first('hello');
    await root.ok('StopExecution', { FlowName: 'theirs', ExecutionName: 'first' });
    await root.ok('UpdateFlow', { Name: 'theirs', Description: 'changed' });
    await root.ok('UpdateFlow', { Name: 'mine', Description: 'changed' });
    await root.ok('StopExecution', { FlowName: 'mine', ExecutionName: 'first' });
    await list.first('changes', ({ changes }) => JSON.stringify(changes).includes('Stopped'));
    await list.first('flows');
    assert.ok(!JSON.stringify(list.events).includes('theirs'), JSON.stringify(list.events));
    // The executions have sent messages, which this key may not list.
    await waiting('mine', 'second');
    await list.first('changes', ({ changes }) => JSON.stringify(changes).includes('second'));
    assert.ok(list.events.every(({ name }) => name !== 'messages'));
  });

  it('go with the flow that it writes', async (t) => {
    const settings = `flowRights: writer\n${keySettings(LIMITED, [
      { Effect: 'Allow', Action: 'fnf:CreateFlow', Resource: '*' },
      { Effect: 'Allow', Action: 'fnf:*', Resource: 'acs:fnf:*:*:flow/parent*' },
    ])}`;
    const strict = await startServer(t, { settings });
    const writer = await signedIn(t, strict, LIMITED);
    const chief = await signedIn(t, strict);
    await createFlow(chief, 'other', machine({ Type: 'Pass', Name: 'A' }));
    const starts = machine({
      ...{ Type: 'Task', Name: 'Start', Action: 'FNF:StartExecution' },
      Parameters: { resourceArn: 'acs:fnf:::flow/other' },
    });
    /** How the only execution of a flow has ended, and its last events. */
    const endOf = async (visitor: Visitor, flow: string): Promise<string> => {
      await visitor.ok('StartExecution', { FlowName: flow, ExecutionName: 'one' });
      const stream = await visitor.follow(flow, 'one');
      const { data } = await stream.first('execution', ({ status }) => status !== 'Running');
      return `${String(data['status'])} ${JSON.stringify(stream.history)}`;
    };
    await createFlow(writer, 'parent', starts);
    assert.match(await endOf(writer, 'parent'), /^Failed .*LIMITEDKEY0000001, which last wrote this flow/);
    await createFlow(chief, 'parent-of-root', starts);
    assert.match(await endOf(chief, 'parent-of-root'), /^Succeeded /);
  });
});

describe('secrets of executions', () => {
  it('reach no reply and no stream', async () => {
    const id = await waiting('mine', 'masked');
    const names = { FlowName: 'mine', ExecutionName: 'masked' };
    const stream = await root.follow('mine', 'masked');
    await stream.first('execution');
    const all = [
      JSON.stringify(stream.events),
      ...(await Promise.all([
        root.call('GetExecutionHistory', names),
        root.call('DescribeExecution', names),
        root.call('DescribeExecutionWaits', names),
        root.call('ListExecutions', { FlowName: 'mine' }),
        root.call('ListMessages'),
        root.call('SearchExecutions'),
      ]).then((replies) => replies.map(({ text }) => text))),
    ];
    for (const text of all) {
      assert.ok(!TOKEN.test(text) && !text.includes('s3cr3t'), text);
    }
    assert.ok(all[0]?.includes(MASKED_TOKEN) && all[0].includes(MASKED_HEADER));
    assert.ok(all[1]?.includes(MASKED_TOKEN));
    assert.ok(all[5]?.includes(MASKED_TOKEN));
    const event = stream.history.find((each) => each.id === id);
    assert.equal((JSON.parse(event?.detail ?? '') as Record<string, unknown>)['attempt'], 1);
  });

  it('are shown when someone asks for one, and the log says who', async (t) => {
    const id = await waiting('mine', 'shown');
    const visitor = await signedIn(t, server, LIMITED);
    const shown = await visitor.post('reveal', { flow: 'mine', execution: 'shown', eventId: id });
    assert.equal(shown.status, 200);
    const detail = JSON.parse(String(shown.json()['detail'])) as { parameters: { message: Record<string, string> } };
    assert.match(String(detail.parameters.message['token']), TOKEN);
    assert.equal(detail.parameters.message['Authorization'], 'Bearer s3cr3t-value');
    const messages = (await root.ok('ListMessages'))['Messages'] as { MessageId: string }[];
    const messageId = messages[0]?.MessageId ?? '';
    const body = await root.post('reveal', { kind: 'message', messageId });
    assert.match(String(body.json()['detail']), TOKEN);
    await logged(server, ['masked value', LIMITED.accessKeyId, `event ${id}`, '"mine"', '"shown"']);
    await logged(server, ['masked value', ROOT_KEY.accessKeyId, `message ${messageId}`]);
    assert.ok(!TOKEN.test(server.stderr()));
  });

  it('are not shown for ids that lead nowhere', async () => {
    await waiting('mine', 'nowhere');
    const at = { flow: 'mine', execution: 'nowhere' };
    for (const eventId of [0, -1, 1.5, '1', null, [1], 1e30, 2 ** 31, 2 ** 53]) {
      for (const path of ['reveal', 'report']) {
        const reply = await root.post(path, {
          ...at,
          eventId,
          kind: path === 'report' ? 'succeeded' : '',
          output: '{}',
        });
        assert.deepEqual([reply.status, codeOf(reply)], [400, 'InvalidArgument'], `${path} ${String(eventId)}`);
      }
    }
    const missing = await root.post('reveal', { ...at, eventId: 2 ** 31 - 1 });
    assert.deepEqual([missing.status, codeOf(missing)], [400, 'InvalidArgument']);
    const absent: [object, string][] = [
      [{ ...at, flow: 'none', eventId: 1 }, 'FlowNotExists'],
      [{ ...at, execution: 'none', eventId: 1 }, 'ExecutionNotExists'],
      [{ ...at, execution: '', eventId: 1 }, 'MissingRequiredParams'],
      [{ ...at, flow: { a: 1 }, eventId: 1 }, 'InvalidArgument'],
      [{ ...at, flow: '\0', eventId: 1 }, 'InvalidArgument'],
      [{ ...at, flow: "';", eventId: 1 }, 'InvalidArgument'],
      [{ ...at, execution: '\ud800', eventId: 1 }, 'InvalidArgument'],
      [{ ...at, execution: 'x'.repeat(1_000), eventId: 1 }, 'InvalidArgument'],
      [{ kind: 'message' }, 'MissingRequiredParams'],
      [{ kind: 'message', messageId: 'none' }, 'InvalidArgument'],
      [{ kind: 'message', messageId: { toString: 1 } }, 'InvalidArgument'],
    ];
    for (const [body, code] of absent) {
      assert.equal(codeOf(await root.post('reveal', body)), code, JSON.stringify(body));
    }
  });
});

describe('a report', () => {
  it('ends a task, without its token', async () => {
    const id = await waiting('mine', 'reported');
    const at = { flow: 'mine', execution: 'reported', eventId: id };
    const wrong: [object, string][] = [
      [{ ...at, kind: 'other', output: '{}' }, 'InvalidArgument'],
      [{ ...at, output: '{}' }, 'InvalidArgument'],
      [{ ...at, kind: 'succeeded' }, 'MissingRequiredParams'],
      [{ ...at, kind: 'succeeded', output: '{' }, 'InvalidArgument'],
      [{ ...at, kind: 'failed' }, 'MissingRequiredParams'],
      [{ ...at, kind: 'failed', error: { a: 1 } }, 'InvalidArgument'],
    ];
    for (const [body, code] of wrong) assert.equal(codeOf(await root.post('report', body)), code, JSON.stringify(body));
    const other = await root.post('report', { ...at, eventId: 1, kind: 'succeeded', output: '{}' });
    assert.ok(other.status >= 400 && !TOKEN.test(other.text), other.text);
    const text = '{"by":"a person","long":12345678901234567890,"text":"\\u4f60"}';
    const reply = await root.post('report', { ...at, kind: 'succeeded', output: text });
    assert.equal(reply.status, 200, reply.text);
    assert.ok(Number(reply.json()['EventId']) > id);
    const names = { FlowName: 'mine', ExecutionName: 'reported', WaitTimeSeconds: '30' };
    const ended = await root.ok('DescribeExecution', names);
    assert.equal(ended['Status'], 'Succeeded');
    assert.ok(String(ended['Output']).includes('12345678901234567890'));
    const again = await root.post('report', { ...at, kind: 'succeeded', output: '{}' });
    assert.equal(codeOf(again), 'TaskAlreadyCompleted');
    assert.ok(!TOKEN.test(again.text) && again.text.includes(MASKED_TOKEN), again.text);
  });

  it('fails a task', async () => {
    const id = await waiting('mine', 'failed');
    const at = { flow: 'mine', execution: 'failed', eventId: id };
    const reply = await root.post('report', { ...at, kind: 'failed', error: 'OutOfStock', cause: 'none left' });
    assert.equal(reply.status, 200, reply.text);
    const stream = await root.follow('mine', 'failed');
    await stream.first('execution', ({ status }) => status === 'Failed');
    assert.ok(JSON.stringify(stream.history).includes('OutOfStock'));
  });

  it('ends the attempt of a retried task of a classic flow, and not an earlier one', async () => {
    await createFlow(root, 'classic', CLASSIC_CALLBACK);
    const first = await waiting('classic', 'one');
    const at = { flow: 'classic', execution: 'one' };
    const failed = await root.post('report', { ...at, eventId: first, kind: 'failed', error: 'Again' });
    assert.equal(failed.status, 200, failed.text);
    const stream = await root.follow('classic', 'one');
    const second = await stream.until(() => {
      const scheduled = stream.history.filter(({ type }) => type === 'TaskScheduled');
      const submitted = stream.history.filter(({ type }) => type === 'TaskSubmitted');
      return submitted.length === 2 ? scheduled.at(-1)?.id : undefined;
    });
    const late = await root.post('report', { ...at, eventId: first, kind: 'succeeded', output: '{}' });
    assert.ok(late.status >= 400 && !TOKEN.test(late.text), late.text);
    const reply = await root.post('report', { ...at, eventId: second, kind: 'succeeded', output: '{}' });
    assert.equal(reply.status, 200, reply.text);
    await stream.first('execution', ({ status }) => status === 'Succeeded');
  });

  it('of an Express execution is refused', async () => {
    await createFlow(root, 'quick', machine({ Type: 'Pass', Name: 'A' }), 'Express');
    const { Name } = await root.ok('StartSyncExecution', { FlowName: 'quick' });
    const at = { flow: 'quick', execution: String(Name), eventId: 1 };
    const reply = await root.post('report', { ...at, kind: 'succeeded', output: '{}' });
    assert.equal(codeOf(reply), 'ActionNotSupported');
  });
});

describe('a call', () => {
  it('with something that is no parameter is refused', async () => {
    for (const value of [1, true, null, {}, [], 12.5, '\0', 'a\ud800']) {
      const reply = await root.post('api/UpdateFlow', { Name: 'mine', Description: value });
      assert.deepEqual([reply.status, codeOf(reply)], [400, 'InvalidArgument']);
    }
    const unknown = await root.post(`api/${'x'.repeat(5_000)}`, {});
    assert.equal(codeOf(unknown), 'ActionNotSupported');
    assert.ok(unknown.text.length < 1_000);
    for (const action of ['constructor', '__proto__', 'toString', 'listFlows', 'ListFlows%00', '..', '%2e%2e']) {
      const reply = await root.post(`api/${action}`, {});
      assert.deepEqual([reply.status, codeOf(reply)], [400, 'ActionNotSupported'], action);
    }
    const proto = await root.ask({
      method: 'POST',
      path: '/console/api/DescribeFlow',
      body: '{"__proto__":"x","Name":"mine"}',
    });
    assert.equal(proto.status, 200);
  });

  it('gives the definition back byte for byte, also with an Authorization header in it', async () => {
    const definition = `# a comment\n${machine({ ...ASK, Name: 'Ask' })}\n`;
    await createFlow(root, 'bytes', definition);
    assert.equal((await root.ok('DescribeFlow', { Name: 'bytes' }))['Definition'], definition);
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});
