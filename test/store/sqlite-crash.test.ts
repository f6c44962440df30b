/** What the SQLite store promises across processes: kill -9 leaves each flow whole, and one server owns a file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import { withFolder } from './adapters.ts';
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

/** Lets a process write until so much more of it is durable, kills it and gives the last number that it had said. */
async function killed(file: string, mode: 'loop' | 'commit', killAfter: number): Promise<number> {
  const { child, lines } = startWriter(file, mode);
  const exited = once(child, 'exit');
  assert.equal((await lines.next()).value, 'open');
  let durable = 0;
  for (let n = 0; n < killAfter; n++) durable = Number((await lines.next()).value);
  child.kill('SIGKILL');
  await exited;
  // What it had still said when it died is durable too.
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) durable = Number(line.value);
  return durable;
}

describe('sqlite store and other processes', () => {
  it('leaves every flow wholly old or wholly new when its process is killed', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'flows.db');
      for (const killAfter of [1, 2, 5, 12, 23, 40]) {
        const durable = await killed(file, 'loop', killAfter);
        // The dead process's lock is gone with it: this opens at once.
        const stores = openSqliteStores({ file, synchronous: 'FULL' });
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
    }));

  it('has every commit that was answered, each whole and the journals without a gap, when its process is killed', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'flows.db');
      for (const killAfter of [1, 3, 9, 30]) {
        const durable = await killed(file, 'commit', killAfter);
        const { executions, close } = openSqliteStores({ file, synchronous: 'FULL' });
        const { lastId } = await executions.takeOver();
        // One more may have been committed and not answered.
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
        assert.equal(await executions.running(), Math.min(lastId, STAGES - 1));
        await close();
      }
    }));

  it('is refused to a second process, and free again when the first has ended', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'flows.db');
      const first = startWriter(file, 'hold');
      assert.equal((await first.lines.next()).value, 'open');
      const second = startWriter(file, 'hold');
      const [stderr, [code]] = await Promise.all([stderrOf(second.child), once(second.child, 'exit')]);
      assert.notEqual(code, 0);
      assert.match(
        stderr,
        /StoreFault: The store .*flows\.db is in use by another Millrace server\. Stop that one first/,
      );
      const exited = once(first.child, 'exit');
      first.child.stdin?.end();
      assert.deepEqual(await exited, [0, null]);
      await openSqliteStores({ file, synchronous: 'FULL' }).close();
    }));
});
