/** A terminal and a service manager send signals to all processes of a server. Only the main process takes them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { WorkerProcess } from '../../src/workers/worker-process.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

function startWorker(t: TestContext): WorkerProcess {
  const worker = new WorkerProcess(1, { file: LAUNCHER, args: ['worker'] }, systemScheduler);
  atEnd(t, () => worker.kill());
  return worker;
}

async function ends(worker: WorkerProcess): Promise<void> {
  worker.end();
  assert.deepEqual(await worker.ended, { code: 0, signal: null });
}

test('a worker ignores all signals, and ends with its link', async (t) => {
  const worker = startWorker(t);
  await worker.duties.showLife();
  for (const signal of [...SIGNALS, ...SIGNALS]) {
    process.kill(worker.pid, signal);
    await worker.duties.showLife();
  }
  await ends(worker);
});

for (const signal of SIGNALS) {
  test(`a worker that still loads its program ignores ${signal}`, async (t) => {
    // Sends the signal to its own process when that begins to load the program.
    const hook = join(temporaryFolder(t), 'signal-at-load.mjs');
    writeFileSync(
      hook,
      `import { registerHooks } from 'node:module';
       registerHooks({
         load(url, context, next) {
           if (url.endsWith('/main.ts')) process.kill(process.pid, '${signal}');
           return next(url, context);
         },
       });`,
    );
    const { NODE_OPTIONS } = process.env;
    process.env['NODE_OPTIONS'] = `--import=${hook}`;
    const worker = startWorker(t);
    if (NODE_OPTIONS === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = NODE_OPTIONS;
    await worker.duties.showLife();
    await ends(worker);
  });
}
