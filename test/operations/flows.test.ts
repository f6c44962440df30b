/** CreateFlow, DescribeFlow, UpdateFlow, DeleteFlow and ListFlows, on each store. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiError } from '../../src/api/error.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { startApi, STORES } from './api-harness.ts';
import { express, passing } from './definitions.ts';

const ENVIRONMENT = '{"Variables":[{"Name":"a","Value":"1","Description":"one"},{"Name":"b","Value":""}]}';
const VARIABLES = {
  Variables: [
    { Name: 'a', Value: '1', Description: 'one' },
    { Name: 'b', Value: '', Description: '' },
  ],
};

const TWO_WAITS = `
Type: StateMachine
SpecVersion: v1
Name: f
StartAt: Which
States:
  - Type: Choice
    Name: Which
    Branches: [{ Condition: $Input.skip == true, Next: Last }]
    Default: First
  - { Type: Wait, Name: First, Seconds: 5, Next: Last }
  - { Type: Wait, Name: Last, Seconds: 5, End: true }
`;

for (const store of STORES) {
  describe(`CreateFlow on ${store}`, () => {
    it('replies with every member, and DescribeFlow with the same except the storage location', async (t) => {
      const { call } = await startApi(t, store);
      const given = express('f-1', {
        Description: 'prices orders',
        RoleArn: 'acs:ram::1000000000000000:role/r',
        ExternalStorageLocation: '/path',
        Environment: ENVIRONMENT,
        ResourceGroupId: 'rg-1',
      });
      const made = await call('CreateFlow', given);
      assert.deepEqual(Object.keys(made), [
        'Type',
        'Definition',
        'RoleArn',
        'Description',
        'Name',
        'CreatedTime',
        'LastModifiedTime',
        'Id',
        'Environment',
        'ResourceGroupId',
        'ExecutionMode',
        'ExternalStorageLocation',
      ]);
      assert.match(String(made['Id']), /^[0-9a-f-]{36}$/);
      assert.deepEqual(made, {
        Type: 'FDL',
        Definition: given['Definition'],
        RoleArn: 'acs:ram::1000000000000000:role/r',
        Description: 'prices orders',
        Name: 'f-1',
        CreatedTime: '2026-01-01T00:00:00.000Z',
        LastModifiedTime: '2026-01-01T00:00:00.000Z',
        Id: made['Id'],
        Environment: VARIABLES,
        ResourceGroupId: 'rg-1',
        ExecutionMode: 'Express',
        ExternalStorageLocation: '/path',
      });
      const { ExternalStorageLocation: _, ...described } = made;
      assert.deepEqual(await call('DescribeFlow', { Name: 'f-1' }), described);
    });

    it('requires Name, Definition and Type; the other members are empty by default', async (t) => {
      const { call } = await startApi(t, store);
      const made = await call('CreateFlow', { Name: 'f', Definition: passing('f'), Type: 'DEFAULT' });
      assert.equal(made['ExecutionMode'], 'Standard');
      assert.equal(made['Type'], 'DEFAULT');
      for (const member of ['Description', 'RoleArn', 'ResourceGroupId', 'ExternalStorageLocation']) {
        assert.equal(made[member], '', member);
      }
      assert.deepEqual(made['Environment'], { Variables: [] });
      const empty = { Description: '', RoleArn: '', ExecutionMode: '', Environment: '', ResourceGroupId: '' };
      const again = await call('CreateFlow', { Name: 'g', Definition: passing('g'), Type: 'FDL', ...empty });
      assert.equal(again['ExecutionMode'], 'Standard');
    });

    it('stores a definition byte for byte', async (t) => {
      const { call } = await startApi(t, store);
      const definition = `\r\n# 流程 🎏\r\n${passing('f')}\t\n\n`.replace('\t', '   ');
      await call('CreateFlow', express('f', { Definition: definition }));
      assert.equal((await call('DescribeFlow', { Name: 'f' }))['Definition'], definition);
      assert.equal(((await call('ListFlows', {}))['Flows'] as { Definition: string }[])[0]?.Definition, definition);
    });

    it('refuses a name that exists, also when four callers create it at the same time', async (t) => {
      const { call, fails } = await startApi(t, store);
      const tries = await Promise.allSettled([1, 2, 3, 4].map(() => call('CreateFlow', express('f'))));
      assert.equal(tries.filter((each) => each.status === 'fulfilled').length, 1);
      await fails('CreateFlow', express('f'), 'FlowAlreadyExists', /^Flow f already exists\.$/);
      await call('CreateFlow', express('F'));
    });

    it('names the required parameter that is missing or empty', async (t) => {
      const { fails } = await startApi(t, store);
      for (const parameter of ['Name', 'Definition', 'Type']) {
        const { [parameter]: _, ...rest } = express('f');
        const message = new RegExp(`^The HTTP query '${parameter}' must be specified\\.$`);
        await fails('CreateFlow', rest, 'MissingRequiredParams', message);
        await fails('CreateFlow', { ...rest, [parameter]: '' }, 'MissingRequiredParams', message);
      }
    });

    it('names the parameter whose value is invalid', async (t) => {
      const { fails } = await startApi(t, store);
      const wrong: readonly [Record<string, string>, RegExp][] = [
        [{ Type: 'fdl' }, /^Type "fdl" is not one of "FDL", "DEFAULT"\.$/],
        [{ ExecutionMode: 'express' }, /^ExecutionMode "express" is not one of/],
        [{ Description: 'x'.repeat(4097) }, /^Description has 4097 characters; at most 4096 are allowed\.$/],
        [{ RoleArn: 'x'.repeat(1025) }, /^RoleArn has 1025 characters/],
        [{ ExternalStorageLocation: 'x'.repeat(1025) }, /^ExternalStorageLocation has 1025 characters/],
        [{ ResourceGroupId: 'x'.repeat(1025) }, /^ResourceGroupId has 1025 characters/],
        [{ Environment: '{' }, /^Environment is not JSON/],
      ];
      for (const [change, message] of wrong)
        await fails('CreateFlow', express('f', change), 'InvalidArgument', message);
      for (const name of ['1a', '-a', 'a b', 'a.b', 'é', 'a\n', 'x'.repeat(129), '__proto__\0']) {
        await fails(
          'CreateFlow',
          { ...express('f'), Name: name },
          'InvalidArgument',
          /^Name ".*" is not a name: a name has 1 to 128/,
        );
      }
    });

    it('accepts the shortest, the longest and the oddest names', async (t) => {
      const { call } = await startApi(t, store);
      for (const name of ['a', '_', 'A-_9', `_${'x'.repeat(127)}`, '__proto__', 'constructor']) {
        await call('CreateFlow', express(name));
        assert.equal((await call('DescribeFlow', { Name: name }))['Name'], name);
      }
    });

    it('lists every error of a definition with its place', async (t) => {
      const { fails, call } = await startApi(t, store);
      const definition =
        'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: Q\nStates: [{Name: P, Type: Pas, End: true}]\n';
      const error = await fails(
        'CreateFlow',
        express('f', { Definition: definition }),
        'InvalidArgument',
        /^Definition of flow 'f'/,
      );
      const lines = error.message.split('\n');
      assert.match(String(lines[1]), /^4:10: error: .*"Q".*\(StartAt\) \[dangling-start\]$/);
      assert.match(
        String(lines[2]),
        /^5:26: error: .*"Pas".*did you mean "Pass".*\(States\[0\]\.Type\) \[unknown-type\]$/,
      );
      assert.deepEqual((await call('ListFlows', {}))['Flows'], []);
    });

    it('checks a definition for the mode of its flow', async (t) => {
      const { call, fails } = await startApi(t, store);
      const definition =
        'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: W\nStates: [{Name: W, Type: Wait, Seconds: 60, End: true}]\n';
      await fails(
        'CreateFlow',
        express('f', { Definition: definition }),
        'InvalidArgument',
        /for the execution mode Express:\n5:/,
      );
      await call('CreateFlow', express('f', { Definition: definition, ExecutionMode: 'Standard' }));
    });

    it('accepts definitions in the classic language, and reports their errors in the same way', async (t) => {
      const { call, fails } = await startApi(t, store);
      const classic = (type: string) => ({
        Definition: `version: v1\ntype: flow\nsteps:\n  - type: ${type}\n    name: a\n`,
        ExecutionMode: '',
      });
      await fails('CreateFlow', express('f', classic('Pass')), 'InvalidArgument', /4:11: error.*did you mean "pass"\?/);
      await call('CreateFlow', express('f', classic('pass')));
    });

    it('refuses flows beyond the quota', async (t) => {
      const { call, fails } = await startApi(t, store, { limits: { flows: 2 } });
      await call('CreateFlow', express('a'));
      await call('CreateFlow', express('b'));
      const refused = await fails('CreateFlow', express('c'), 'ResourceThrottled', /2 flows, .*\(limits\.flows\)/);
      assert.equal(refused.retryAfterMs, null);
      await fails('CreateFlow', express('a'), 'FlowAlreadyExists', /^Flow a /);
      await call('DeleteFlow', { Name: 'a' });
      await call('CreateFlow', express('c'));
      await call('DeleteFlow', { Name: 'c' });
      const together = ['d', 'e', 'f'].map((name) =>
        call('CreateFlow', express(name)).then(
          () => name,
          ({ code }: ApiError) => code,
        ),
      );
      assert.deepEqual((await Promise.all(together)).toSorted(), ['ResourceThrottled', 'ResourceThrottled', 'd']);
      await call('DeleteFlow', { Name: 'd' });
      await call('CreateFlow', express('d'));
    });
  });

  describe(`DescribeFlow on ${store}`, () => {
    it('returns flows that exist, and versions that were published', async (t) => {
      const { call, fails } = await startApi(t, store);
      await fails('DescribeFlow', { Name: 'f' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
      await fails('DescribeFlow', {}, 'MissingRequiredParams', /'Name'/);
      await fails('DescribeFlow', { Name: 'f', FlowVersion: '1' }, 'FlowNotExists', /'f'/);
      await call('CreateFlow', express('f'));
      await call('DescribeFlow', { Name: 'f', FlowVersion: '' });
      await call('DescribeFlow', { Name: 'f', FlowVersion: 'LATEST' });
      await fails(
        'DescribeFlow',
        { Name: 'f', FlowVersion: '1' },
        'FlowVersionNotExists',
        /^The version 1 for flow 'f' does not exist\.$/,
      );
    });
  });

  describe(`UpdateFlow on ${store}`, () => {
    it('changes only the members that are given, and replies without ExecutionMode', async (t) => {
      const { call, time } = await startApi(t, store);
      const made = await call('CreateFlow', express('f', { Description: 'd', RoleArn: 'r', Environment: ENVIRONMENT }));
      await time.pass(1_000);
      const definition = passing('f', 'changed');
      const changed = await call('UpdateFlow', { Name: 'f', Definition: definition });
      const { ExecutionMode: _, ...rest } = made;
      assert.deepEqual(changed, { ...rest, Definition: definition, LastModifiedTime: changed['LastModifiedTime'] });
      assert.ok(String(changed['LastModifiedTime']) > String(made['LastModifiedTime']));
      const described = await call('DescribeFlow', { Name: 'f' });
      assert.equal(described['Definition'], definition);
      assert.equal(described['ExecutionMode'], 'Express');
    });

    it('clears a member that is given as an empty text, if it may be empty', async (t) => {
      const { call, fails } = await startApi(t, store);
      await call('CreateFlow', express('f', { Description: 'd', RoleArn: 'r', Environment: ENVIRONMENT }));
      const replaced = await call('UpdateFlow', {
        Name: 'f',
        Environment: '{"Variables":[{"Name":"c","Value":"3"}]}',
      });
      assert.deepEqual(replaced['Environment'], { Variables: [{ Name: 'c', Value: '3', Description: '' }] });
      const cleared = await call('UpdateFlow', { Name: 'f', Description: '', RoleArn: '', Environment: '' });
      assert.deepEqual(
        [cleared['Description'], cleared['RoleArn'], cleared['Environment']],
        ['', '', { Variables: [] }],
      );
      await fails('UpdateFlow', { Name: 'f', Definition: '' }, 'InvalidArgument', /^Definition is empty/);
      await fails('UpdateFlow', { Name: 'f', Type: '' }, 'InvalidArgument', /^Type ""/);
      assert.equal((await call('UpdateFlow', { Name: 'f', Type: 'DEFAULT' }))['Type'], 'DEFAULT');
    });

    it('changes nothing when the new definition has an error', async (t) => {
      const { call, fails } = await startApi(t, store);
      await call('CreateFlow', express('f'));
      const before = await call('DescribeFlow', { Name: 'f' });
      await fails(
        'UpdateFlow',
        { Name: 'f', Definition: 'Type: StateMachine', Description: 'new' },
        'InvalidArgument',
        /:\n1:/,
      );
      assert.deepEqual(await call('DescribeFlow', { Name: 'f' }), before);
    });

    it('refuses a flow that does not exist', async (t) => {
      const { fails } = await startApi(t, store);
      await fails('UpdateFlow', { Name: 'f', Description: 'd' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
      await fails('UpdateFlow', { Description: 'd' }, 'MissingRequiredParams', /'Name'/);
    });

    it('reports that the flow was replaced or deleted during the update', async (t) => {
      for (const [again, code] of [
        [true, 'ConcurrentUpdateError'],
        [false, 'FlowNotExists'],
      ] as const) {
        const replacing = (flows: FlowStore): FlowStore => ({
          ...flows,
          async update(name, changes, expectedId) {
            const old = await flows.get(name);
            await flows.delete(name);
            if (again && old !== null) await flows.create({ ...old, id: 'another', executionMode: 'Standard' });
            return flows.update(name, changes, expectedId);
          },
        });
        const { call, fails } = await startApi(t, store, { wrap: replacing });
        await call('CreateFlow', express('f'));
        await fails('UpdateFlow', { Name: 'f', Description: 'd' }, code, /./);
      }
    });
  });

  describe(`DeleteFlow on ${store}`, () => {
    it('replies without members, and to a second call with FlowNotExists', async (t) => {
      const { call, fails } = await startApi(t, store);
      const made = await call('CreateFlow', express('f'));
      assert.deepEqual(await call('DeleteFlow', { Name: 'f' }), {});
      await fails('DeleteFlow', { Name: 'f' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
      await fails('DeleteFlow', {}, 'MissingRequiredParams', /'Name'/);
      const again = await call('CreateFlow', express('f'));
      assert.notEqual(again['Id'], made['Id']);
    });

    it('stops the executions of the flow after their current step, and none of a new flow of that name', async (t) => {
      const { call } = await startApi(t, store);
      await call('CreateFlow', express('f', { Definition: TWO_WAITS }));
      // A start runs at once when the plan is in memory.
      await call('StartSyncExecution', { FlowName: 'f' });
      const [old, last] = [{ FlowName: 'f' }, { FlowName: 'f', Input: '{"skip":true}' }].map((parameters) =>
        call('StartSyncExecution', parameters),
      );
      await call('DeleteFlow', { Name: 'f' });
      await call('CreateFlow', express('f', { Definition: TWO_WAITS }));
      const fresh = await call('StartSyncExecution', { FlowName: 'f' });
      assert.equal(fresh['Status'], 'Succeeded');
      const stopped = (await old) ?? {};
      const { Status, ErrorCode, ErrorMessage, Output } = stopped;
      assert.deepEqual([Status, ErrorCode, Output], ['Stopped', 'FnF.FlowDeleted', '']);
      assert.equal(ErrorMessage, "Flow 'f' was deleted.");
      assert.equal(Date.parse(String(stopped['StoppedTime'])) - Date.parse(String(stopped['StartedTime'])), 5_000);
      assert.equal((await last)?.['Status'], 'Succeeded', 'an execution in its last step succeeds');
    });
  });

  describe(`ListFlows on ${store}`, () => {
    it('returns pages by name, with a token only if more flows follow', async (t) => {
      const { call } = await startApi(t, store);
      for (const name of ['b', 'a', 'C', '_d', 'a-1']) await call('CreateFlow', express(name));
      const names: unknown[] = [];
      let token: string | undefined;
      do {
        const page = await call('ListFlows', { Limit: '2', ...(token !== undefined && { NextToken: token }) });
        const flows = page['Flows'] as { Name: string; ExecutionMode: string }[];
        assert.ok(flows.length <= 2);
        for (const flow of flows) assert.equal(flow.ExecutionMode, 'Express');
        names.push(...flows.map((flow) => flow.Name));
        token = page['NextToken'] as string | undefined;
        assert.equal('NextToken' in page, token !== undefined);
      } while (token !== undefined);
      assert.deepEqual(names, ['C', '_d', 'a', 'a-1', 'b']);
    });

    it('starts with the first name that is not before the token', async (t) => {
      const { call } = await startApi(t, store);
      for (const name of ['a', 'c']) await call('CreateFlow', express(name));
      const from = async (token: string) =>
        ((await call('ListFlows', { NextToken: token })) as unknown as { Flows: { Name: string }[] }).Flows.map(
          (flow) => flow.Name,
        );
      assert.deepEqual(await from('b'), ['c']);
      assert.deepEqual(await from('c'), ['c']);
      assert.deepEqual(await from('d'), []);
      assert.deepEqual(await from("'; DROP TABLE flows; --"), ['a', 'c']);
    });

    it('accepts a Limit from 1 to 1000; the default is 60', async (t) => {
      const { call, fails, services } = await startApi(t, store);
      const flow = await call('CreateFlow', express('f0'));
      const record = await services.flows.get(String(flow['Name']));
      assert.ok(record !== null);
      for (let n = 1; n < 70; n++) await services.flows.create({ ...record, name: `f${n}` });
      assert.equal(((await call('ListFlows', {}))['Flows'] as unknown[]).length, 60);
      assert.equal(((await call('ListFlows', { Limit: '' }))['Flows'] as unknown[]).length, 60);
      assert.equal(((await call('ListFlows', { Limit: '1000' }))['Flows'] as unknown[]).length, 70);
      assert.equal(((await call('ListFlows', { Limit: '1' }))['Flows'] as unknown[]).length, 1);
      for (const limit of ['0', '1001', '-1', '1.5', 'ten', '1e2', ' 5', '9'.repeat(30)]) {
        await fails(
          'ListFlows',
          { Limit: limit },
          'InvalidArgument',
          /^Limit ".*" is not a whole number from 1 to 1000\.$/,
        );
      }
    });

    it('filters by resource group', async (t) => {
      const { call } = await startApi(t, store);
      await call('CreateFlow', express('a', { ResourceGroupId: 'rg-1' }));
      await call('CreateFlow', express('b', { ResourceGroupId: 'rg-2' }));
      const { Flows } = (await call('ListFlows', { ResourceGroupId: 'rg-2' })) as unknown as {
        Flows: { Name: string }[];
      };
      assert.deepEqual(
        Flows.map((flow) => flow.Name),
        ['b'],
      );
    });

    it('ends a page early, so that its size is bounded', async (t) => {
      const { call, services } = await startApi(t, store);
      await call('CreateFlow', express('f'));
      const record = await services.flows.get('f');
      assert.ok(record !== null);
      for (let n = 0; n < 12; n++)
        await services.flows.create({ ...record, name: `g${n}`, definition: 'x'.repeat(1024 * 1024) });
      const page = await call('ListFlows', { Limit: '1000' });
      assert.ok((page['Flows'] as unknown[]).length < 12);
      assert.equal(typeof page['NextToken'], 'string');
    });
  });
}
