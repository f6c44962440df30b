/**
 * A real server that is killed while it makes up for due times: afterwards each has had one execution. The store says what was due,
 * so the test does not wait for the clock.
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

const SCHEDULES = 20;
/** Due times of each schedule before the first server starts. */
const MISSED = 30;
const KILLS = 4;

test('each due time has one execution, although the server is killed again and again', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'millrace.db');
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
  const firstMs = nowMs - MISSED * MINUTE_MS;
  await fill(file, firstMs);
  const reader = new DatabaseSync(file);
  t.after(() => reader.close());
  const count = reader.prepare('SELECT count(*) AS n FROM executions');
  const started = (): number => Number(count.get()?.['n']);
  for (let kills = 1; kills <= KILLS; kills++) {
    const enough = Math.floor((SCHEDULES * MISSED * kills) / (KILLS + 1));
    const { process } = await startServer(t, { folder });
    while (started() < enough) await new Promise((resolve) => setImmediate(resolve));
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
  }
  assert.ok(started() < SCHEDULES * MISSED, 'the last kill came too late to show anything');
  const { process } = await startServer(t, { folder });
  while (started() < SCHEDULES * MISSED) await new Promise((resolve) => setImmediate(resolve));
  process.kill('SIGTERM');
  await once(process, 'exit');

  const rows = reader.prepare('SELECT name FROM executions').all();
  const names = rows.map((row) => String(row['name']));
  assert.equal(new Set(names).size, names.length);
  // Later ones have come while the test ran.
  for (let schedule = 0; schedule < SCHEDULES; schedule++) {
    for (let due = 0; due < MISSED; due++) {
      const time = new Date(firstMs + due * MINUTE_MS).toISOString().replace(/[-:]|\.\d+/g, '');
      assert.ok(names.includes(`s${schedule}-${time}`), `s${schedule} at ${time} is missing`);
    }
  }
  const taken = reader.prepare('SELECT next_due_ms, last_due_ms FROM schedules').all();
  for (const row of taken) assert.equal(Number(row['next_due_ms']) - Number(row['last_due_ms']), MINUTE_MS);
});

async function fill(file: string, firstMs: number): Promise<void> {
  const { flows, schedules, close } = openSqliteStores({ file, synchronous: 'NORMAL' }, systemScheduler);
  await flows.create(flowRecord('report', { definition: ECHO, executionMode: 'Standard' }));
  for (let i = 0; i < SCHEDULES; i++) {
    await schedules.create({
      ...{ flowName: 'report', name: `s${i}`, id: `id-${i}`, description: '', payload: '', revision: 1 },
      ...{ cronExpression: '@every 1m', isEnabled: true, createdMs: firstMs, lastModifiedMs: firstMs },
      ...{ nextDueMs: firstMs, lastDueMs: null },
    });
  }
  await close();
}
