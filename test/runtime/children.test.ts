/** Tasks that start flows: the parameters of the child, and the result of the task. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskResult } from '../../src/actions/action.ts';
import { ApiError, apiError } from '../../src/api/error.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createObserver } from '../../src/base/observer.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { childModeOf } from '../../src/language/tasks/child-modes.ts';
import { ALL_RIGHTS } from '../../src/runtime/flow-rights.ts';
import { Children } from '../../src/runtime/children/children.ts';
import type { ChildrenOptions } from '../../src/runtime/children/children.ts';
import type { ChildCall } from '../../src/runtime/driver/calls.ts';
import { Turns } from '../../src/runtime/driver/turns.ts';
import type { DurableStart, Started } from '../../src/runtime/durable/durable.ts';
import type { SyncAnswer, SyncRequest } from '../../src/runtime/express/sync-executions.ts';
import { EXPRESS_CALL } from '../actions/support.ts';

/** Of the children that the tests start. */
const ANCESTRY = { depth: 1, startedBy: ['outer/x/Call'] };

const ended = {
  name: 'e:1',
  status: 'Succeeded',
  errorCode: '',
  errorMessage: '',
  output: '{"id":12345678901234567890}',
  startedMs: 0,
  stoppedMs: 1500,
  warnings: [],
} as const;

type StartSync = ChildrenOptions['sync']['start'];
type StartDurable = ChildrenOptions['durable']['start'];

interface CallOptions {
  readonly call?: Partial<ChildCall>;
  readonly signal?: AbortSignal;
}

interface Starter {
  run(action: string, parameters: JsonObject, options?: CallOptions): Promise<TaskResult>;
  output(action: string, parameters: JsonObject): Promise<JsonValue>;
  failure(action: string, parameters: JsonObject): Promise<{ error: string; cause: string }>;
}

/** Starts children in runtimes that are functions of the test. */
function starter(runtimes: {
  readonly sync?: StartSync;
  readonly durable?: StartDurable;
  readonly callDepth?: number;
}): Starter {
  const children = new Children();
  const ports = {
    clock: systemClock,
    scheduler: systemScheduler,
    ids: { uuid: () => 'R-1', random: () => 0 },
    observer: createObserver(),
  };
  children.connect({
    sync: { start: runtimes.sync ?? (() => assert.fail('no flow is called here')) },
    durable: { start: runtimes.durable ?? (() => assert.fail('no execution is started here')) },
    ports,
    turns: new Turns(ports),
    place: { region: 'cn-hangzhou', account: '1234567890123456' },
    rights: ALL_RIGHTS,
    callDepth: runtimes.callDepth ?? 5,
    childDepth: 5,
  });
  const never = new AbortController().signal;
  const run: Starter['run'] = (action, parameters, { call, signal = never } = {}) => {
    const childMode = childModeOf(action);
    assert.ok(childMode !== null, `${action} starts no flow`);
    return children.start(
      {
        ...EXPRESS_CALL,
        writer: null,
        depth: 0,
        isOld: false,
        undone: null,
        ancestry: ANCESTRY,
        childMode,
        ...call,
        action,
        parameters,
      },
      signal,
    );
  };
  return {
    run,
    async output(action, parameters) {
      const result = await run(action, parameters);
      assert.ok(result.ok, `failed: ${JSON.stringify(result)}`);
      return result.output;
    },
    async failure(action, parameters) {
      const result = await run(action, parameters);
      assert.ok(!result.ok, `succeeded: ${JSON.stringify(result)}`);
      return { error: result.error, cause: result.cause };
    },
  };
}

function answerOf(flowName: string, result: SyncAnswer['result']): SyncAnswer {
  return { flow: { name: flowName }, result } as SyncAnswer;
}

function express(result: SyncAnswer['result'] = ended): { requests: SyncRequest[]; sync: StartSync } {
  const requests: SyncRequest[] = [];
  return {
    requests,
    sync(request) {
      requests.push(request);
      return Promise.resolve(answerOf(request.flowName, result));
    },
  };
}

function standard(): { starts: DurableStart[]; durable: StartDurable } {
  const starts: DurableStart[] = [];
  return {
    starts,
    durable(start) {
      starts.push(start);
      return Promise.resolve({ record: { name: start.executionName ?? '' }, snapshot: null } as Started);
    },
  };
}

test('the result is the reply of StartSyncExecution with Output parsed', async () => {
  const { requests, sync } = express();
  const fnf = starter({ sync });
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
  const input = { a: 1 };
  assert.deepEqual(requests, [
    {
      flowName: 'inner',
      executionName: 'e',
      qualifier: '',
      input,
      inputText: '{"a":1}',
      depth: 1,
      origin: { from: 'task', task: null, waits: true, ancestry: ANCESTRY },
    },
  ]);
});

