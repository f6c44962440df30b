/** Lists of retained Express executions: filters, and pages that are stable while executions start and end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ExecutionStatus } from '../../../src/interpreter/execution.ts';
import type { SyncResult } from '../../../src/runtime/express/express.ts';
import type { ExpressQuery } from '../../../src/runtime/express/history/express-position.ts';
import { ExpressHistory } from '../../../src/runtime/express/history/express-history.ts';
import { RetainedExecution } from '../../../src/runtime/express/history/retained-execution.ts';
import { standInActions, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import type { TaskResult } from '../../../src/testing/stand-ins.ts';
import { planOf } from '../../support/flows.ts';
import { CALL, EVERYTHING, nextOf, PASS, RetainingRuntime, sourceOf } from './retaining-runtime.ts';

const FAILING = planOf({ StartAt: 'F', States: [{ Type: 'Fail', Name: 'F', Code: 'Broken', Detail: 'on purpose' }] });
const TASK = planOf({ StartAt: 'T', States: [{ ...CALL, Name: 'T', End: true }] } as never);

test('each filter lets through what it names', async () => {
  const express = new RetainingRuntime();
  const times: number[] = [];
  for (const [name, source, alias] of [
    ['run-1', sourceOf(PASS), ''],
    ['run-2', sourceOf(PASS, {}, '1'), ''],
    ['x-run', sourceOf(FAILING, {}, '1'), 'prod'],
  ] as const) {
    express.time.jump(1_000);
    times.push(express.time.nowMs());
    await express.run(source, name, {}, alias);
  }
  assert.deepEqual(express.names(), ['x-run', 'run-2', 'run-1']);
  assert.deepEqual(express.names({ namePrefix: 'run' }), ['run-2', 'run-1']);
  assert.deepEqual(express.names({ status: 'Failed' }), ['x-run']);
  assert.deepEqual(express.names({ version: '1' }), ['x-run', 'run-2']);
  assert.deepEqual(express.names({ version: '' }), ['run-1']);
  assert.deepEqual(express.names({ alias: 'prod' }), ['x-run']);
  assert.deepEqual(express.names({ startedAfterMs: times[0] as number }), ['x-run', 'run-2']);
  assert.deepEqual(express.names({ startedBeforeMs: times[2] as number }), ['run-2', 'run-1']);
  assert.deepEqual(express.names({ flowId: 'flow-2' }), []);
});

test('a page ends when its texts are too long for one reply', async () => {
  const express = new RetainingRuntime();
  const source = sourceOf(PASS, { definition: 'd'.repeat(10_000) });
  for (let i = 0; i < 10; i++) await express.run(source, `e${i}`);
  const query = { ...EVERYTHING, metadataOnly: false, textUnits: 25_000 };
  const first = express.history.list(query);
  assert.equal(first.executions.length, 3);
  assert.equal(express.history.list({ ...query, after: nextOf(first) }).executions[0]?.name, 'e6');
  assert.equal(express.history.list({ ...query, metadataOnly: true }).executions.length, 10);
});

/** An execution as the model of the list has it. */
interface Model {
  readonly name: string;
  status: ExecutionStatus;
}

const STEP = fc.oneof(
  fc.constant({ kind: 'pass' } as const),
  fc.constant({ kind: 'task' } as const),
  fc.record({ kind: fc.constant('answer' as const), which: fc.nat(5) }),
  fc.record({ kind: fc.constant('page' as const), limit: fc.integer({ min: 1, max: 4 }) }),
);

/** Executions that start and end while a caller reads the list page by page, beside a model of the list. */
class PagedList {
  readonly #open: { one: Model; answer: (result: TaskResult) => void; run: Promise<SyncResult> }[] = [];
  #called: (result: TaskResult) => void = () => {};
  readonly #express = new RetainingRuntime({
    actions: standInActions(
      () =>
        new Promise((resolve) => {
          this.#called = resolve;
        }),
    ),
  });
  /** Newest first. */
  readonly #model: Model[] = [];
  #page: { after: ExpressQuery['after']; expected: Model[] } | null = null;

  async pass(name: string): Promise<void> {
    await this.#express.run(sourceOf(PASS), name);
    this.#model.unshift({ name, status: 'Succeeded' });
  }

  startTask(name: string): void {
    const one: Model = { name, status: 'Running' };
    const run = this.#express.run(sourceOf(TASK), name);
    this.#open.push({ one, answer: this.#called, run });
    this.#model.unshift(one);
  }

  async answer(which: number): Promise<void> {
    const [found] = this.#open.splice(which % Math.max(1, this.#open.length), 1);
    if (found === undefined) return;
    found.answer(taskSucceeded());
    await found.run;
    found.one.status = 'Succeeded';
  }

  /** Reads the next page: of the executions that there were when the first page was read. */
  read(limit: number): void {
    const page = this.#page ?? { after: null, expected: [...this.#model] };
    const got = this.#express.history.list({ ...EVERYTHING, limit, after: page.after });
    assert.deepEqual(
      got.executions.map(({ name, status }) => ({ name, status })),
      page.expected.splice(0, limit),
    );
    assert.equal(nextOf(got) === null, page.expected.length === 0);
    this.#page = nextOf(got) === null ? null : { after: nextOf(got), expected: page.expected };
  }

  async end(): Promise<void> {
    while (this.#open.length > 0) await this.answer(0);
  }
}

test('pages are stable while executions start and end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 40 }), async (steps) => {
      const list = new PagedList();
      for (const [i, step] of steps.entries()) {
        if (step.kind === 'pass') await list.pass(`e${i}`);
        else if (step.kind === 'task') list.startTask(`e${i}`);
        else if (step.kind === 'answer') await list.answer(step.which);
        else list.read(step.limit);
      }
      await list.end();
    }),
    { numRuns: 60 },
  );
});

test('a search among many running executions compares each with few others', (t) => {
  const history = new ExpressHistory({ nowMs: () => 0, executions: 10, ageMs: 1_000, bytes: 64 * 1024 * 1024 });
  const source = sourceOf(PASS);
  const count = 2_000;
  for (let n = 0; n < count; n++) {
    const execution = history.begin(`e${n}:1`, { source, alias: '', inputText: '' });
    if (execution !== null) history.waits(execution);
  }
  // A comparison reads it, and the look whether an execution matches does not.
  const read = t.mock.getter(RetainedExecution.prototype, 'flowName', () => 'test');
  const found = history.search({
    ...{ flowName: '', status: 'Running', startedAfterMs: null, startedBeforeMs: null, nameContains: '' },
    ...{ after: null, limit: 500 },
  });
  assert.deepEqual(
    found.map(({ name }) => name),
    Array.from({ length: 501 }, (_, i) => `e${count - 1 - i}:1`),
  );
  assert.ok(read.mock.callCount() < 10 * count, `${read.mock.callCount()}`);
});
