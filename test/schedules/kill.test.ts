/**
 * A real server that is killed while it makes up for due times: afterwards each, or the latest of each schedule, has had one
 * execution. The store says what was due, so the test does not wait for the clock.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { ECHO, MINUTE_MS } from './schedules.ts';

/** Due times of each schedule before the first server starts. */
const MISSED = 30;
const KILLS = 4;

for (const [missed, schedules, each] of [
  ['latest', 1_500, 1],
  ['all', 20, MISSED],
] as const) {
  test(`no due time has two executions, although the server is killed again and again (${missed})`, async (t) => {
    const folder = temporaryFolder(t);
    const settings = `schedules: { missed: ${missed} }`;
    const file = join(folder, 'millrace.db');
    const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
    const firstMs = nowMs - MISSED * MINUTE_MS;
    await fill(file, firstMs, schedules);
    const reader = new DatabaseSync(file);
    t.after(() => reader.close());
    const count = reader.prepare('SELECT count(*) AS n FROM executions');
    const started = (): number => Number(count.get()?.['n']);
    for (let kills = 1; kills <= KILLS; kills++) {
      const enough = Math.floor((schedules * each * kills) / (KILLS + 1));
      const { process } = await startServer(t, { folder, settings });
      while (started() < enough) await new Promise((resolve) => setImmediate(resolve));
      const ended = once(process, 'exit');
      process.kill('SIGKILL');
      await ended;
    }
    assert.ok(started() < schedules * each, 'the last kill came too late to show anything');
    const { process } = await startServer(t, { folder, settings });
    const waiting = reader.prepare('SELECT count(*) AS n FROM schedules WHERE next_due_ms <= ?');
    const isBehind = (): boolean => Number(waiting.get(nowMs)?.['n']) > 0;
    while (isBehind()) await new Promise((resolve) => setImmediate(resolve));
    process.kill('SIGTERM');
    await once(process, 'exit');

    const rows = reader.prepare('SELECT name FROM executions').all();
    const names = new Set(rows.map((row) => String(row['name'])));
    assert.equal(names.size, rows.length);
    const nameOf = (schedule: number, dueMs: number): string =>
      `s${schedule}-${new Date(dueMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;
    for (let schedule = 0; schedule < schedules; schedule++) {
      for (let dueMs = firstMs; dueMs < nowMs; dueMs += MINUTE_MS) {
        const name = nameOf(schedule, dueMs);
        assert.equal(names.has(name), missed === 'all', name);
      }
    }
    // Later ones have come while the test ran.
    const taken = reader.prepare('SELECT name, next_due_ms, last_due_ms FROM schedules').all();
    for (const row of taken) {
      const lastMs = Number(row['last_due_ms']);
      assert.ok(lastMs >= nowMs);
      assert.equal(Number(row['next_due_ms']) - lastMs, MINUTE_MS);
      assert.ok(names.has(nameOf(Number(String(row['name']).slice(1)), lastMs)));
    }
  });
}

async function fill(file: string, firstMs: number, count: number): Promise<void> {
  const { flows, schedules, close } = openSqliteStores({ file, synchronous: 'NORMAL' }, systemScheduler);
  await flows.create(flowRecord('report', { definition: ECHO, executionMode: 'Standard' }));
  for (let i = 0; i < count; i++) {
    await schedules.create({
      ...{ flowName: 'report', name: `s${i}`, id: `id-${i}`, description: '', payload: '', revision: 1 },
      ...{ cronExpression: '@every 1m', isEnabled: true, createdMs: firstMs, lastModifiedMs: firstMs },
      ...{ nextDueMs: firstMs, lastDueMs: null },
    });
  }
  await close();
}
