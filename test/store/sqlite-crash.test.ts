/** The SQLite store and other processes: kill -9 leaves each flow whole, and one server at a time has a file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { openSqlite } from './adapters.ts';
import { newNode } from './executions.ts';
import { STAGES, stamped } from './stamp.ts';

const WRITER = join(import.meta.dirname, 'writer.ts');

interface Writer {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

function startWriter(file: string, mode: 'loop' | 'commit' | 'hold'): Writer {
  const child = spawn(process.execPath, [WRITER, file, mode], { stdio: ['pipe', 'pipe', 'pipe'] });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function stderrOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stderr as NodeJS.ReadableStream) text += String(chunk);
  return text;
}

/** Kills a process after it has reported `killAfter` durable changes. Returns the last number that it reported. */
async function killed(file: string, mode: 'loop' | 'commit', killAfter: number): Promise<number> {
  const { child, lines } = startWriter(file, mode);
  const exited = once(child, 'exit');
  assert.equal((await lines.next()).value, 'open');
  let durable = 0;
  for (let n = 0; n < killAfter; n++) durable = Number((await lines.next()).value);
  child.kill('SIGKILL');
  await exited;
  // Numbers that it reported before it died are durable too.
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) durable = Number(line.value);
  return durable;
}

describe('sqlite store and other processes', () => {
  it('has every flow either old or new, never mixed, after its process is killed', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    for (const killAfter of [1, 2, 5, 12, 23, 40]) {
      const durable = await killed(file, 'loop', killAfter);
      // The operating system released the lock of the killed process.
      const stores = openSqlite(file);
      const store = stores.flows;
      for (const name of ['flow-0', 'flow-1', 'flow-2']) {
        const flow = await store.get(name);
        if (flow === null) continue;
        const { definition, description, environment } = flow;
        assert.deepEqual({ definition, description, environment }, stamped(Number(description)));
      }
      const last = await store.get(`flow-${durable % 3}`);
      if (durable % 7 !== 0 && last !== null) assert.ok(Number(last.description) >= durable);
      if (durable % 7 !== 0) assert.notEqual(last, null);
      for (const name of ['flow-0', 'flow-1', 'flow-2']) await store.delete(name);
      await stores.close();
    }
  });

  it('has every commit that was answered, whole and without a gap in the journals, after its process is killed', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    for (const killAfter of [1, 3, 9, 30]) {
      const durable = await killed(file, 'commit', killAfter);
      const stores = openSqlite(file);
      const { executions, close } = stores;
      const { lastId } = await newNode(stores);
      // The process may have died between the last commit and its report.
      assert.ok(lastId === durable || lastId === durable + 1, `${lastId} for ${durable}`);
      for (let id = 1; id <= lastId; id++) {
        const stages = Math.min(STAGES, lastId - id + 1);
        const rows = await executions.journal(id, 1, 100);
        assert.deepEqual(
          rows.map(({ first, count }) => ({ first, count })),
          Array.from({ length: stages }, (_, stage) => ({ first: 1 + 2 * stage, count: 2 })),
        );
        assert.ok(rows.every(({ events }) => events.includes(` of ${id} `) || events.includes(`"of ${id} `)));
        const record = await executions.get(id);
        assert.equal(record?.status, stages === STAGES ? 'Succeeded' : 'Running');
        assert.equal(record.output, stages === STAGES ? `{"id":${id}}` : '');
        assert.equal(record.wakeMs, stages > 1 && stages < STAGES ? lastId : null);
      }
      assert.equal((await executions.running()).executions, Math.min(lastId, STAGES - 1));
      await close();
    }
  });

  it('is refused to a second process until the first has ended', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'flows.db');
    const first = startWriter(file, 'hold');
    const exited = once(first.child, 'exit');
    try {
      assert.equal((await first.lines.next()).value, 'open');
      const second = startWriter(file, 'hold');
      const [stderr, [code]] = await Promise.all([stderrOf(second.child), once(second.child, 'exit')]);
      assert.notEqual(code, 0);
      assert.match(stderr, /StoreFault: Another Millrace server is using the store .*flows\.db, and only one can\./);
    } finally {
      first.child.stdin?.end();
    }
    assert.deepEqual(await exited, [0, null]);
    await openSqlite(file).close();
  });
});
