/** Flows that tasks start: what the child is given, what its start or its end makes of the task. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActions } from '../../src/actions/catalog.ts';
import type { StartChildRequest, StartedChild, SyncChild, SyncChildRequest } from '../../src/actions/fnf/start.ts';
import { ApiError, apiError } from '../../src/api/error.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { createMemoryMessages } from '../../src/store/memory/message-store.ts';
import { EXPRESS_CALL, bench } from './support.ts';

const ended = {
  name: 'e:1',
  status: 'Succeeded',
  errorCode: '',
  errorMessage: '',
  output: '{"id":12345678901234567890}',
  startedMs: 0,
  stoppedMs: 1500,
} as const;

function child(result: SyncChild['result'] = ended): {
  requests: SyncChildRequest[];
  startSync: (request: SyncChildRequest) => Promise<SyncChild>;
} {
  const requests: SyncChildRequest[] = [];
  return {
    requests,
    startSync(request) {
      requests.push(request);
      return Promise.resolve({ flow: { name: request.flowName }, result });
    },
  };
}

test('the result is the reply of StartSyncExecution with Output parsed', async () => {
  const { requests, startSync } = child();
  const fnf = bench({ startSync });
  const parameters = { resourceArn: 'acs:fnf:::flow/inner', executionName: 'e', input: { a: 1 } };
  const output = (await fnf.output('FNF:StartSyncExecution', parameters)) as JsonObject;
  assert.equal(
    JSON.stringify(output),
    JSON.stringify({
      FlowName: 'inner',
      Name: 'e:1',
      Status: 'Succeeded',
      ErrorCode: '',
      ErrorMessage: '',
      Output: { id: (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('12345678901234567890') },
      StartedTime: '1970-01-01T00:00:00.000Z',
      StoppedTime: '1970-01-01T00:00:01.500Z',
    }),
  );
  assert.deepEqual(requests, [{ flowName: 'inner', executionName: 'e', input: { a: 1 }, depth: 1 }]);
});

test('a flow by name, by ARN, in the names of the API; input as an object, as JSON text, or none', async () => {
  const { requests, startSync } = child();
  const fnf = bench({ startSync });
  for (const parameters of [
    { flowName: 'a' },
    { FlowName: 'b', ExecutionName: 'x', Input: '{"k":1}' },
    { resourceArn: 'acs:fnf:cn-hangzhou:123:flow/c', input: null },
  ]) {
    await fnf.output('FNF:StartSyncExecution', parameters);
  }
  assert.deepEqual(
    requests.map(({ flowName, executionName, input }) => [flowName, executionName, input]),
    [
      ['a', null, {}],
      ['b', 'x', { k: 1 }],
      ['c', null, {}],
    ],
  );
  for (const parameters of [
    {},
    { flowName: 'a b' },
    { flowName: 5 },
    { resourceArn: 'acs:fnf:::flow/' },
    { resourceArn: 'acs:fnf:::flow/a/b' },
    { resourceArn: 'acs:fc:::functions/a' },
    { flowName: 'a', executionName: '1:2' },
    { flowName: 'a', executionName: 5 },
    { flowName: 'a', input: [1] },
    { flowName: 'a', input: '[1]' },
    { flowName: 'a', input: '{' },
    { flowName: 'a', input: 5 },
  ]) {
    assert.equal(
      (await fnf.failure('FNF:StartSyncExecution', parameters)).error,
      'FNF.InvalidArgument',
      JSON.stringify(parameters),
    );
  }
  assert.equal(requests.length, 3);
});

test("the child's failure is the task's", async () => {
  const failed = { ...ended, status: 'Failed', errorCode: 'MyError', errorMessage: 'went wrong', output: '' } as const;
  const fnf = bench({ startSync: child(failed).startSync });
  assert.deepEqual(await fnf.failure('FNF:StartSyncExecution', { flowName: 'a' }), {
    error: 'MyError',
    cause: 'went wrong',
  });
});

test('a refused start is FNF.<code>; a defect is not hidden', async () => {
  const refusing = bench({ startSync: () => Promise.reject(apiError('FlowNotExists', 'a')) });
  const failure = await refusing.failure('FNF:StartSyncExecution', { flowName: 'a' });
  assert.equal(failure.error, 'FNF.FlowNotExists');
  assert.match(failure.cause, /'?a'? does not exist/);
  const broken = bench({ startSync: () => Promise.reject(new TypeError('a defect')) });
  await assert.rejects(broken.run('FNF:StartSyncExecution', { flowName: 'a' }), TypeError);
});

test('flows that call themselves end at the depth that the settings allow', async () => {
  let deepest = 0;
  const never = new AbortController().signal;
  const call = { ...EXPRESS_CALL, action: 'FNF:StartSyncExecution', parameters: { flowName: 'a' } };
  const options = {
    egress: { open: true, allow: [] },
    functions: [],
    products: [],
    mns: { endpoint: null, local: false, keep: 1, subscriptions: [] },
    eventBridgeEndpoint: null,
    ossEndpoint: null,
    messages: createMemoryMessages(),
    cloud: null,
    fcEndpoint: null,
    region: 'r',
    account: '1',
    callDepth: 3,
  };
  const http = { errorStatuses: [], timeoutMs: 1, maxResponseBytes: 1, maxRedirects: 1, connectionsPerOrigin: 1 };
  const { clock } = bench();
  const actions = createActions({
    ...options,
    http,
    clock,
    ids: { uuid: () => '', random: () => 0 },
    startExecution: () => assert.fail('no execution is started here'),
    async startSync({ depth }) {
      deepest = depth;
      const inner = await actions.find(call.action).run({ ...call, depth }, never);
      if (inner.ok) return { flow: { name: 'a' }, result: ended };
      return {
        flow: { name: 'a' },
        result: { ...ended, status: 'Failed', errorCode: inner.error, errorMessage: inner.cause },
      };
    },
  });
  const result = await actions.find(call.action).run({ ...call, depth: 0 }, never);
  assert.ok(!result.ok);
  assert.equal(result.error, 'FNF.CallDepthExceeded');
  assert.match(result.cause, /limits\.callDepth/);
  assert.equal(deepest, 3);
  await actions.close();
});

test('a task that is given up does not wait for its child', async () => {
  const fnf = bench({ startSync: () => new Promise(() => undefined) });
  const abort = new AbortController();
  const running = fnf.run('FNF:StartSyncExecution', { flowName: 'a' }, { signal: abort.signal });
  abort.abort();
  assert.equal((await running).ok, false);
});

test('a call that is given up before its turn starts no child', async () => {
  const { requests, startSync } = child();
  const fnf = bench({ startSync });
  const abort = new AbortController();
  const calls = Array.from({ length: 50 }, () =>
    fnf.run('FNF:StartSyncExecution', { flowName: 'a' }, { signal: abort.signal }),
  );
  abort.abort();
  for (const call of await Promise.all(calls)) assert.equal(call.ok, false);
  await fnf.output('FNF:StartSyncExecution', { flowName: 'b' });
  assert.deepEqual(
    requests.map((request) => request.flowName),
    ['b'],
  );
});

function starter(): {
  requests: StartChildRequest[];
  startExecution: (request: StartChildRequest) => Promise<StartedChild>;
} {
  const requests: StartChildRequest[] = [];
  return {
    requests,
    startExecution(request) {
      requests.push(request);
      const executionName = request.executionName ?? 'made-up';
      return Promise.resolve({ flowName: request.flowName, executionName, requestId: 'R-1' });
    },
  };
}

const resourceArn = 'acs:fnf:::flow/child';

test('StartExecution in every mode: what the runtime is asked for, and the reply', async () => {
  const { requests, startExecution } = starter();
  const fnf = bench({ startExecution });
  const parameters = { resourceArn, executionName: 'e-1', input: { a: 1 } };
  const task = { execution: 3, event: 8 };
  const reply = { FlowName: 'child', ExecutionName: 'e-1', RequestID: 'R-1' };
  const calls = [
    { mode: 'RequestComplete', task: null },
    { mode: 'RequestComplete', task },
    { mode: 'WaitForSystemCallback', task, taskToken: 't' },
    { mode: 'WaitForCustomCallback', task, taskToken: 't' },
  ] as const;
  for (const call of calls) {
    assert.deepEqual(await fnf.run('FNF:StartExecution', parameters, { call }), { ok: true, output: reply });
  }
  assert.deepEqual(
    requests,
    calls.map((call) => ({
      flowName: 'child',
      executionName: 'e-1',
      input: { a: 1 },
      qualifier: '',
      idempotencyKey: 'flow/execution/State/0',
      task: call.task,
      waits: call.mode === 'WaitForSystemCallback',
    })),
  );
});

test('StartExecution: name and input may be absent, a qualifier may be a number, the ARN may name this very place', async () => {
  const { requests, startExecution } = starter();
  const fnf = bench({ startExecution });
  assert.deepEqual(await fnf.output('FNF:StartExecution', { resourceArn, executionName: null, input: null }), {
    FlowName: 'child',
    ExecutionName: 'made-up',
    RequestID: 'R-1',
  });
  const here = 'acs:fnf:cn-hangzhou:1234567890123456:flow/child';
  for (const qualifier of [3, '3', 'prod', null]) {
    await fnf.output('FNF:StartExecution', { resourceArn: here, qualifier });
  }
  assert.deepEqual(
    requests.map(({ flowName, executionName, input, qualifier }) => [flowName, executionName, input, qualifier]),
    [
      ['child', null, {}, ''],
      ['child', null, {}, '3'],
      ['child', null, {}, '3'],
      ['child', null, {}, 'prod'],
      ['child', null, {}, ''],
    ],
  );
});

test('StartExecution: wrong parameters start nothing', async () => {
  const fnf = bench();
  for (const parameters of [
    {},
    { flowName: 'child' },
    { resourceArn: 5 },
    { resourceArn: 'child' },
    { resourceArn: 'acs:fnf:::flow/' },
    { resourceArn: 'acs:fnf:::flow/a/b' },
    { resourceArn: 'acs:fnf:::flow/a\n' },
    { resourceArn, executionName: 'a:b' },
    { resourceArn, executionName: '' },
    { resourceArn, executionName: 5 },
    { resourceArn, input: [1] },
    { resourceArn, input: '{}' },
    { resourceArn, qualifier: 1.5 },
    { resourceArn, qualifier: 0 },
    { resourceArn, qualifier: {} },
  ]) {
    const { error } = await fnf.failure('FNF:StartExecution', parameters);
    assert.equal(error, 'FNF.InvalidArgument', JSON.stringify(parameters));
  }
});

test('StartExecution: another region or account is refused, with what to write instead', async () => {
  const fnf = bench();
  const elsewhere = await fnf.failure('FNF:StartExecution', { resourceArn: 'acs:fnf:cn-beijing::flow/child' });
  assert.equal(elsewhere.error, 'FNF.InvalidArgument');
  assert.match(elsewhere.cause, /region cn-beijing.*cn-hangzhou \(MILLRACE_REGION\).*leave the region empty/);
  const other = await fnf.failure('FNF:StartExecution', { resourceArn: 'acs:fnf:cn-hangzhou:99:flow/child' });
  assert.match(other.cause, /account 99.*1234567890123456 \(MILLRACE_ACCOUNT\)/);
});

test('StartExecution: a refused start is FNF.<code>; a defect is not hidden; a call given up starts nothing', async () => {
  const errors = [
    apiError('ExecutionAlreadyExists', 'e', 'child'),
    apiError('FlowNotExists', 'child'),
    new ApiError('ActionNotSupported', 'Express execution is not supported'),
  ];
  for (const error of errors) {
    const fnf = bench({ startExecution: () => Promise.reject(error) });
    assert.deepEqual(await fnf.failure('FNF:StartExecution', { resourceArn }), {
      error: `FNF.${error.code}`,
      cause: error.message,
    });
  }
  const broken = bench({ startExecution: () => Promise.reject(new TypeError('a defect')) });
  await assert.rejects(broken.run('FNF:StartExecution', { resourceArn }), TypeError);
  const idle = bench();
  assert.equal((await idle.run('FNF:StartExecution', { resourceArn }, { signal: AbortSignal.abort() })).ok, false);
});

test('StartExecution: the product in the error is spelled as the task spells it', async () => {
  const fnf = bench();
  assert.equal((await fnf.failure('fnf:StartExecution', {})).error, 'fnf.InvalidArgument');
});
