/** StartExecution, StopExecution, DescribeExecution and the end of a flow under its executions, on each store. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { STORES, withHouse } from './house.ts';
import {
  CALLBACK,
  definitionOf,
  Desk,
  ended,
  eventsOf,
  EXECUTION_MEMBERS,
  namesOf,
  PASS,
  standard,
  withStandard,
} from './standard.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$|^00000000-0000-4000-8000-\d{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ENVIRONMENT = '{"Variables":[{"Name":"a","Value":"1","Description":"not shown"}]}';
const E = { FlowName: 'f', ExecutionName: 'e' };

for (const store of STORES) {
  describe(`StartExecution on ${store}`, () => {
    it('answers with the documented members, in their order, and Input byte for byte', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async ({ call }) => {
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
        },
        { task: desk.take },
      );
    });

    it('names an execution by itself, and it is found by that name', () =>
      withStandard(store, async (house) => {
        await house.call('CreateFlow', standard(definitionOf(PASS)));
        for (const parameters of [{ FlowName: 'f' }, { FlowName: 'f', ExecutionName: '' }]) {
          const { Name } = await house.call('StartExecution', parameters);
          assert.match(String(Name), UUID);
          assert.equal((await ended(house, String(Name)))['Status'], 'Succeeded');
        }
      }));

    it('answers the running execution of that name as it is, and refuses the name of one that has ended', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async ({ call, fails }) => {
          await call('CreateFlow', standard(definitionOf(CALLBACK)));
          const first = await call('StartExecution', { ...E, Input: '{"n":1}' });
          assert.deepEqual(await call('StartExecution', { ...E, Input: '{"n":2}' }), first);
          const starts = await Promise.all(
            [1, 2, 3].map(() => call('StartExecution', { ...E, ExecutionName: 'race' })),
          );
          for (const start of starts) assert.deepEqual(start, starts[0]);
          await call('StopExecution', E);
          await fails('StartExecution', E, 'ExecutionAlreadyExists', /^Execution e for flow f already exists\.$/);
        },
        { task: desk.take },
      );
    });

    it('runs Standard flows that exist', () =>
      withStandard(store, async ({ call, fails }) => {
        await fails('StartExecution', E, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
        await call('CreateFlow', standard(definitionOf(PASS), { ExecutionMode: 'Express' }));
        await fails('StartExecution', E, 'ActionNotSupported', /^Express execution is not supported$/);
      }));

    it('runs the version that the Qualifier leads to, to its end, and names it in the history', () =>
      withStandard(store, async (house) => {
        const { call, fails } = house;
        const marked = (mark: string) => definitionOf({ ...PASS, OutputConstructor: { mark } });
        await call('CreateFlow', standard(marked('one')));
        await call('PublishFlowVersion', { FlowName: 'f' });
        await call('UpdateFlow', { Name: 'f', Definition: marked('two') });
        await call('CreateFlowAlias', {
          FlowName: 'f',
          Name: 'prod',
          RoutingConfigurations: '[{"Version":"1","Weight":1}]',
        });
        const expected: readonly [qualifier: string, mark: string, told: JsonObject][] = [
          ['', 'two', {}],
          ['LATEST', 'two', {}],
          ['1', 'one', { version: '1' }],
          ['prod', 'one', { version: '1', alias: 'prod' }],
        ];
        for (const [i, [Qualifier, mark, told]] of expected.entries()) {
          const name = `e${i}`;
          const started = await call('StartExecution', { FlowName: 'f', ExecutionName: name, Qualifier });
          assert.equal(started['FlowDefinition'], marked(mark));
          assert.equal((await ended(house, name))['Output'], JSON.stringify({ mark }));
          assert.deepEqual((await eventsOf(house, name))[0]?.detail, { input: {}, ...told });
        }
        assert.deepEqual(await namesOf(house, { Qualifier: '1' }), ['e3', 'e2']);
        assert.deepEqual(await namesOf(house, { Qualifier: 'prod' }), ['e3']);
        assert.deepEqual(await namesOf(house, { Qualifier: 'LATEST' }), ['e1', 'e0']);
        const asked = (text: string) => ({ FlowName: 'f', Qualifier: text });
        await fails('StartExecution', asked('9'), 'FlowVersionNotExists', /^The version 9 for flow 'f' does/);
        await fails('StartExecution', asked('none'), 'FlowAliasNotExists', /^The alias none for flow 'f' does/);
      }));
  });

  describe(`DescribeExecution on ${store}`, () => {
    it('answers with the documented members; a text that is not set is empty', () =>
      withStandard(store, async (house) => {
        const { call, fails } = house;
        await call('CreateFlow', standard(definitionOf(PASS), { Environment: ENVIRONMENT }));
        await call('StartExecution', E);
        const reply = await ended(house, 'e');
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
      }));

    it('shows the flow as it was at the start', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const { call } = house;
          await call('CreateFlow', standard(definitionOf(CALLBACK), { Environment: ENVIRONMENT, RoleArn: 'r' }));
          await call('StartExecution', E);
          const before = await call('DescribeExecution', E);
          await call('UpdateFlow', { Name: 'f', Definition: definitionOf(PASS), Environment: '', RoleArn: '' });
          assert.deepEqual(await call('DescribeExecution', E), before);
          assert.equal((await call('StopExecution', E))['RoleArn'], 'r');
        },
        { task: desk.take },
      );
    });

    it('is woken by the end that it waits for', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          await house.call('CreateFlow', standard(definitionOf(CALLBACK)));
          await house.call('StartExecution', E);
          const waiting = [1, 2, 3].map(() => ended(house, 'e'));
          const TaskToken = await desk.tokenOf('e');
          await house.call('ReportTaskSucceeded', { TaskToken, Output: '{"yes":true}' });
          for (const reply of await Promise.all(waiting)) assert.equal(reply['Output'], '{"yes":true}');
        },
        { task: desk.take },
      );
    });
  });

  describe(`StopExecution on ${store}`, () => {
    it('stops what runs, with the error of the caller or one of its own', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const { call, fails } = house;
          await call('CreateFlow', standard(definitionOf(CALLBACK)));
          for (const [ExecutionName, given, told] of [
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
            const last = (await eventsOf(house, ExecutionName)).at(-1);
            assert.deepEqual([last?.Type, last?.Time, last?.detail], ['ExecutionStopped', reply['StoppedTime'], told]);
            await fails(
              'StopExecution',
              execution,
              'ExecutionAlreadyCompleted',
              new RegExp(`^Execution '${ExecutionName}' for flow 'f' has already completed\\.$`),
            );
          }
          await fails('StopExecution', { ...E, ExecutionName: 'x' }, 'ExecutionNotExists', /^Execution x for flow f /);
          await fails('StopExecution', { ...E, FlowName: 'g' }, 'FlowNotExists', /'g'/);
        },
        { task: desk.take },
      );
    });
  });

  describe(`DeleteFlow on ${store}`, () => {
    it('hides its executions at once, from a new flow of that name too', () => {
      const desk = new Desk();
      return withStandard(
        store,
        async (house) => {
          const { call, fails } = house;
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
          assert.deepEqual(await namesOf(house), []);
          await call('StartExecution', E);
          assert.equal((await ended(house, 'e'))['Status'], 'Succeeded');
        },
        { task: desk.take },
      );
    });
  });
}

describe('a long wait', () => {
  const waiting = definitionOf({ Name: 'W', Type: 'Wait', Seconds: 100 });

  it('is waited for by DescribeExecution for WaitTimeSeconds, and no longer', () =>
    withHouse('memory', async ({ call, clock }) => {
      await call('CreateFlow', standard(waiting));
      await call('StartExecution', E);
      const atOnce = clock.elapsedMs;
      for (const WaitTimeSeconds of ['0', '']) await call('DescribeExecution', { ...E, WaitTimeSeconds });
      assert.equal(clock.elapsedMs, atOnce);
      const late = await call('DescribeExecution', { ...E, WaitTimeSeconds: '60' });
      assert.deepEqual([late['Status'], late['StoppedTime'], clock.elapsedMs], ['Running', '', atOnce + 60_000]);
      const done = await call('DescribeExecution', { ...E, WaitTimeSeconds: '60' });
      assert.equal(done['Status'], 'Succeeded');
      assert.ok(clock.elapsedMs < atOnce + 120_000);
      assert.equal(Date.parse(String(done['StoppedTime'])) - Date.parse(String(done['StartedTime'])), 100_000);
    }));
});

describe('an Express execution', () => {
  const NAMED = { FlowName: 'f', ExecutionName: 'run' };

  it('is read back under the name that StartSyncExecution gave', () =>
    withHouse('memory', async (house) => {
      const { call, fails } = house;
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
        const events = await eventsOf(house, String(Name));
        assert.deepEqual([events[0]?.Type, events.at(-1)?.Type], ['ExecutionStarted', 'ExecutionSucceeded']);
        assert.equal((await namesOf(house))[0], Name);
        await fails('StopExecution', execution, 'ExecutionAlreadyCompleted', /has already completed/);
        await fails('RedriveExecution', execution, 'ActionNotSupported', /^Express execution is not supported$/);
        assert.deepEqual((await call('DescribeExecutionWaits', execution))['Waits'], []);
      }
      await fails('DescribeExecution', NAMED, 'ExecutionNotExists', /run for flow f/);
    }));

  it('is not retained if the settings say so', () =>
    withHouse(
      'memory',
      async ({ call, fails }) => {
        await call('CreateFlow', standard(definitionOf(PASS), { ExecutionMode: 'Express' }));
        const { Name } = await call('StartSyncExecution', NAMED);
        const execution = { FlowName: 'f', ExecutionName: String(Name) };
        await fails('DescribeExecution', execution, 'ExecutionNotExists', /for flow f/);
        assert.deepEqual(await call('ListExecutions', { FlowName: 'f' }), { Executions: [] });
      },
      { settings: 'history: {express: {executions: 0}}' },
    ));
});
