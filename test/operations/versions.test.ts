/** Versions and aliases of flows, on each store, and the parameter RoutingConfigurations over any text. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACTIONS } from '../../src/api/actions.ts';
import { ApiError } from '../../src/api/error.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { routesOf as readRoutes } from '../../src/operations/decode/routes.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { startApi, STORES } from './api-harness.ts';
import type { ApiHarness } from './api-harness.ts';
import { express, passing } from './definitions.ts';

const TIME = '2026-01-01T00:00:00.000Z';

function routing(...routes: readonly (readonly [version: string, weight: number])[]): string {
  return JSON.stringify(routes.map(([Version, Weight]) => ({ Version, Weight })));
}

/** Creates a flow `f` with `count` versions. Version n makes the mark `vn`; the current definition is that of the last version. */
async function publishVersions(api: ApiHarness, count: number): Promise<void> {
  await api.call('CreateFlow', express('f'));
  for (let n = 1; n <= count; n++) {
    await api.call('UpdateFlow', { Name: 'f', Definition: passing('f', `v${n}`) });
    await api.call('PublishFlowVersion', { FlowName: 'f' });
  }
}

/** The mark of the definition that StartSyncExecution runs for a qualifier. */
async function markOf({ call }: ApiHarness, qualifier?: string): Promise<unknown> {
  const asked = qualifier === undefined ? {} : { Qualifier: qualifier };
  const { Output } = await call('StartSyncExecution', { FlowName: 'f', ...asked });
  return (JSON.parse(String(Output)) as { mark: unknown }).mark;
}

