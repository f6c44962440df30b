/** StartSyncExecution over a real store, language and runtime: parameters, the reply, and changes of the flow. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import { startApi, STORES } from './api-harness.ts';
import { express, passing } from './definitions.ts';

const FAILING =
  'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: F\nStates: [{Name: F, Type: Fail, Code: Broken, Detail: why}]\n';
const ECHO = 'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';

for (const store of STORES) {
  describe(`StartSyncExecution on ${store}`, () => {
    it('replies with the documented members, in their order', async (t) => {
      const { call } = await startApi(t, store);
      await call(
        'CreateFlow',
        express('f', { Environment: '{"Variables":[{"Name":"a","Value":"1","Description":"d"}]}' }),
      );
      const reply = await call('StartSyncExecution', { FlowName: 'f', ExecutionName: 'run_1', Input: '{"x":[1]}' });
      assert.deepEqual(Object.keys(reply), [
        'FlowName',
        'Name',
        'Status',
        'ErrorCode',
        'ErrorMessage',
        'Output',
        'StartedTime',
        'StoppedTime',
        'Environment',
      ]);
      assert.match(String(reply['Name']), /^run_1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.deepEqual(
        [reply['FlowName'], reply['Status'], reply['ErrorCode'], reply['ErrorMessage']],
        ['f', 'Succeeded', '', ''],
      );
      assert.deepEqual(JSON.parse(String(reply['Output'])), { mark: 'made', given: { x: [1] } });
      for (const time of ['StartedTime', 'StoppedTime'])
        assert.match(String(reply[time]), /^2026-01-01T00:00:00\.\d{3}Z$/);
      assert.deepEqual(reply['Environment'], { Variables: [{ Name: 'a', Value: '1' }] });
    });

    it('makes the name of an execution unique', async (t) => {
      const { call } = await startApi(t, store);
      await call('CreateFlow', express('f'));
      const names = [];
      for (const ExecutionName of ['', 'same', 'same'])
        names.push((await call('StartSyncExecution', { FlowName: 'f', ExecutionName }))['Name']);
      names.push((await call('StartSyncExecution', { FlowName: 'f' }))['Name']);
      assert.equal(new Set(names).size, 4);
      assert.match(String(names[0]), /^[0-9a-f-]{36}$/);
    });

    it('replies with the failure of an execution that failed', async (t) => {
      const { call } = await startApi(t, store);
      await call('CreateFlow', express('f', { Definition: FAILING }));
      const reply = await call('StartSyncExecution', { FlowName: 'f' });
      assert.deepEqual(
        [reply['Status'], reply['ErrorCode'], reply['ErrorMessage'], reply['Output']],
        ['Failed', 'Broken', 'why', ''],
      );
    });

    it('treats an absent Input as an empty object, preserves digits, and treats every key as data', async (t) => {
      const { call } = await startApi(t, store);
      await call('CreateFlow', express('f', { Definition: ECHO }));
      const output = async (Input: string) => (await call('StartSyncExecution', { FlowName: 'f', Input }))['Output'];
      assert.equal((await call('StartSyncExecution', { FlowName: 'f' }))['Output'], '{}');
      assert.equal(await output(''), '{}');
      assert.equal(await output('{"id":1234567890123456789,"n":1.50}'), '{"id":1234567890123456789,"n":1.5}');
      assert.equal(
        await output('{"__proto__":{"a":1},"constructor":2,"toString":3}'),
        '{"__proto__":{"a":1},"constructor":2,"toString":3}',
      );
      assert.equal(({} as Record<string, unknown>)['a'], undefined);
    });

    it('refuses an Input that is not a JSON object, and names its type', async (t) => {
      const { call, fails } = await startApi(t, store);
      await call('CreateFlow', express('f', { Definition: ECHO }));
      const wrong: readonly [string, RegExp][] = [
        ['{', /^Input is not JSON/],
        ['{"a":1}x', /^Input is not JSON/],
        [' ', /^Input is not JSON/],
        ['{a:1}', /^Input is not JSON/],
        ['[]', /^Input is not a JSON object but an array\.$/],
        ['1', /but a number\.$/],
        ['12345678901234567890', /but a number\.$/],
        ['"x"', /but a string\.$/],
        ['true', /but a boolean\.$/],
        ['null', /but null\.$/],
        [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, /nested deeper than 256 levels/],
        [`{"a":${'['.repeat(20_000)}`, /nested deeper than 256 levels/],
      ];
      for (const [Input, message] of wrong)
        await fails('StartSyncExecution', { FlowName: 'f', Input }, 'InvalidArgument', message);
    });

    it('measures Input in bytes', async (t) => {
      const { call, fails } = await startApi(t, store);
      await call('CreateFlow', express('f', { Definition: ECHO }));
      const sized = (bytes: number, letter = 'x') =>
        `{"a":"${letter.repeat((bytes - 8) / Buffer.byteLength(letter))}"}`;
      assert.equal((await call('StartSyncExecution', { FlowName: 'f', Input: sized(65_536) }))['Status'], 'Succeeded');
      const message = /^The payload size exceeds maximum allowed size \(65536 bytes\)\.$/;
      await fails('StartSyncExecution', { FlowName: 'f', Input: sized(65_537) }, 'EntityTooLarge', message);
      await fails('StartSyncExecution', { FlowName: 'f', Input: sized(65_540, '\u00e9') }, 'EntityTooLarge', message);
    });

    it('names the reason why it cannot run a flow', async (t) => {
      const { call, fails } = await startApi(t, store);
      await fails('StartSyncExecution', { FlowName: 'f' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
      await fails('StartSyncExecution', {}, 'MissingRequiredParams', /^The HTTP query 'FlowName' must be specified\.$/);
      await fails('StartSyncExecution', { FlowName: 'a b' }, 'InvalidArgument', /^FlowName "a b" is not a name/);
      await fails(
        'StartSyncExecution',
        { FlowName: 'f', ExecutionName: 'a:b' },
        'InvalidArgument',
        /^ExecutionName "a:b" is not a name/,
      );
      await call('CreateFlow', express('s', { ExecutionMode: 'Standard' }));
      await fails(
        'StartSyncExecution',
        { FlowName: 's' },
        'ActionNotSupported',
        /^Standard execution is not supported$/,
      );
    });

    it('names the version or alias that does not exist', async (t) => {
      const { call, fails } = await startApi(t, store);
      await fails('StartSyncExecution', { FlowName: 'f', Qualifier: '1' }, 'FlowNotExists', /'f'/);
      await call('CreateFlow', express('f'));
      for (const Qualifier of ['', 'LATEST']) await call('StartSyncExecution', { FlowName: 'f', Qualifier });
      await fails(
        'StartSyncExecution',
        { FlowName: 'f', Qualifier: '12' },
        'FlowVersionNotExists',
        /^The version 12 for flow 'f' does not exist\.$/,
      );
      await fails(
        'StartSyncExecution',
        { FlowName: 'f', Qualifier: 'prod' },
        'FlowAliasNotExists',
        /^The alias prod for flow 'f' does not exist\.$/,
      );
    });

    it('runs the definition of the last change that was answered', async (t) => {
      const { call, fails } = await startApi(t, store);
      const marks = async () =>
        JSON.parse(String((await call('StartSyncExecution', { FlowName: 'f' }))['Output'])).mark as string;
      await call('CreateFlow', express('f'));
      assert.equal(await marks(), 'made');
      for (let n = 0; n < 10; n++) {
        // A start during the change may see either definition. A start after it must see the new one.
        const early = marks();
        await call('UpdateFlow', { Name: 'f', Definition: passing('f', `v${n}`) });
        assert.equal(await marks(), `v${n}`);
        await early;
        assert.equal(await marks(), `v${n}`);
      }
      await call('DeleteFlow', { Name: 'f' });
      await fails('StartSyncExecution', { FlowName: 'f' }, 'FlowNotExists', /'f'/);
      await call('CreateFlow', express('f', { ExecutionMode: 'Standard' }));
      await fails('StartSyncExecution', { FlowName: 'f' }, 'ActionNotSupported', /Standard/);
      await call('DeleteFlow', { Name: 'f' });
      await call('CreateFlow', express('f'));
      assert.equal(await marks(), 'made');
    });

    it('reads the current variables of the flow', async (t) => {
      const { call } = await startApi(t, store);
      const definition = `Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: P\nStates: [{Name: P, Type: Pass, OutputConstructor: {v.$: $Environment.a}, End: true}]\n`;
      const variable = (value: string) => JSON.stringify({ Variables: [{ Name: 'a', Value: value }] });
      await call('CreateFlow', express('f', { Definition: definition, Environment: variable('1') }));
      assert.equal((await call('StartSyncExecution', { FlowName: 'f' }))['Output'], '{"v":"1"}');
      await call('UpdateFlow', { Name: 'f', Environment: variable('2') });
      const reply = await call('StartSyncExecution', { FlowName: 'f' });
      assert.equal(reply['Output'], '{"v":"2"}');
      assert.deepEqual(reply['Environment'], { Variables: [{ Name: 'a', Value: '2' }] });
    });
  });
}

describe('Input', () => {
  it('of any content is the output of a flow that changes nothing', async (t) => {
    const { call } = await startApi(t, 'memory');
    await call('CreateFlow', express('f', { Definition: ECHO }));
    const input = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 }), {
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(input, async (value) => {
        const text = JSON.stringify(value);
        const { Output } = await call('StartSyncExecution', { FlowName: 'f', Input: text });
        assert.equal(Output, stringifyJson(parseJson(text)));
      }),
      { numRuns: 100 },
    );
  });
});
