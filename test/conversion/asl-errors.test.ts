/** Errors after conversion: their names, the Error Output, and the events of functions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { planOf } from '../support/flows.ts';
import type { Answer, Ended } from './support.ts';
import { converted, notes, run } from './support.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const CHILD = 'arn:aws:states:::states:startExecution.sync:2';

async function ends(states: JsonObject, answer: Answer, input: JsonObject = {}): Promise<Ended> {
  const [first = ''] = Object.keys(states);
  return run(planOf(converted(JSON.stringify({ StartAt: first, States: states })), 'Standard'), input, answer);
}

function fails(error: string, cause: string): Answer {
  return () => ({ ok: false, error, cause });
}

/** A Task whose errors go to `Caught`. */
function caught(task: JsonObject, errors: readonly string[] = ['States.ALL']): JsonObject {
  return {
    Work: { Type: 'Task', ...task, Catch: [{ ErrorEquals: errors, ResultPath: '$.error', Next: 'Caught' }], End: true },
    Caught: { Type: 'Pass', InputPath: '$.error', End: true },
  };
}

describe('the Error Output', () => {
  it('has the Cause of a failed function as JSON', async () => {
    for (const errors of [['States.ALL'], ['OutOfStock'], ['States.TaskFailed'], ['OutOfStock', 'States.Timeout']]) {
      const states = caught({ Resource: FUNCTION }, errors);
      const parsed = {
        ...states,
        Caught: { Type: 'Pass', Parameters: { 'cause.$': 'States.StringToJson($.error.Cause)' }, End: true },
      };
      const { output } = await ends(parsed, fails('OutOfStock', 'none "left"'));
      assert.deepEqual(output, { cause: { errorMessage: 'none "left"', errorType: 'OutOfStock' } });
    }
  });

  it('has the Cause of other errors as a text', async () => {
    for (const [error, names] of [
      ['FnF.TaskTimeout', ['States.Timeout']],
      ['FnF.TaskTimeout', ['States.ALL']],
      ['FC.ResourceThrottled', ['States.ALL']],
      ['FC.FunctionNotFound', ['Lambda.ResourceNotFoundException']],
    ] as const) {
      const { output } = await ends(caught({ Resource: FUNCTION }, names), fails(error, 'why'));
      assert.deepEqual(output, { Error: error, Cause: 'why' });
    }
    const http = { Resource: 'arn:aws:states:::http:invoke', Parameters: { ApiEndpoint: 'http://x', Method: 'GET' } };
    assert.deepEqual((await ends(caught(http), fails('HTTP.Timeout', 'why'))).output, {
      Error: 'HTTP.Timeout',
      Cause: 'why',
    });
  });

  it('describes a failed child execution', async () => {
    const child = { Resource: CHILD, Parameters: { StateMachineArn: 'arn:aws:states:x:1:stateMachine:ship' } };
    for (const [error, status] of [
      ['Lost', 'FAILED'],
      ['FnF.ExecutionTimeout', 'TIMED_OUT'],
    ]) {
      const { output } = await ends(caught(child), fails(error as string, 'why'));
      const { Error: name, Cause: cause } = output as { Error: string; Cause: string };
      assert.deepEqual(
        [name, JSON.parse(cause)],
        ['States.TaskFailed', { Error: error, Cause: 'why', Status: status }],
      );
    }
    assert.deepEqual((await ends(caught(child), fails('FNF.FlowNotExists', 'no'))).output, {
      Error: 'FNF.FlowNotExists',
      Cause: 'no',
    });
  });

  it('treats errors of functions in a branch unlike those of a Fail', async () => {
    const machine = (first: string): JsonObject => ({
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: first,
            States: {
              Call: { Type: 'Task', Resource: FUNCTION, End: true },
              Stop: { Type: 'Fail', Error: 'Stopped', Cause: 'text' },
            },
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    });
    const called = await ends(machine('Call'), fails('Busy', 'later'));
    assert.deepEqual(called.output, { Error: 'Busy', Cause: '{"errorMessage":"later","errorType":"Busy"}' });
    assert.deepEqual((await ends(machine('Stop'), fails('Busy', 'later'))).output, { Error: 'Stopped', Cause: 'text' });
  });
});