for (const store of STORES) {
  describe(`PublishFlowVersion on ${store}`, () => {
    it('counts from 1, and uses no number twice', async (t) => {
      const { call } = await startApi(t, store);
      await call('CreateFlow', express('f'));
      assert.deepEqual(await call('PublishFlowVersion', { FlowName: 'f', Description: 'the first' }), {
        FlowName: 'f',
        Version: '1',
        Description: 'the first',
        CreatedTime: TIME,
      });
      assert.deepEqual(Object.keys(await call('PublishFlowVersion', { FlowName: 'f' })), [
        'FlowName',
        'Version',
        'Description',
        'CreatedTime',
      ]);
      assert.deepEqual(await call('DeleteFlowVersion', { FlowName: 'f', FlowVersion: '2' }), {});
      assert.equal((await call('PublishFlowVersion', { FlowName: 'f' }))['Version'], '3');
    });

    it('freezes definition, description, environment and role', async (t) => {
      const { call, fails } = await startApi(t, store);
      const variables = (value: string) => JSON.stringify({ Variables: [{ Name: 'a', Value: value }] });
      await call('CreateFlow', express('f', { Description: 'old', RoleArn: 'r1', Environment: variables('1') }));
      const before = await call('DescribeFlow', { Name: 'f' });
      await call('PublishFlowVersion', { FlowName: 'f', Description: 'of the version' });
      const change = { Definition: passing('f', 'new'), Description: 'new', RoleArn: 'r2' };
      await call('UpdateFlow', { Name: 'f', ...change, Environment: variables('2') });
      assert.deepEqual(await call('DescribeFlow', { Name: 'f', FlowVersion: '1' }), before);
      for (const FlowVersion of ['', 'LATEST']) {
        assert.equal((await call('DescribeFlow', { Name: 'f', FlowVersion }))['Description'], 'new');
      }
      const message = /^The version 2 for flow 'f' does not exist\.$/;
      await fails('DescribeFlow', { Name: 'f', FlowVersion: '2' }, 'FlowVersionNotExists', message);
    });

    it('refuses a flow that does not exist', async (t) => {
      const { fails } = await startApi(t, store);
      await fails('PublishFlowVersion', { FlowName: 'f' }, 'FlowNotExists', /^Flow 'f' does not exist\.$/);
    });

    it('counts from 1 again for a flow that was deleted and created again', async (t) => {
      const api = await startApi(t, store);
      await publishVersions(api, 3);
      await api.call('DeleteFlow', { Name: 'f' });
      await api.call('CreateFlow', express('f'));
      assert.deepEqual((await api.call('ListFlowVersions', { FlowName: 'f' }))['FlowVersions'], []);
      assert.equal((await api.call('PublishFlowVersion', { FlowName: 'f' }))['Version'], '1');
    });
  });

  describe(`ListFlowVersions on ${store}`, () => {
    it('returns the newest first, page by page, with a token only if more versions follow', async (t) => {
      const api = await startApi(t, store);
      await publishVersions(api, 5);
      await api.call('DeleteFlowVersion', { FlowName: 'f', FlowVersion: '3' });
      const seen: unknown[] = [];
      let token: string | undefined;
      do {
        const page = await api.call('ListFlowVersions', { FlowName: 'f', Limit: '2', NextToken: token ?? '' });
        const versions = page['FlowVersions'] as unknown as JsonObject[];
        for (const version of versions)
          assert.deepEqual(Object.keys(version), ['Version', 'Description', 'CreatedTime']);
        seen.push(...versions.map((version) => version['Version']));
        token = page['NextToken'] as string | undefined;
        assert.equal('NextToken' in page, token !== undefined);
      } while (token !== undefined);
      assert.deepEqual(seen, ['5', '4', '2', '1']);
    });

    it('is empty for a flow without versions, and fails without a flow', async (t) => {
      const { call, fails } = await startApi(t, store);
      await fails('ListFlowVersions', { FlowName: 'f' }, 'FlowNotExists', /'f'/);
      await call('CreateFlow', express('f'));
      assert.deepEqual(await call('ListFlowVersions', { FlowName: 'f' }), { FlowVersions: [] });
    });
  });

  describe(`DeleteFlowVersion on ${store}`, () => {
    it('deletes a version to which no alias routes', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      await publishVersions(api, 2);
      await call('CreateFlowAlias', {
        FlowName: 'f',
        Name: 'a',
        RoutingConfigurations: routing(['1', 1], ['2', 0]),
      });
      for (const FlowVersion of ['1', '2']) {
        await fails(
          'DeleteFlowVersion',
          { FlowName: 'f', FlowVersion },
          'FlowVersionInUse',
          new RegExp(`^The version ${FlowVersion} for flow 'f' is in use: an alias routes to it\\.$`),
        );
      }
      await call('UpdateFlowAlias', { FlowName: 'f', Name: 'a', RoutingConfigurations: routing(['2', 5]) });
      assert.deepEqual(await call('DeleteFlowVersion', { FlowName: 'f', FlowVersion: '1' }), {});
      await fails('DeleteFlowVersion', { FlowName: 'f', FlowVersion: '1' }, 'FlowVersionNotExists', /version 1 /);
      await call('DeleteFlowAlias', { FlowName: 'f', Name: 'a' });
      await call('DeleteFlowVersion', { FlowName: 'f', FlowVersion: '2' });
      await fails('DeleteFlowVersion', { FlowName: 'g', FlowVersion: '1' }, 'FlowNotExists', /'g'/);
    });
  });

  describe(`aliases on ${store}`, () => {
    it('are created, described, listed, updated and deleted, each reply with its members', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      await publishVersions(api, 2);
      const name = { FlowName: 'f', Name: 'prod' };
      const made = await call('CreateFlowAlias', {
        ...name,
        Description: 'd',
        RoutingConfigurations: routing(['1', 30]),
      });
      const members = { Name: 'prod', Description: 'd', RoutingConfigurations: [{ Version: '1', Weight: 30 }] };
      assert.deepEqual(made, { FlowName: 'f', ...members, CreatedTime: TIME });
      const keys = ['Name', 'Description', 'RoutingConfigurations', 'CreatedTime'];
      assert.deepEqual(Object.keys(made), ['FlowName', ...keys]);
      const described = await call('DescribeFlowAlias', name);
      assert.deepEqual(described, { Alias: { ...members, CreatedTime: TIME } });
      assert.deepEqual(Object.keys(described['Alias'] as JsonObject), keys);
      const listed = await call('ListFlowAliases', { FlowName: 'f' });
      const asText = { ...members, RoutingConfigurations: [{ Version: '1', Weight: '30' }], CreatedTime: TIME };
      assert.deepEqual(listed, { Aliases: [asText] });

      const two = [
        { Version: '2', Weight: 0 },
        { Version: '1', Weight: 1_000_000 },
      ];
      const change = { ...name, RoutingConfigurations: routing(['2', 0], ['1', 1_000_000]) };
      assert.deepEqual(await call('UpdateFlowAlias', change), {
        Alias: { ...members, RoutingConfigurations: two, CreatedTime: TIME },
      });
      const cleared = await call('UpdateFlowAlias', { ...name, Description: '' });
      assert.deepEqual(cleared, {
        Alias: { Name: 'prod', Description: '', RoutingConfigurations: two, CreatedTime: TIME },
      });
      assert.deepEqual(await call('UpdateFlowAlias', name), cleared);

      assert.deepEqual(await call('DeleteFlowAlias', name), {});
      for (const action of ['DescribeFlowAlias', 'UpdateFlowAlias', 'DeleteFlowAlias']) {
        await fails(action, name, 'FlowAliasNotExists', /^The alias prod for flow 'f' does not exist\.$/);
        await fails(action, { FlowName: 'g', Name: 'prod' }, 'FlowNotExists', /^Flow 'g' does not exist\.$/);
      }
    });

    it('route to versions that exist, and have unique names', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      const alias = (more: Record<string, string>) => ({
        FlowName: 'f',
        Name: 'a',
        RoutingConfigurations: routing(['1', 1]),
        ...more,
      });
      await fails('CreateFlowAlias', alias({}), 'FlowNotExists', /'f'/);
      await publishVersions(api, 1);
      await call('CreateFlowAlias', alias({}));
      await fails(
        'CreateFlowAlias',
        alias({}),
        'FlowAliasAlreadyExists',
        /^The alias a for flow 'f' already exists\.$/,
      );
      const gone = { RoutingConfigurations: routing(['1', 1], ['9', 1]) };
      const message = /^The version 9 for flow 'f' does not exist\.$/;
      await fails('CreateFlowAlias', alias({ ...gone, Name: 'b' }), 'FlowVersionNotExists', message);
      await fails('UpdateFlowAlias', alias(gone), 'FlowVersionNotExists', message);
      const { Alias } = await call('DescribeFlowAlias', { FlowName: 'f', Name: 'a' });
      assert.deepEqual((Alias as JsonObject)['RoutingConfigurations'], [{ Version: '1', Weight: 1 }]);
    });

    it('are listed by name in byte order, page by page', async (t) => {
      const api = await startApi(t, store);
      await publishVersions(api, 1);
      for (const Name of ['b', 'a', 'C', '_d', 'a-1']) {
        await api.call('CreateFlowAlias', { FlowName: 'f', Name, RoutingConfigurations: routing(['1', 1]) });
      }
      const names: unknown[] = [];
      let token = '';
      do {
        const page = await api.call('ListFlowAliases', { FlowName: 'f', Limit: '2', NextToken: token });
        names.push(...(page['Aliases'] as unknown as JsonObject[]).map((alias) => alias['Name']));
        token = (page['NextToken'] as string | undefined) ?? '';
      } while (token !== '');
      assert.deepEqual(names, ['C', '_d', 'a', 'a-1', 'b']);
      await api.fails('ListFlowAliases', { FlowName: 'g' }, 'FlowNotExists', /'g'/);
    });

    it('are deleted with their flow', async (t) => {
      const api = await startApi(t, store);
      await publishVersions(api, 1);
      await api.call('CreateFlowAlias', { FlowName: 'f', Name: 'a', RoutingConfigurations: routing(['1', 1]) });
      await api.call('DeleteFlow', { Name: 'f' });
      await publishVersions(api, 1);
      assert.deepEqual(await api.call('ListFlowAliases', { FlowName: 'f' }), { Aliases: [] });
    });

    it('report a version that was published while a route to it was refused', async (t) => {
      const late = (flows: FlowStore): FlowStore => ({
        ...flows,
        async createAlias(flowName, alias) {
          const outcome = await flows.createAlias(flowName, alias);
          await flows.publish(flowName, '', 0);
          return outcome;
        },
      });
      const { call, fails } = await startApi(t, store, { wrap: late });
      await call('CreateFlow', express('f'));
      const alias = { FlowName: 'f', Name: 'a', RoutingConfigurations: routing(['1', 1]) };
      await fails('CreateFlowAlias', alias, 'ConcurrentUpdateError', /retry/);
    });
  });

  describe(`Qualifier of StartSyncExecution on ${store}`, () => {
    it('chooses the current definition, a version, or the version of an alias', async (t) => {
      const api = await startApi(t, store);
      const { call, fails } = api;
      await publishVersions(api, 2);
      await call('UpdateFlow', { Name: 'f', Definition: passing('f', 'unpublished') });
      await call('CreateFlowAlias', { FlowName: 'f', Name: 'a', RoutingConfigurations: routing(['1', 7]) });
      assert.deepEqual(
        [await markOf(api), await markOf(api, ''), await markOf(api, 'LATEST')],
        ['unpublished', 'unpublished', 'unpublished'],
      );
      assert.deepEqual([await markOf(api, '1'), await markOf(api, '2')], ['v1', 'v2']);
      assert.equal(await markOf(api, 'a'), 'v1');
      await call('UpdateFlowAlias', { FlowName: 'f', Name: 'a', RoutingConfigurations: routing(['2', 1], ['1', 0]) });
      assert.equal(await markOf(api, 'a'), 'v2');
      const asked = (Qualifier: string) => ({ FlowName: 'f', Qualifier });
      await fails('StartSyncExecution', asked('3'), 'FlowVersionNotExists', /^The version 3 for flow 'f' does/);
      await fails('StartSyncExecution', asked('b'), 'FlowAliasNotExists', /^The alias b for flow 'f' does/);
      await call('DeleteFlowAlias', { FlowName: 'f', Name: 'a' });
      await fails('StartSyncExecution', asked('a'), 'FlowAliasNotExists', /^The alias a /);
      await call('DeleteFlowVersion', { FlowName: 'f', FlowVersion: '1' });
      await fails('StartSyncExecution', asked('1'), 'FlowVersionNotExists', /^The version 1 /);
      await call('DeleteFlow', { Name: 'f' });
      await fails('StartSyncExecution', asked('2'), 'FlowNotExists', /'f'/);
    });

    it('distributes executions by weight', async (t) => {
      const api = await startApi(t, store);
      await publishVersions(api, 2);
      const alias = { FlowName: 'f', Name: 'a', RoutingConfigurations: routing(['1', 30], ['2', 10]) };
      await api.call('CreateFlowAlias', alias);
      let first = 0;
      for (let n = 0; n < 400; n++) if ((await markOf(api, 'a')) === 'v1') first++;
      // Randomness comes from a seed: about three quarters of 400.
      assert.ok(first > 250 && first < 350, `${first} of 400`);
    });
  });
}

