/** Pages of every list: callers can page through everything, and no page is much larger than its limit or one entry. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { PAGE_UNITS, pageLength, replyUnits } from '../../src/operations/page.ts';
import { startApi, STORES } from './api-harness.ts';
import type { ApiHarness } from './api-harness.ts';

const PASS = JSON.stringify({
  Type: 'StateMachine',
  SpecVersion: 'v1',
  Name: 'f',
  StartAt: 'A',
  States: [{ Type: 'Pass', Name: 'A', End: true }],
});

/** All entries of a list, page by page. No page may be larger than the limit and one entry. */
async function readAll(
  api: ApiHarness,
  action: string,
  list: string,
  more: Record<string, string>,
): Promise<{ entries: JsonObject[]; pages: number }> {
  const entries: JsonObject[] = [];
  let token = '';
  for (let pages = 1; ; pages++) {
    const reply = await api.call(action, { ...more, ...(token !== '' && { NextToken: token }) });
    const page = reply[list] as readonly JsonObject[];
    const units = page.map(replyUnits);
    const allButLast = units.slice(0, -1).reduce((sum, each) => sum + each, 0);
    assert.ok(allButLast <= PAGE_UNITS, `${action}: a page of ${allButLast} units and one entry`);
    entries.push(...page);
    const next: JsonValue | undefined = reply['NextToken'];
    if (next === undefined) return { entries, pages };
    assert.ok(page.length > 0, 'a page with a token has entries');
    token = String(next);
  }
}

describe('a page', () => {
  it('has the first entries that reach the limit, and at least one', () => {
    const sizes = fc.array(fc.constantFrom(10, 1000, PAGE_UNITS / 4, PAGE_UNITS, 3 * PAGE_UNITS), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const entries = lengths.map((length) => ({ Text: 'x'.repeat(length) }));
        const shown = pageLength(entries);
        assert.ok(shown === entries.length || shown >= 1);
        const before = entries.slice(0, Math.max(0, shown - 1)).reduce((sum, entry) => sum + replyUnits(entry), 0);
        assert.ok(before <= PAGE_UNITS);
        if (shown < entries.length) assert.ok(before + replyUnits(entries[shown - 1]) > PAGE_UNITS);
      }),
    );
  });
});

for (const store of STORES) {
  describe(`pages on the ${store} store`, () => {
    it('of ListFlows count the environments and descriptions too', async (t) => {
      const api = await startApi(t, store);
      const Variables = [{ Name: 'a', Value: 'v'.repeat(60_000) }];
      const names = Array.from({ length: 90 }, (_, i) => `f${String(i).padStart(3, '0')}`);
      for (const Name of names) {
        const flow = { Name, Type: 'FDL', ExecutionMode: 'Express', Description: 'd'.repeat(4000), Definition: PASS };
        await api.call('CreateFlow', { ...flow, Environment: JSON.stringify({ Variables }) });
      }
      const { entries, pages } = await readAll(api, 'ListFlows', 'Flows', { Limit: '1000' });
      assert.deepEqual(
        entries.map((flow) => flow['Name']),
        names,
      );
      assert.ok(pages >= 3, String(pages));
    });

    it('of versions and aliases count the descriptions', async (t) => {
      const api = await startApi(t, store);
      await api.call('CreateFlow', {
        Name: 'f',
        Type: 'FDL',
        ExecutionMode: 'Standard',
        Description: 'd',
        Definition: PASS,
      });
      const Description = 'd'.repeat(4096);
      for (let i = 1; i <= 600; i++) {
        await api.call('PublishFlowVersion', { FlowName: 'f', Description });
        const RoutingConfigurations = `[{"Version":"${i}","Weight":1}]`;
        const Name = `a${String(i).padStart(3, '0')}`;
        await api.call('CreateFlowAlias', { FlowName: 'f', Name, Description, RoutingConfigurations });
      }
      const versions = await readAll(api, 'ListFlowVersions', 'FlowVersions', { FlowName: 'f', Limit: '1000' });
      assert.deepEqual(
        versions.entries.map((version) => version['Version']),
        Array.from({ length: 600 }, (_, i) => String(600 - i)),
      );
      const aliases = await readAll(api, 'ListFlowAliases', 'Aliases', { FlowName: 'f', Limit: '1000' });
      assert.deepEqual(
        aliases.entries.map((alias) => alias['Name']),
        Array.from({ length: 600 }, (_, i) => `a${String(i + 1).padStart(3, '0')}`),
      );
      assert.ok(versions.pages > 1 && aliases.pages > 1);
    });

    it('of ListExecutions and GetExecutionHistory are dense', async (t) => {
      const api = await startApi(t, store);
      const States = Array.from({ length: 40 }, (_, i) => ({
        Type: 'Pass',
        Name: `S${i}`,
        OutputConstructor: { 'text.$': '$Input.text' },
        ...(i === 39 ? { End: true } : { Next: `S${i + 1}` }),
      }));
      const Definition = JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'f', StartAt: 'S0', States });
      const Variables = [{ Name: 'a', Value: 'v'.repeat(60_000) }];
      const flow = { Name: 'f', Type: 'FDL', ExecutionMode: 'Standard', Description: 'd', Definition };
      await api.call('CreateFlow', { ...flow, Environment: JSON.stringify({ Variables }) });
      const Input = JSON.stringify({ text: 'x'.repeat(60_000) });
      for (let i = 0; i < 40; i++) await api.call('StartExecution', { FlowName: 'f', ExecutionName: `e${i}`, Input });
      await api.call('DescribeExecution', { FlowName: 'f', ExecutionName: 'e39', WaitTimeSeconds: '60' });
      const newestFirst = Array.from({ length: 40 }, (_, i) => `e${39 - i}`);
      for (const MetadataOnly of ['false', 'true']) {
        const { entries, pages } = await readAll(api, 'ListExecutions', 'Executions', {
          FlowName: 'f',
          Limit: '100',
          MetadataOnly,
        });
        assert.deepEqual(
          entries.map((execution) => execution['Name']),
          newestFirst,
        );
        assert.ok(pages > 1);
      }
      const request = { FlowName: 'f', ExecutionName: 'e0', Limit: '1000' };
      const { entries, pages } = await readAll(api, 'GetExecutionHistory', 'Events', request);
      assert.deepEqual(
        entries.map((event) => event['EventId']),
        Array.from({ length: entries.length }, (_, i) => i + 1),
      );
      assert.equal(entries.at(-1)?.['Type'], 'ExecutionSucceeded');
      assert.ok(pages > 1);
    });
  });
}
