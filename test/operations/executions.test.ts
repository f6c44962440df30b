/** StartExecution, StopExecution, DescribeExecution, and DeleteFlow while executions run, on each store. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { startApi, STORES } from './api-harness.ts';
import { CALLBACK, definitionOf, PASS, standard } from './definitions.ts';
import { Desk, ended, eventsOf, EXECUTION_MEMBERS, namesOf } from './standard-executions.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$|^00000000-0000-4000-8000-\d{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ENVIRONMENT = '{"Variables":[{"Name":"a","Value":"1","Description":"not shown"}]}';
const E = { FlowName: 'f', ExecutionName: 'e' };

for (const store of STORES) {
  describe(`StartExecution on ${store}`, () => {
    it('replies with the documented members, in their order, and Input byte for byte', async (t) => {
      const desk = new Desk();
      const { call } = await startApi(t, store, { task: desk.take });
      const definition = definitionOf(CALLBACK);
      await call('CreateFlow', standard(definition));
      const Input = ' { "k" : "中文😀" ,\n"id": 12345678901234567890}';
      const reply = await call('StartExecution', { ...E, Input });
      assert.deepEqual(Object.keys(reply), EXECUTION_MEMBERS);
      assert.match(String(reply['StartedTime']), TIME);
      assert.deepEqual(
        { ...reply, StartedTime: '' },
        {
          Status: 'Running',
          StoppedTime: '',
          StartedTime: '',
          FlowDefinition: definition,
          Output: '',
          FlowName: 'f',
          Name: 'e',
          Input,
        },
      );
    });

    it('makes a name when none is given, under which the execution is found', async (t) => {
      const api = await startApi(t, store);
      await api.call('CreateFlow', standard(definitionOf(PASS)));
      for (const parameters of [{ FlowName: 'f' }, { FlowName: 'f', ExecutionName: '' }]) {
        const { Name } = await api.call('StartExecution', parameters);
        assert.match(String(Name), UUID);
        assert.equal((await ended(api, String(Name)))['Status'], 'Succeeded');
      }
    });

    it('returns the running execution of that name, and refuses the name of an execution that has ended', async (t) => {
      const desk = new Desk();
      const { call, fails } = await startApi(t, store, { task: desk.take });
      await call('CreateFlow', standard(definitionOf(CALLBACK)));
      const first = await call('StartExecution', { ...E, Input: '{"n":1}' });
      assert.deepEqual(await call('StartExecution', { ...E, Input: '{"n":2}' }), first);
      const starts = await Promise.all([1, 2, 3].map(() => call('StartExecution', { ...E, ExecutionName: 'race' })));
      for (const start of starts) assert.deepEqual(start, starts[0]);
      await call('StopExecution', E);
      await fails('StartExecution', E, 'ExecutionAlreadyExists', /^Execution e for flow f already exists\.$/);
    });

    it('refuses a flow that does not exist, and an Express flow', async (t) => {
      const { call, fails } = await startApi(t, store);
      await fails('StartExecution', E, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
      await call('CreateFlow', standard(definitionOf(PASS), { ExecutionMode: 'Express' }));
      await fails('StartExecution', E, 'ActionNotSupported', /^Express execution is not supported$/);
    });

    it('runs the version of the Qualifier, and records version and alias in the history', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      const marked = (mark: string) => definitionOf({ ...PASS, OutputConstructor: { mark } });
      await call('CreateFlow', standard(marked('one')));
      await call('PublishFlowVersion', { FlowName: 'f' });
      await call('UpdateFlow', { Name: 'f', Definition: marked('two') });
      await call('CreateFlowAlias', {
        FlowName: 'f',
        Name: 'prod',
        RoutingConfigurations: '[{"Version":"1","Weight":1}]',
      });
      const expected: readonly [qualifier: string, mark: string, recorded: JsonObject][] = [
        ['', 'two', {}],
        ['LATEST', 'two', {}],
        ['1', 'one', { version: '1' }],
        ['prod', 'one', { version: '1', alias: 'prod' }],
      ];
      for (const [i, [Qualifier, mark, recorded]] of expected.entries()) {
        const name = `e${i}`;
        const started = await call('StartExecution', { FlowName: 'f', ExecutionName: name, Qualifier });
        assert.equal(started['FlowDefinition'], marked(mark));
        assert.equal((await ended(api, name))['Output'], JSON.stringify({ mark }));
        assert.deepEqual((await eventsOf(api, name))[0]?.detail, { input: {}, ...recorded });
      }
      assert.deepEqual(await namesOf(api, { Qualifier: '1' }), ['e3', 'e2']);
      assert.deepEqual(await namesOf(api, { Qualifier: 'prod' }), ['e3']);
      assert.deepEqual(await namesOf(api, { Qualifier: 'LATEST' }), ['e1', 'e0']);
      const asked = (text: string) => ({ FlowName: 'f', Qualifier: text });
      await fails('StartExecution', asked('9'), 'FlowVersionNotExists', /^The version 9 for flow 'f' does/);
      await fails('StartExecution', asked('none'), 'FlowAliasNotExists', /^The alias none for flow 'f' does/);
    });
  });

  describe(`DescribeExecution on ${store}`, () => {
    it('replies with the documented members; a text that is not set is empty', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      await call('CreateFlow', standard(definitionOf(PASS), { Environment: ENVIRONMENT }));
      await call('StartExecution', E);
      const reply = await ended(api, 'e');
      assert.deepEqual(Object.keys(reply), [...EXECUTION_MEMBERS, 'Environment']);
      assert.deepEqual([reply['Status'], reply['Output'], reply['Input']], ['Succeeded', '{}', '']);
      for (const member of ['StartedTime', 'StoppedTime']) assert.match(String(reply[member]), TIME);
      assert.deepEqual(reply['Environment'], { Variables: [{ Name: 'a', Value: '1' }] });
      await fails(
        'DescribeExecution',
        { ...E, ExecutionName: 'x' },
        'ExecutionNotExists',
        /^Execution x for flow f does not exist\.$/,
      );
      await fails('DescribeExecution', { ...E, FlowName: 'g' }, 'FlowNotExists', /^Flow 'g' does not exist\.$/);
    });

    it('shows the flow as it was at the start', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const { call } = api;
      await call('CreateFlow', standard(definitionOf(CALLBACK), { Environment: ENVIRONMENT, RoleArn: 'r' }));
      await call('StartExecution', E);
      const before = await call('DescribeExecution', E);
      await call('UpdateFlow', { Name: 'f', Definition: definitionOf(PASS), Environment: '', RoleArn: '' });
      assert.deepEqual(await call('DescribeExecution', E), before);
      assert.equal((await call('StopExecution', E))['RoleArn'], 'r');
    });

    it('replies when the execution ends', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      await api.call('CreateFlow', standard(definitionOf(CALLBACK)));
      await api.call('StartExecution', E);
      const waiting = [1, 2, 3].map(() => ended(api, 'e'));
      const TaskToken = await desk.tokenOf('e');
      await api.call('ReportTaskSucceeded', { TaskToken, Output: '{"yes":true}' });
      for (const reply of await Promise.all(waiting)) assert.equal(reply['Output'], '{"yes":true}');
    });
  });

  describe(`StopExecution on ${store}`, () => {
    it('stops a running execution, with the error of the caller or a default', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const { call, fails } = api;
      await call('CreateFlow', standard(definitionOf(CALLBACK)));
      for (const [ExecutionName, given, detail] of [
        ['e', { Error: 'nill', Cause: 'for test' }, { error: 'nill', cause: 'for test' }],
        ['d', {}, { error: 'FnF.ExecutionStopped', cause: '' }],
        ['c', { Error: '', Cause: '🎏'.repeat(4096) }, { error: 'FnF.ExecutionStopped', cause: '🎏'.repeat(4096) }],
      ] as const) {
        const execution = { FlowName: 'f', ExecutionName };
        await call('StartExecution', { ...execution, Input: '{"a":1}' });
        await desk.tokenOf(ExecutionName);
        const reply = await call('StopExecution', { ...execution, ...given });
        assert.deepEqual(Object.keys(reply), EXECUTION_MEMBERS, 'without RoleArn, since the flow has none');
        assert.deepEqual([reply['Status'], reply['Output'], reply['Input']], ['Stopped', '', '{"a":1}']);
        assert.match(String(reply['StoppedTime']), TIME);
        const { Environment: _, ...described } = await call('DescribeExecution', execution);
        assert.deepEqual(described, reply);
        const last = (await eventsOf(api, ExecutionName)).at(-1);
        assert.deepEqual([last?.Type, last?.Time, last?.detail], ['ExecutionStopped', reply['StoppedTime'], detail]);
        await fails(
          'StopExecution',
          execution,
          'ExecutionAlreadyCompleted',
          new RegExp(`^Execution '${ExecutionName}' for flow 'f' has already completed\\.$`),
        );
      }
      await fails('StopExecution', { ...E, ExecutionName: 'x' }, 'ExecutionNotExists', /^Execution x for flow f /);
      await fails('StopExecution', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
    });
  });

  describe(`DeleteFlow on ${store}`, () => {
    it('hides its executions at once, also after a new flow of that name was created', async (t) => {
      const desk = new Desk();
      const api = await startApi(t, store, { task: desk.take });
      const { call, fails } = api;
      await call('CreateFlow', standard(definitionOf(CALLBACK)));
      await call('StartExecution', E);
      await desk.tokenOf('e');
      await call('DeleteFlow', { Name: 'f' });
      for (const action of ['DescribeExecution', 'GetExecutionHistory', 'StopExecution']) {
        await fails(action, E, 'FlowNotExists', /'f'/);
      }
      await fails('ListExecutions', { FlowName: 'f' }, 'FlowNotExists', /'f'/);
      await call('CreateFlow', standard(definitionOf(PASS)));
      await fails('DescribeExecution', E, 'ExecutionNotExists', /e for flow f/);
      assert.deepEqual(await namesOf(api), []);
      await call('StartExecution', E);
      assert.equal((await ended(api, 'e'))['Status'], 'Succeeded');
    });
  });
}

describe('a long wait', () => {
  const waiting = definitionOf({ Name: 'W', Type: 'Wait', Seconds: 100 });

  it('delays the reply of DescribeExecution by at most WaitTimeSeconds', async (t) => {
    const { call, time } = await startApi(t, 'memory');
    await call('CreateFlow', standard(waiting));
    await call('StartExecution', E);
    const atOnce = time.elapsedMs;
    for (const WaitTimeSeconds of ['0', '']) await call('DescribeExecution', { ...E, WaitTimeSeconds });
    assert.equal(time.elapsedMs, atOnce);
    const late = await call('DescribeExecution', { ...E, WaitTimeSeconds: '60' });
    assert.deepEqual([late['Status'], late['StoppedTime'], time.elapsedMs], ['Running', '', atOnce + 60_000]);
    const done = await call('DescribeExecution', { ...E, WaitTimeSeconds: '60' });
    assert.equal(done['Status'], 'Succeeded');
    assert.ok(time.elapsedMs < atOnce + 120_000);
    assert.equal(Date.parse(String(done['StoppedTime'])) - Date.parse(String(done['StartedTime'])), 100_000);
  });
});

describe('an Express execution', () => {
  const NAMED = { FlowName: 'f', ExecutionName: 'run' };

  it('is read back under the name that StartSyncExecution returned', async (t) => {
    const api = await startApi(t, 'memory');
    const { call, fails } = api;
    const definition = definitionOf(PASS);
    await call('CreateFlow', standard(definition, { ExecutionMode: 'Express', Environment: ENVIRONMENT }));
    for (const start of [NAMED, { FlowName: 'f' }]) {
      const Input = ' {"a": 1}';
      const { Name, Output, StartedTime, StoppedTime } = await call('StartSyncExecution', { ...start, Input });
      const execution = { FlowName: 'f', ExecutionName: String(Name) };
      assert.deepEqual(await call('DescribeExecution', execution), {
        Status: 'Succeeded',
        StoppedTime,
        StartedTime,
        FlowDefinition: definition,
        Output,
        FlowName: 'f',
        Name,
        Input,
        Environment: { Variables: [{ Name: 'a', Value: '1' }] },
      });
      const events = await eventsOf(api, String(Name));
      assert.deepEqual([events[0]?.Type, events.at(-1)?.Type], ['ExecutionStarted', 'ExecutionSucceeded']);
      assert.equal((await namesOf(api))[0], Name);
      await fails('StopExecution', execution, 'ExecutionAlreadyCompleted', /has already completed/);
      await fails('RedriveExecution', execution, 'ActionNotSupported', /^Express execution is not supported$/);
      assert.deepEqual((await call('DescribeExecutionWaits', execution))['Waits'], []);
    }
    await fails('DescribeExecution', NAMED, 'ExecutionNotExists', /run for flow f/);
  });

  it('is not retained when the settings turn that off', async (t) => {
    const { call, fails } = await startApi(t, 'memory', { settings: 'history: {express: {executions: 0}}' });
    await call('CreateFlow', standard(definitionOf(PASS), { ExecutionMode: 'Express' }));
    const { Name } = await call('StartSyncExecution', NAMED);
    const execution = { FlowName: 'f', ExecutionName: String(Name) };
    await fails('DescribeExecution', execution, 'ExecutionNotExists', /for flow f/);
    assert.deepEqual(await call('ListExecutions', { FlowName: 'f' }), { Executions: [] });
  });
});
