/** The files of the results of a Map run. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { longNumber } from '../../src/base/json.ts';
import { faultOf, fileSpec, folderBench, itemsOf, NEVER } from './support.ts';

describe('the results of a Map run', () => {
  it('are in files by kind, and the manifest is written last', async (t) => {
    const { objects, folder } = folderBench(t);
    const writing = await objects.openResults({ bucket: 'data', prefix: 'out' }, 'run-1', NEVER);
    await writing.check();
    const place = join(folder, 'out/run-1');
    assert.equal(readFileSync(join(place, 'SUCCEEDED_0.json'), 'utf8'), '[]\n');
    await writing.write('SUCCEEDED', { Name: 'a', id: longNumber('12345678901234567890') });
    await writing.write('FAILED', { Name: 'ü' });
    await writing.write('SUCCEEDED', { Name: 'c' });
    assert.deepEqual(readdirSync(place), ['SUCCEEDED_0.json']);
    assert.deepEqual(await writing.finish(), { bucket: 'data', key: 'out/run-1/manifest.json' });
    const read = (name: string): string => readFileSync(join(place, name), 'utf8');
    assert.equal(read('SUCCEEDED_0.json'), '[{"Name":"a","id":12345678901234567890},\n{"Name":"c"}]\n');
    assert.equal(read('FAILED_0.json'), '[{"Name":"ü"}]\n');
    assert.deepEqual(JSON.parse(read('manifest.json')), {
      DestinationBucket: 'data',
      MapRunName: 'run-1',
      ResultFiles: {
        FAILED: [{ Key: 'out/run-1/FAILED_0.json', Size: 16 }],
        PENDING: [],
        SUCCEEDED: [{ Key: 'out/run-1/SUCCEEDED_0.json', Size: Buffer.byteLength(read('SUCCEEDED_0.json')) }],
      },
    });
    assert.deepEqual(readdirSync(place).sort(), ['FAILED_0.json', 'SUCCEEDED_0.json', 'manifest.json']);
    writing.close();
  });

  it('are in files of at most 4 MiB, with memory for one of each kind', async (t) => {
    const { objects, folder, memory } = folderBench(t);
    const text = 'x'.repeat(60_000);
    const names: string[] = [];
    for (const round of ['first', 'second']) {
      const writing = await objects.openResults({ bucket: 'data', prefix: '' }, 'run', NEVER);
      let peak = 0;
      for (let i = 0; i < 200; i++) {
        await writing.write('SUCCEEDED', { i, text });
        await writing.write('PENDING', { i, text });
        peak = Math.max(peak, memory.bytes);
      }
      await writing.finish();
      assert.ok(peak > 4_000_000 && peak <= 2 * 4 * 1_048_576);
      assert.equal(memory.bytes, 0);
      names.push(readdirSync(join(folder, 'run')).sort().join(' '));
      for (const name of readdirSync(join(folder, 'run'))) {
        assert.ok(readFileSync(join(folder, 'run', name)).length <= 4 * 1_048_576 + 4, `${name} in the ${round} round`);
      }
    }
    assert.equal(
      names[0],
      'PENDING_0.json PENDING_1.json PENDING_2.json SUCCEEDED_0.json SUCCEEDED_1.json SUCCEEDED_2.json manifest.json',
    );
    assert.equal(names[1], names[0], 'a repetition writes the same keys');
    const items = [];
    for (const n of [0, 1, 2]) items.push(...(await itemsOf(objects, fileSpec(`run/SUCCEEDED_${n}.json`, 'JSON'))));
    assert.deepEqual(
      items,
      Array.from({ length: 200 }, (_, i) => ({ i, text })),
    );
  });

  it('may be one record that is larger than a file', async (t) => {
    const { objects, folder } = folderBench(t);
    const plain = await objects.openResults({ bucket: 'data', prefix: '' }, 'run', NEVER);
    await plain.write('FAILED', { a: 'x'.repeat(5_000_000) });
    await plain.write('FAILED', { b: 1 });
    await plain.finish();
    assert.equal(readFileSync(join(folder, 'run/FAILED_1.json'), 'utf8'), '[{"b":1}]\n');
  });

  it('are dropped when the writing is closed, and refused when its signal is aborted', async (t) => {
    const { objects, memory } = folderBench(t);
    const stop = new AbortController();
    const writing = await objects.openResults({ bucket: 'data', prefix: '' }, 'run', stop.signal);
    await writing.write('FAILED', { a: 1 });
    assert.ok(memory.bytes > 0);
    stop.abort();
    assert.equal((await faultOf(writing.finish())).reason, 'Aborted');
    writing.close();
    writing.close();
    assert.equal(memory.bytes, 0);
    assert.equal(
      (await faultOf(objects.openResults({ bucket: 'data', prefix: '' }, 'run', stop.signal))).reason,
      'Aborted',
    );
  });
});