test('a flow is named by name or by ARN, or in the names of the API; input is an object, JSON text, or absent', async () => {
  const { requests, sync } = express();
  const fnf = starter({ sync });
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

test('the failure of the child is the failure of the task', async () => {
  const failed = { ...ended, status: 'Failed', errorCode: 'MyError', errorMessage: 'went wrong', output: '' } as const;
  const fnf = starter({ sync: express(failed).sync });
  assert.deepEqual(await fnf.failure('FNF:StartSyncExecution', { flowName: 'a' }), {
    error: 'MyError',
    cause: 'went wrong',
  });
});

test('a refused start fails the task with FNF.<code>; a defect rejects', async () => {
  const refusing = starter({ sync: () => Promise.reject(apiError('FlowNotExists', 'a')) });
  const failure = await refusing.failure('FNF:StartSyncExecution', { flowName: 'a' });
  assert.equal(failure.error, 'FNF.FlowNotExists');
  assert.match(failure.cause, /'?a'? does not exist/);
  const broken = starter({ sync: () => Promise.reject(new TypeError('a defect')) });
  await assert.rejects(broken.run('FNF:StartSyncExecution', { flowName: 'a' }), TypeError);
});

test('flows that call themselves end at the limit of depth', async () => {
  let deepest = 0;
  const fnf = starter({
    callDepth: 3,
    async sync({ depth }) {
      deepest = depth;
      const inner = await fnf.run('FNF:StartSyncExecution', { flowName: 'a' }, { call: { depth } });
      if (inner.ok) return answerOf('a', ended);
      return answerOf('a', { ...ended, status: 'Failed', errorCode: inner.error, errorMessage: inner.cause });
    },
  });
  const { error, cause } = await fnf.failure('FNF:StartSyncExecution', { flowName: 'a' });
  assert.equal(error, 'FNF.CallDepthExceeded');
  assert.match(cause, /limits\.callDepth/);
  assert.equal(deepest, 3);
});

test('an aborted task does not wait for its child', async () => {
  const fnf = starter({ sync: () => new Promise(() => undefined) });
  const abort = new AbortController();
  const running = fnf.run('FNF:StartSyncExecution', { flowName: 'a' }, { signal: abort.signal });
  abort.abort();
  assert.equal((await running).ok, false);
});

test('a call that is aborted before its turn starts no child', async () => {
  const { requests, sync } = express();
  const fnf = starter({ sync });
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

const resourceArn = 'acs:fnf:::flow/child';

test('StartExecution in every mode: the request to the runtime, and the reply', async () => {
  const { starts, durable } = standard();
  const fnf = starter({ durable });
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
    starts,
    calls.map(({ task, mode }) => ({
      flowName: 'child',
      qualifier: '',
      executionName: 'e-1',
      inputText: '{"a":1}',
      input: { a: 1 },
      origin: { from: 'task', task, waits: mode === 'WaitForSystemCallback', ancestry: ANCESTRY },
    })),
  );
});

test('StartExecution: name and input may be absent, a qualifier may be a number, the ARN may name this region and account', async () => {
  const { starts, durable } = standard();
  const fnf = starter({ durable });
  const output = (await fnf.output('FNF:StartExecution', {
    resourceArn,
    executionName: null,
    input: null,
  })) as JsonObject;
  assert.deepEqual(Object.keys(output), ['FlowName', 'ExecutionName', 'RequestID']);
  assert.match(String(output['ExecutionName']), /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  const here = 'acs:fnf:cn-hangzhou:1234567890123456:flow/child';
  for (const qualifier of [3, '3', 'prod', null]) {
    await fnf.output('FNF:StartExecution', { resourceArn: here, qualifier });
  }
  assert.deepEqual(
    starts.map(({ flowName, input, qualifier }) => [flowName, input, qualifier]),
    [
      ['child', {}, ''],
      ['child', {}, '3'],
      ['child', {}, '3'],
      ['child', {}, 'prod'],
      ['child', {}, ''],
    ],
  );
  // A call that is repeated after a crash asks for the same name.
  assert.equal(new Set(starts.map(({ executionName }) => executionName)).size, 1);
});

test('StartExecution: wrong parameters start nothing', async () => {
  const fnf = starter({});
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

test('StartExecution: another region or account is refused, with a correction', async () => {
  const fnf = starter({});
  const elsewhere = await fnf.failure('FNF:StartExecution', { resourceArn: 'acs:fnf:cn-beijing::flow/child' });
  assert.equal(elsewhere.error, 'FNF.InvalidArgument');
  assert.match(elsewhere.cause, /region cn-beijing.*cn-hangzhou \(MILLRACE_REGION\).*leave the region out/);
  const other = await fnf.failure('FNF:StartExecution', { resourceArn: 'acs:fnf:cn-hangzhou:99:flow/child' });
  assert.match(other.cause, /account 99.*1234567890123456 \(MILLRACE_ACCOUNT\)/);
});

test('StartExecution: a refused start fails the task with FNF.<code>; a defect rejects; an aborted call starts nothing', async () => {
  const errors = [
    apiError('ExecutionAlreadyExists', 'e', 'child'),
    apiError('FlowNotExists', 'child'),
    new ApiError('ActionNotSupported', 'Express execution is not supported'),
  ];
  for (const error of errors) {
    const fnf = starter({ durable: () => Promise.reject(error) });
    assert.deepEqual(await fnf.failure('FNF:StartExecution', { resourceArn }), {
      error: `FNF.${error.code}`,
      cause: error.message,
    });
  }
  const broken = starter({ durable: () => Promise.reject(new TypeError('a defect')) });
  await assert.rejects(broken.run('FNF:StartExecution', { resourceArn }), TypeError);
  const idle = starter({});
  assert.equal((await idle.run('FNF:StartExecution', { resourceArn }, { signal: AbortSignal.abort() })).ok, false);
});

test('StartExecution: the error spells the product as the task does', async () => {
  const fnf = starter({});
  assert.equal((await fnf.failure('fnf:StartExecution', {})).error, 'fnf.InvalidArgument');
});