describe('RoutingConfigurations', () => {
  const { RoutingConfigurations } = ACTIONS.CreateFlowAlias.parameters;
  const routesOf = (text: string) => readRoutes(text, 'RoutingConfigurations', RoutingConfigurations);

  it('is refused with a reason', () => {
    const wrong: readonly [string, RegExp][] = [
      ['nothing', /^RoutingConfigurations is not JSON \(/],
      ['{}', /is not a JSON array like/],
      ['null', /is not a JSON array like/],
      ['[]', /has 0 entries; an alias routes to one or two versions/],
      ['[1,2,3]', /has 3 entries/],
      ['[1]', /has no object at \[0\]/],
      ['[null]', /has no object at \[0\]/],
      ['[{"Version":"1","Weight":1},[]]', /has no object at \[1\]/],
      ['[{"Weight":1}]', /has no Version at \[0\]/],
      ['[{"Version":null,"Weight":1}]', /has no Version at \[0\]/],
      ['[{"Version":"1"}]', /has no Weight at \[0\]/],
      ['[{"Version":"LATEST","Weight":1}]', /has a Version at \[0\] that is not the number of one/],
      ['[{"Version":"01","Weight":1}]', /has a Version at \[0\]/],
      ['[{"Version":"0","Weight":1}]', /has a Version at \[0\]/],
      ['[{"Version":1.5,"Weight":1}]', /has a Version at \[0\]/],
      ['[{"Version":true,"Weight":1}]', /has a Version at \[0\]/],
      [`[{"Version":"${'9'.repeat(16)}","Weight":1}]`, /has a Version at \[0\]/],
      [`[{"Version":${'9'.repeat(30)},"Weight":1}]`, /has a Version at \[0\]/],
      ['[{"Version":"1","Weight":-1}]', /has a Weight at \[0\] that is not a whole number from 0 to 1000000/],
      ['[{"Version":"1","Weight":0.5}]', /has a Weight at \[0\]/],
      ['[{"Version":"1","Weight":1000001}]', /has a Weight at \[0\]/],
      ['[{"Version":"1","Weight":"1e3"}]', /has a Weight at \[0\]/],
      ['[{"Version":"1","Weight":"9999999"}]', /has a Weight at \[0\]/],
      ['[{"Version":"1","Weight":{}}]', /has a Weight at \[0\]/],
      ['[{"Version":"1","Weight":0}]', /has no Weight above 0/],
      ['[{"Version":"1","Weight":0},{"Version":"2","Weight":0}]', /has no Weight above 0/],
      ['[{"Version":"1","Weight":1},{"Version":"1","Weight":2}]', /names the version 1 twice/],
      ['[{"Version":"1","Weight":1},{"Version":1,"Weight":2}]', /names the version 1 twice/],
      ['[{"version":"1","Weight":1}]', /an unknown member "version" at \[0\] \(did you mean "Version"\?\)/],
      ['[{"Version":"1","Weight":1,"Wieght":1}]', /"Wieght" at \[0\] \(did you mean "Weight"\?\)/],
      ['[{"Version":"1","Weight":1,"__proto__":1}]', /an unknown member "__proto__" at \[0\]\.$/],
      [`[{"Version":"1","Weight":1}]${' '.repeat(4096)}`, /has more than 4096 characters/],
      ['['.repeat(2000), /nested deeper/],
    ];
    for (const [text, message] of wrong) {
      assert.throws(
        () => routesOf(text),
        (error) => error instanceof ApiError && error.code === 'InvalidArgument' && message.test(error.message),
        text.slice(0, 80),
      );
    }
  });

  it('accepts a weight as text, as ListFlowAliases returns it, and a version as a number', () => {
    assert.deepEqual(routesOf('[{"Version":2,"Weight":"30"}]'), [{ version: 2, weight: 30 }]);
  });

  it('is one or two usable routes or an error for any text', () => {
    const member = fc.constantFrom('Version', 'Weight', 'version', '__proto__');
    const value = fc.oneof(
      fc.integer({ min: -1, max: 3 }),
      fc.constantFrom('1', '2', '0', '', null, 1e9),
      fc.jsonValue(),
    );
    const list = fc.array(fc.dictionary(member, value, { maxKeys: 3 }), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          list.map((each) => JSON.stringify(each)),
        ),
        (text) => {
          try {
            const routes = routesOf(text);
            assert.ok(routes.length === 1 || routes.length === 2);
            assert.ok(routes.some((route) => route.weight > 0));
            assert.equal(new Set(routes.map((route) => route.version)).size, routes.length);
            for (const { version, weight } of routes) assert.ok(version >= 1 && weight >= 0 && weight <= 1_000_000);
          } catch (error) {
            assert.ok(error instanceof ApiError && error.code === 'InvalidArgument', String(error));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
