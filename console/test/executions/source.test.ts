/** The source of a list of executions, without a browser. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readFilters } from '../../src/pages/executions/filters.ts';

/** The parts of a browser that the source uses. A page that is hidden has no stream. */
function pretendBrowser(answer: () => Promise<unknown>): void {
  const page = { hidden: true, addEventListener: () => undefined, removeEventListener: () => undefined };
  const fetch = async () => ({ ok: true, status: 200, text: async () => JSON.stringify(await answer()) });
  Object.assign(globalThis, { document: page, window: { setTimeout, clearTimeout }, fetch });
}

it('reading all executions waits for the page that is under way', async () => {
  const first = Promise.withResolvers<unknown>();
  const page = (name: string, more: object) => ({
    Executions: [{ FlowName: 'orders', Name: name, Status: 'Running', StartedTime: '2026-01-01T00:00:00Z' }],
    ...more,
  });
  const answers = [first.promise, page('two', { NextToken: 'c' }), page('three', {})];
  pretendBrowser(async () => answers.shift());
  const { ExecutionsSource } = await import('../../src/pages/executions/executions-source.ts');
  const filters = readFilters(new URLSearchParams(), null);
  const source = new ExecutionsSource({ filters, known: [], mayInsert: () => true });
  source.list.value = { ...source.list.value, nextToken: 'b' };
  const more = source.more.bind(source);
  let calls = 0;
  source.more = () => {
    calls++;
    if (calls > 20) throw new Error('It goes round in a circle.');
    return more();
  };
  const begun = source.restart();
  const all = source.all();
  // As an answer of a server: not before everything that is ready has run.
  setImmediate(() => first.resolve(page('one', { NextToken: 'b' })));
  await Promise.all([begun, all]);
  assert.deepEqual(
    source.list.value.rows.map(({ name }) => name),
    ['one', 'two', 'three'],
  );
  source.close();
});