describe('the name of an error', () => {
  /** The branch that a Choice takes for the error `FnF.TaskTimeout`. */
  async function decides(test: JsonObject, error = 'FnF.TaskTimeout'): Promise<JsonValue> {
    const states = {
      Work: { Type: 'Task', Resource: FUNCTION, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Which' }], End: true },
      Which: { Type: 'Choice', Choices: [{ Variable: '$.Error', ...test, Next: 'Yes' }], Default: 'No' },
      Yes: { Type: 'Pass', Result: 'yes', End: true },
      No: { Type: 'Pass', Result: 'no', End: true },
    };
    return (await ends(states, fails(error, 'why'))).output;
  }

  it('in a Choice matches the name here too', async () => {
    assert.equal(await decides({ StringEquals: 'States.Timeout' }), 'yes');
    assert.equal(await decides({ StringMatches: 'States.*' }), 'yes');
    assert.equal(await decides({ StringMatches: 'Lambda.*' }), 'no');
    assert.equal(await decides({ StringMatches: 'Lambda.*' }, 'FC.ResourceThrottled'), 'yes');
    assert.equal(await decides({ StringEquals: 'States.Timeout' }, 'States.Timeout'), 'yes');
    assert.equal(await decides({ StringEquals: 'Busy' }, 'Busy'), 'yes');
    assert.equal(await decides({ StringEquals: 'Lambda.TooManyRequestsException' }, 'FC.ResourceExhausted'), 'yes');
    assert.equal(await decides({ StringEquals: 'States.Http.StatusCode.503' }, 'HTTP.503'), 'yes');
  });

  const cases: Readonly<Record<string, readonly string[]>> = {
    'States.Http.StatusCode.503': ['HTTP.503'],
    'States.Http.Socket': ['HTTP.Timeout', 'HTTP.ConnectionFailed'],
    'States.Timeout': ['FnF.TaskTimeout'],
    'States.HeartbeatTimeout': ['FnF.TaskTimeout'],
    'States.DataLimitExceeded': ['FnF.DataLimitExceeded'],
    'States.Runtime': ['FnF.RuntimeError'],
    'States.TaskFailed': ['Busy', 'HTTP.503', 'FC.Unknown'],
    'Lambda.TooManyRequestsException': ['FC.ResourceThrottled', 'FC.ResourceExhausted'],
    'Lambda.Unknown': ['FC.Unknown'],
    'StepFunctions.ExecutionAlreadyExistsException': ['FNF.ExecutionAlreadyExists'],
    'java.lang.Exception': ['java.lang.Exception'],
  };
  for (const [name, here] of Object.entries(cases)) {
    it(`in Retry and Catch has its equivalents: ${name}`, async () => {
      for (const error of here) {
        const { status } = await ends(caught({ Resource: FUNCTION }, [name]), fails(error, 'why'));
        assert.equal(status, 'Succeeded', error);
      }
      const others = await ends(caught({ Resource: FUNCTION }, [name]), fails('Other', 'why'));
      assert.equal(others.error, name === 'States.TaskFailed' ? null : 'Other');
    });
  }

  it('is unchanged where a Fail has it', async () => {
    const states = (error: string): JsonObject => ({
      All: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'Stop', States: { Stop: { Type: 'Fail', Error: error, Cause: 'text' } } }],
        Catch: [{ ErrorEquals: [error], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    });
    for (const error of ['States.Timeout', 'States.Permissions', 'Lambda.Unknown', 'Own']) {
      const { output } = await ends(states(error), fails('', ''));
      assert.deepEqual(output, { Error: error, Cause: 'text' });
    }
  });

  it('has a note if it does not occur here', () => {
    const said = (name: string): string => {
      const states = caught({ Resource: FUNCTION }, [name]);
      const all = notes(JSON.stringify({ StartAt: 'Work', States: states }));
      return all.filter((note) => note.includes(name)).join('\n');
    };
    assert.match(said('States.Http.StatusCode.503'), /HTTP\.503 replaces it, .* http\.errorStatuses has 503$/);
    assert.match(said('States.Permissions'), /depends on the service/);
    assert.match(said('Lambda.EC2ThrottledException'), /is copied, but the errors of functions have other names here/);
    assert.match(said('Sandbox.Timedout'), /is copied, but/);
    assert.match(said('States.Unheard'), /is copied, but no error has this name here/);
    assert.match(said('DynamoDB.ConditionalCheckFailedException'), /only if a function fails with this name/);
    assert.match(said('States.ALL'), /FnF\.ALL also matches FnF\.RuntimeError and FnF\.DataLimitExceeded/);
    assert.equal(said('OutOfStock'), '');
    const callback = caught({
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'f', Payload: { 'token.$': '$$.Task.Token' } },
    });
    const all = notes(JSON.stringify({ StartAt: 'Work', States: callback }));
    assert.ok(all.some((note) => note.includes('the Cause of a callback task is a bare text')));
  });
});

describe('the event of a function', () => {
  async function eventOf(task: JsonObject, input: JsonObject): Promise<unknown> {
    let body: JsonValue | undefined;
    await ends(
      { Work: { Type: 'Task', Resource: FUNCTION, ...task, End: true } },
      (call) => {
        body = call.parameters['body'];
        return { ok: true, output: { StatusCode: 200, Body: null } };
      },
      input,
    );
    // A text is sent unchanged, other values as JSON.
    return JSON.parse(typeof body === 'string' ? body : JSON.stringify(body));
  }

  it('is the JSON text of any value', async () => {
    for (const v of ['42', 'text', '', 'true', null, 42, [1], { a: 'b' }, false]) {
      assert.deepEqual(await eventOf({ InputPath: '$.v' }, { v }), v);
      const invoke = {
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: 'f', 'Payload.$': '$.v' },
      };
      assert.deepEqual(await eventOf(invoke, { v }), v);
    }
    const invoke = (more: JsonObject): JsonObject => ({
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: 'f', ...more },
    });
    assert.deepEqual(await eventOf(invoke({ Payload: '42' }), {}), '42');
    assert.deepEqual(await eventOf(invoke({ Payload: null }), {}), null);
    assert.deepEqual(await eventOf(invoke({}), {}), {});
    assert.deepEqual(await eventOf(invoke({ 'Payload.$': "States.Format('{}', 42)" }), {}), '42');
    assert.deepEqual(await eventOf({ Parameters: { 'a.$': '$.v' } }, { v: '42' }), { a: '42' });
    assert.deepEqual(await eventOf({ InputPath: null }, { v: '42' }), {});
  });
});
