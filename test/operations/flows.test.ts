/** CreateFlow, DescribeFlow, UpdateFlow, DeleteFlow and ListFlows, on each store. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FlowStore } from '../../src/store/flows.ts';
import { express, passing, STORES, withHouse } from './house.ts';

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
    it('answers with every member, and DescribeFlow with the same but one', () =>
      withHouse(store, async ({ call }) => {
        const given = express('f-1', {
          Description: 'what it does',
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
          Description: 'what it does',
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
      }));

    it('needs only Name, Definition and Type, and has empty texts for the rest', () =>
      withHouse(store, async ({ call }) => {
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
      }));

    it('stores a definition byte for byte', () =>
      withHouse(store, async ({ call }) => {
        const definition = `\r\n# 流程 🎏\r\n${passing('f')}\t\n\n`.replace('\t', '   ');
        await call('CreateFlow', express('f', { Definition: definition }));
        assert.equal((await call('DescribeFlow', { Name: 'f' }))['Definition'], definition);
        assert.equal(((await call('ListFlows', {}))['Flows'] as { Definition: string }[])[0]?.Definition, definition);
      }));

    it('refuses a name that is taken, however close the race', () =>
      withHouse(store, async ({ call, fails }) => {
        const tries = await Promise.allSettled([1, 2, 3, 4].map(() => call('CreateFlow', express('f'))));
        assert.equal(tries.filter((each) => each.status === 'fulfilled').length, 1);
        await fails('CreateFlow', express('f'), 'FlowAlreadyExists', /^Flow f already exists\.$/);
        await call('CreateFlow', express('F'));
      }));

    it('names a required parameter that is missing or empty', () =>
      withHouse(store, async ({ fails }) => {
        for (const parameter of ['Name', 'Definition', 'Type']) {
          const { [parameter]: _, ...rest } = express('f');
          const message = new RegExp(`^The HTTP query '${parameter}' must be specified\\.$`);
          await fails('CreateFlow', rest, 'MissingRequiredParams', message);
          await fails('CreateFlow', { ...rest, [parameter]: '' }, 'MissingRequiredParams', message);
        }
      }));

    it('refuses values that are none, by name', () =>
      withHouse(store, async ({ fails }) => {
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
      }));

    it('takes names to the edge of the rule', () =>
      withHouse(store, async ({ call }) => {
        for (const name of ['a', '_', 'A-_9', `_${'x'.repeat(127)}`, '__proto__', 'constructor']) {
          await call('CreateFlow', express(name));
          assert.equal((await call('DescribeFlow', { Name: name }))['Name'], name);
        }
      }));

    it('lists every fault of a definition, each with its place', () =>
      withHouse(store, async ({ fails, call }) => {
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
      }));

    it('checks a definition in the mode of its flow', () =>
      withHouse(store, async ({ call, fails }) => {
        const definition =
          'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: W\nStates: [{Name: W, Type: Wait, Seconds: 60, End: true}]\n';
        await fails(
          'CreateFlow',
          express('f', { Definition: definition }),
          'InvalidArgument',
          /for the execution mode Express:\n5:/,
        );
        await call('CreateFlow', express('f', { Definition: definition, ExecutionMode: 'Standard' }));
      }));

    it('accepts definitions in the classic language and reports their faults in the same way', () =>
      withHouse(store, async ({ call, fails }) => {
        const classic = (type: string) => ({
          Definition: `version: v1\ntype: flow\nsteps:\n  - type: ${type}\n    name: a\n`,
          ExecutionMode: '',
        });
        await fails(
          'CreateFlow',
          express('f', classic('Pass')),
          'InvalidArgument',
          /4:11: error.*did you mean "pass"\?/,
        );
        await call('CreateFlow', express('f', classic('pass')));
      }));

    it('stops at the quota of flows', () =>
      withHouse(
        store,
        async ({ call, fails }) => {
          await call('CreateFlow', express('a'));
          await call('CreateFlow', express('b'));
          await fails('CreateFlow', express('c'), 'ResourceThrottled', /2 flows/);
          await fails('CreateFlow', express('a'), 'FlowAlreadyExists', /^Flow a /);
          await call('DeleteFlow', { Name: 'a' });
          await call('CreateFlow', express('c'));
        },
        { limits: { flows: 2 } },
      ));
  });

  describe(`DescribeFlow on ${store}`, () => {
    it('knows of flows that exist, and of versions that were published', () =>
      withHouse(store, async ({ call, fails }) => {
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
      }));
  });

  describe(`UpdateFlow on ${store}`, () => {
    it('changes the given parts, leaves the others, and replies without ExecutionMode', () =>
      withHouse(store, async ({ call, clock }) => {
        const made = await call(
          'CreateFlow',
          express('f', { Description: 'd', RoleArn: 'r', Environment: ENVIRONMENT }),
        );
        await new Promise<void>((resolve) => clock.after(1000, resolve));
        const definition = passing('f', 'changed');
        const changed = await call('UpdateFlow', { Name: 'f', Definition: definition });
        const { ExecutionMode: _, ...rest } = made;
        assert.deepEqual(changed, { ...rest, Definition: definition, LastModifiedTime: changed['LastModifiedTime'] });
        assert.ok(String(changed['LastModifiedTime']) > String(made['LastModifiedTime']));
        const described = await call('DescribeFlow', { Name: 'f' });
        assert.equal(described['Definition'], definition);
        assert.equal(described['ExecutionMode'], 'Express');
      }));

    it('clears with an empty text what can be empty', () =>
      withHouse(store, async ({ call, fails }) => {
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
      }));

    it('leaves the flow unchanged if the new definition is wrong', () =>
      withHouse(store, async ({ call, fails }) => {
        await call('CreateFlow', express('f'));
        const before = await call('DescribeFlow', { Name: 'f' });
        await fails(
          'UpdateFlow',
          { Name: 'f', Definition: 'Type: StateMachine', Description: 'new' },
          'InvalidArgument',
          /:\n1:/,
        );
        assert.deepEqual(await call('DescribeFlow', { Name: 'f' }), before);
      }));

    it('needs a flow of that name', () =>
      withHouse(store, async ({ fails }) => {
        await fails('UpdateFlow', { Name: 'f', Description: 'd' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
        await fails('UpdateFlow', { Description: 'd' }, 'MissingRequiredParams', /'Name'/);
      }));

    it('says so when the flow was made again, or went, while it looked', async () => {
      for (const [again, code] of [
        [true, 'ConcurrentUpdateError'],
        [false, 'FlowNotExists'],
      ] as const) {
        const meddling = (flows: FlowStore): FlowStore => ({
          ...flows,
          async update(name, changes, expectedId) {
            const old = await flows.get(name);
            await flows.delete(name);
            if (again && old !== null) await flows.create({ ...old, id: 'another', executionMode: 'Standard' });
            return flows.update(name, changes, expectedId);
          },
        });
        await withHouse(
          store,
          async ({ call, fails }) => {
            await call('CreateFlow', express('f'));
            await fails('UpdateFlow', { Name: 'f', Description: 'd' }, code, /./);
          },
          { wrap: meddling },
        );
      }
    });
  });

  describe(`DeleteFlow on ${store}`, () => {
    it('answers with nothing, and a second time with FlowNotExists', () =>
      withHouse(store, async ({ call, fails }) => {
        const made = await call('CreateFlow', express('f'));
        assert.deepEqual(await call('DeleteFlow', { Name: 'f' }), {});
        await fails('DeleteFlow', { Name: 'f' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
        await fails('DeleteFlow', {}, 'MissingRequiredParams', /'Name'/);
        const again = await call('CreateFlow', express('f'));
        assert.notEqual(again['Id'], made['Id']);
      }));

    it('stops what runs of the flow after the step it is in, and nothing of a new flow of that name', () =>
      withHouse(store, async ({ call }) => {
        await call('CreateFlow', express('f', { Definition: TWO_WAITS }));
        // With its plan in memory a start is under way as soon as it is called.
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
        assert.equal((await last)?.['Status'], 'Succeeded', 'the last step of a flow ends it as ever');
      }));
  });

  describe(`ListFlows on ${store}`, () => {
    it('pages by name, with a token only where more follows', () =>
      withHouse(store, async ({ call }) => {
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
      }));

    it('starts at the first name not before the token', () =>
      withHouse(store, async ({ call }) => {
        for (const name of ['a', 'c']) await call('CreateFlow', express(name));
        const from = async (token: string) =>
          ((await call('ListFlows', { NextToken: token })) as unknown as { Flows: { Name: string }[] }).Flows.map(
            (flow) => flow.Name,
          );
        assert.deepEqual(await from('b'), ['c']);
        assert.deepEqual(await from('c'), ['c']);
        assert.deepEqual(await from('d'), []);
        assert.deepEqual(await from("'; DROP TABLE flows; --"), ['a', 'c']);
      }));

    it('takes a Limit from 1 to 1000, and 60 when there is none', () =>
      withHouse(store, async ({ call, fails, services }) => {
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
      }));

    it('lists only the flows of a resource group, if one is given', () =>
      withHouse(store, async ({ call }) => {
        await call('CreateFlow', express('a', { ResourceGroupId: 'rg-1' }));
        await call('CreateFlow', express('b', { ResourceGroupId: 'rg-2' }));
        const { Flows } = (await call('ListFlows', { ResourceGroupId: 'rg-2' })) as unknown as {
          Flows: { Name: string }[];
        };
        assert.deepEqual(
          Flows.map((flow) => flow.Name),
          ['b'],
        );
      }));

    it('ends a page early rather than outgrow memory', () =>
      withHouse(store, async ({ call, services }) => {
        await call('CreateFlow', express('f'));
        const record = await services.flows.get('f');
        assert.ok(record !== null);
        for (let n = 0; n < 12; n++)
          await services.flows.create({ ...record, name: `g${n}`, definition: 'x'.repeat(1024 * 1024) });
        const page = await call('ListFlows', { Limit: '1000' });
        assert.ok((page['Flows'] as unknown[]).length < 12);
        assert.equal(typeof page['NextToken'], 'string');
      }));
  });
}
