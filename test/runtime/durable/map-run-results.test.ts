/** The records that the results of a Map run have, and the order in which they are written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEntries } from '../../../src/runtime/durable/map-runs/entries.ts';
import type { MapRunEntry } from '../../../src/runtime/durable/map-runs/entries.ts';
import { Progress } from '../../../src/runtime/durable/map-runs/progress.ts';
import { writeResults } from '../../../src/runtime/durable/map-runs/results.ts';
import type { ResultWriting } from '../../../src/objects/ports.ts';

const times = { items: 1, startedMs: 0, stoppedMs: 0 };
const succeeded = (index: number): MapRunEntry => ({
  kind: 'succeeded',
  output: 1,
  index,
  name: `c${index}`,
  ...times,
});
const failed = (index: number): MapRunEntry => {
  return { kind: 'failed', failure: { error: 'E', cause: '' }, index, name: `c${index}`, ...times };
};
const redriven: MapRunEntry = { kind: 'redriven', event: 9, atMs: 0 };

/** The records in the order of their writing, and `row` for each row of the log that was read. */
async function written(log: readonly (readonly MapRunEntry[])[]): Promise<string[]> {
  const spec = { name: 'run', concurrency: null, toleratedCount: 9, toleratedPercentage: null, maxItems: null };
  const progress = new Progress(spec, 65_536);
  const rows: { first: number; count: number; events: string }[] = [];
  for (const entries of log) {
    const { text, count } = encodeEntries(entries);
    rows.push({ first: progress.next, count, events: text });
    for (const entry of entries) progress.take(entry);
  }
  const done: string[] = [];
  const writing: ResultWriting = {
    check: () => Promise.resolve(),
    write: async (kind, { Index }) => void done.push(`${kind} ${String(Index)}`),
    finish: () => Promise.resolve({ bucket: 'b', key: 'k' }),
    close() {},
  };
  const store = {
    mapRunLog: (_execution: number, _key: number, from: number, count: number) =>
      Promise.resolve(rows.filter(({ first }) => first >= from).slice(0, count)),
  };
  const turns = { later: async () => void done.push('row') };
  const run = { flowName: 'work', execution: 1, key: 2, mapRunName: 'run' };
  await writeResults({ store, turns, ...run }, writing, progress, [{ index: 7, name: 'c7', input: '' }]);
  return done;
}

test('each record is written when its row is read, so that memory does not grow with the failures', async () => {
  assert.deepEqual(await written([[failed(0), succeeded(1)], [failed(2)], [failed(3)]]), [
    ...['row', 'FAILED 0', 'SUCCEEDED 1'],
    ...['row', 'FAILED 2'],
    ...['row', 'FAILED 3', 'PENDING 7'],
  ]);
});

test('a child that failed before a redrive has the end that it had after the last one', async () => {
  const log = [
    [succeeded(0), failed(1), failed(2)],
    [redriven, failed(1)],
    [failed(2), redriven, succeeded(1)],
    [failed(2)],
  ];
  assert.deepEqual(await written(log), [
    'row',
    'SUCCEEDED 0',
    'row',
    'row',
    'SUCCEEDED 1',
    'row',
    'FAILED 2',
    'PENDING 7',
  ]);
});
