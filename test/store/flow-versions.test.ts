/** The contract of versions and aliases, run on every adapter. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FlowAlias, FlowStore } from '../../src/store/flows.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { ADAPTERS, openStores } from './adapters.ts';

const FLOW = flowRecord('a', {
  description: 'first',
  roleArn: 'role',
  writer: 'key-1',
  resourceGroupId: 'rg',
  externalStorageLocation: 'x',
});
const text = fc.string({ unit: 'binary', maxLength: 20 });

function aliasTo(name: string, ...versions: number[]): FlowAlias {
  const routes = versions.map((version, i) => ({ version, weight: i * 10 }));
  return { name, description: `of ${name}`, routes, createdMs: 5 };
}

for (const adapter of ADAPTERS) {
  const storeWithFlow = async (t: CleanUp): Promise<FlowStore> => {
    const { flows } = await openStores(t, adapter);
    await flows.create(FLOW);
    return flows;
  };

  describe(`flow versions: ${adapter.name}`, () => {
    it('copy the flow', async (t) => {
      const store = await storeWithFlow(t);
      const first = { version: 1, description: 'one', createdMs: 7, flow: FLOW };
      assert.deepEqual(await store.publish('a', 'one', 7), first);
      const environment = [{ name: 'n', value: 'v', description: '' }];
      const changes = { definition: 'new', description: '', roleArn: '', environment, type: 'DEFAULT' } as const;
      const flow = await store.update('a', { ...changes, lastModifiedMs: 9, writer: 'key-2' }, FLOW.id);
      assert.ok(flow !== null);
      const second = { version: 2, description: '', createdMs: 8, flow };
      assert.deepEqual(await store.publish('a', '', 8), second);
      assert.deepEqual(await store.getVersion('a', 1), first);
      assert.deepEqual(await store.getVersion('a', 2), second);
      assert.equal(await store.getVersion('a', 3), null);
      assert.equal(await store.getVersion('b', 1), null);
      assert.equal(await store.publish('b', '', 1), null);
    });

    it('have numbers that are not used twice, until the flow is created again', async (t) => {
      const store = await storeWithFlow(t);
      await store.create(flowRecord('b'));
      const publish = async (name: string) => (await store.publish(name, '', 1))?.version;
      const [one, another, ofB] = await Promise.all([publish('a'), publish('a'), publish('b')]);
      assert.deepEqual(new Set([one, another]), new Set([1, 2]));
      assert.equal(ofB, 1);
      assert.equal(await store.deleteVersion('a', 2), 'deleted');
      assert.equal(await store.deleteVersion('a', 2), 'absent');
      assert.equal(await publish('a'), 3);
      assert.equal(await store.deleteVersion('a', 1), 'deleted');
      assert.equal(await store.deleteVersion('a', 3), 'deleted');
      assert.equal(await publish('a'), 4);
      assert.equal(await store.createAlias('a', aliasTo('live', 4)), 'created');
      await store.delete('a');
      assert.equal(await store.getVersion('a', 4), null);
      await store.create(FLOW);
      assert.deepEqual(await store.listVersions('a', null, 9), { versions: [], nextVersion: null });
      assert.deepEqual(await store.listAliases('a', '', 9), { aliases: [], nextName: null });
      assert.equal(await publish('a'), 1);
      assert.equal(await publish('b'), 2);
    });

    it('are listed newest first, page by page', async (t) => {
      const store = await storeWithFlow(t);
      for (let n = 1; n <= 7; n++) await store.publish('a', `d${n}`, n);
      await store.deleteVersion('a', 4);
      const first = await store.listVersions('a', null, 3);
      assert.deepEqual(first.versions[0], { version: 7, description: 'd7', createdMs: 7 });
      const numbers = async (from: number | null, limit: number) => {
        const page = await store.listVersions('a', from, limit);
        return [page.versions.map(({ version }) => version), page.nextVersion];
      };
      assert.deepEqual(await numbers(null, 3), [[7, 6, 5], 3]);
      assert.deepEqual(await numbers(3, 3), [[3, 2, 1], null]);
      assert.deepEqual(await numbers(4, 1), [[3], 2]);
      assert.deepEqual(await numbers(99, 6), [[7, 6, 5, 3, 2, 1], null]);
      assert.deepEqual(await numbers(0, 6), [[], null]);
    });

    it('cannot be deleted while an alias leads to them', async (t) => {
      const store = await storeWithFlow(t);
      for (let n = 1; n <= 3; n++) await store.publish('a', '', n);
      await store.create(flowRecord('b'));
      for (let n = 1; n <= 3; n++) await store.publish('b', '', n);
      await store.createAlias('a', aliasTo('live', 1, 2));
      assert.equal(await store.deleteVersion('a', 1), 'routed-to');
      assert.equal(await store.deleteVersion('a', 2), 'routed-to');
      assert.equal(await store.deleteVersion('b', 1), 'deleted');
      await store.updateAlias('a', 'live', { routes: [{ version: 3, weight: 1 }] });
      assert.equal(await store.deleteVersion('a', 3), 'routed-to');
      assert.equal(await store.deleteVersion('a', 1), 'deleted');
      assert.equal(await store.deleteAlias('a', 'live'), true);
      assert.equal(await store.deleteVersion('a', 3), 'deleted');
    });
  });

  describe(`flow aliases: ${adapter.name}`, () => {
    it('have every member as stored, for any text', async (t) => {
      const store = await storeWithFlow(t);
      await store.publish('a', '', 1);
      await fc.assert(
        fc.asyncProperty(text, text, fc.nat(), fc.nat(), async (name, description, weight, createdMs) => {
          const alias = { name, description, routes: [{ version: 1, weight }], createdMs };
          assert.equal(await store.createAlias('a', alias), 'created');
          assert.equal(await store.createAlias('a', { ...alias, description: 'other' }), 'exists');
          assert.deepEqual(await store.getAlias('a', name), alias);
          assert.equal(await store.deleteAlias('a', name), true);
          assert.equal(await store.deleteAlias('a', name), false);
          assert.equal(await store.getAlias('a', name), null);
        }),
        { numRuns: 30 },
      );
    });

    it('can only lead to versions that exist', async (t) => {
      const store = await storeWithFlow(t);
      for (let n = 1; n <= 2; n++) await store.publish('a', '', n);
      assert.equal(await store.createAlias('a', aliasTo('live', 1, 3)), 'no-version');
      assert.equal(await store.createAlias('b', aliasTo('live', 1)), 'no-version');
      assert.equal(await store.getAlias('a', 'live'), null);
      assert.equal(await store.createAlias('a', aliasTo('live', 1, 2)), 'created');
      assert.equal(await store.updateAlias('a', 'live', { routes: aliasTo('', 3).routes }), 'no-version');
      assert.deepEqual(await store.getAlias('a', 'live'), aliasTo('live', 1, 2));
      assert.equal(await store.updateAlias('a', 'none', { description: '' }), 'absent');
      assert.equal(await store.updateAlias('b', 'live', { description: '' }), 'absent');
      const described = { ...aliasTo('live', 1, 2), description: '' };
      assert.deepEqual(await store.updateAlias('a', 'live', { description: '' }), described);
      const routed = { ...described, routes: [{ version: 2, weight: 1 }] };
      assert.deepEqual(await store.updateAlias('a', 'live', { routes: routed.routes }), routed);
      assert.deepEqual(await store.getAlias('a', 'live'), routed);
    });

    it('never lead to a version that is deleted at the same time', async (t) => {
      const store = await storeWithFlow(t);
      for (let n = 1; n <= 8; n++) {
        const version = (await store.publish('a', '', n))?.version as number;
        const [deleted, created] = await Promise.all([
          store.deleteVersion('a', version),
          store.createAlias('a', aliasTo(`alias-${n}`, version)),
        ]);
        assert.ok((deleted === 'deleted') !== (created === 'created'), `${deleted} ${created}`);
      }
    });

    it('are listed in the byte order of their names, page by page', async (t) => {
      const store = await storeWithFlow(t);
      await store.publish('a', '', 1);
      const names = ['b', 'B', '\u{10000}', '\u{ffff}', 'c', ''];
      for (const name of names) await store.createAlias('a', aliasTo(name, 1));
      const inOrder = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const listed: string[] = [];
      for (let from: string | null = ''; from !== null; ) {
        const page = await store.listAliases('a', from, 2);
        listed.push(...page.aliases.map(({ name }) => name));
        from = page.nextName;
      }
      assert.deepEqual(listed, inOrder);
      const [first] = (await store.listAliases('a', 'bb', 9)).aliases;
      assert.deepEqual(first, aliasTo('c', 1));
    });
  });
}
