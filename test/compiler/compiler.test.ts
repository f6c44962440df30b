/** Small definitions are compiled at once, all others in a thread, whose failure is that of one call. */
import assert from 'node:assert/strict';
import { threadId, type Worker } from 'node:worker_threads';
import { afterEach, describe, test } from 'node:test';
import { systemScheduler } from '../../src/base/scheduler.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import { createCompiler } from '../../src/compiler/compiler.ts';
import type { Compiler } from '../../src/compiler/compiler.ts';
import { convertDefinition } from '../../src/conversion/convert.ts';
import { compileDefinition, drawDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import { flow } from '../language/support.ts';

const OPTIONS = { mode: 'Express', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;
const SMALL = flow('  - {Type: Pass, Name: A, End: true}\n');

/** A chain of states, some hundred kilobytes long. */
function large(states = 8_000): string {
  const chain = Array.from({ length: states }, (_, i) => `  - {Type: Pass, Name: s${i}, Next: s${i + 1}}\n`).join('');
  return flow(`  - {Type: Pass, Name: A, Next: s0}\n${chain}  - {Type: Succeed, Name: s${states}}\n`);
}

/** The scheduler of this process, which counts its turns and the work outside. */
class CountingScheduler implements Scheduler {
  turns = 0;
  outsides = 0;
  after = systemScheduler.after;

  soon(work: () => void): void {
    this.turns++;
    systemScheduler.soon(work);
  }

  outside<T>(work: Promise<T>): Promise<T> {
    this.outsides++;
    return work;
  }
}

describe('the compiler', () => {
  const workers: Worker[] = [];
  let compiler: Compiler | null = null;
  const scheduler = new CountingScheduler();

  function start(): Compiler {
    workers.length = 0;
    process.on('worker', onWorker);
    compiler = createCompiler(scheduler);
    return compiler;
  }

  function onWorker(worker: Worker): void {
    workers.push(worker);
  }

  afterEach(async () => {
    process.off('worker', onWorker);
    await compiler?.close();
  });

  test('the first small definition loads it, which the scheduler knows; the next ones are compiled at once', async () => {
    const own = start();
    const before = scheduler.outsides;
    const { plan } = await own.compile(SMALL, OPTIONS);
    assert.equal(plan?.states.length, 1);
    assert.equal(scheduler.outsides, before + 1);
    const again = own.compile(SMALL, OPTIONS);
    const checked = own.check('{}', OPTIONS);
    assert.ok(!(again instanceof Promise) && !(checked instanceof Promise));
    assert.equal(checked.isSound, false);
    assert.equal(workers.length, 0, 'small definitions start no thread');
  });

  test('a thread reads a large definition, and this one links its plan, other work between the slices', async () => {
    const own = start();
    const text = large();
    const order: string[] = [];
    const before = scheduler.turns;
    const compiling = Promise.resolve(own.compile(text, OPTIONS)).then((compilation) => {
      order.push('large');
      return compilation;
    });
    await own.compile(SMALL, OPTIONS);
    order.push('small');
    const { plan, diagnostics } = await compiling;
    assert.deepEqual(order, ['small', 'large']);
    assert.ok(scheduler.turns - before > 20, `${scheduler.turns - before} turns`);
    assert.deepEqual([workers.length, plan?.states.length], [1, 8_002]);
    assert.notEqual(workers[0]?.threadId, threadId);
    const expected = compileDefinition(text, OPTIONS);
    assert.deepEqual(diagnostics, expected.diagnostics);
    assert.equal(plan?.bytes, expected.plan?.bytes);
  });

  test('two large plans are linked one slice a turn', async () => {
    const own = start();
    const alone = scheduler.turns;
    await own.compile(large(), OPTIONS);
    const slices = scheduler.turns - alone;
    const together = scheduler.turns;
    await Promise.all([own.compile(large(), OPTIONS), own.compile(large(), OPTIONS)]);
    assert.equal(scheduler.turns - together, 2 * slices);
    assert.equal(workers.length, 1);
  });

  test('a check returns the diagnostics, and links nothing', async () => {
    const own = start();
    const before = scheduler.turns;
    const text = large().replace('Next: s0}', 'Next: nowhere}');
    const { isSound, diagnostics } = await own.check(text, OPTIONS);
    assert.equal(isSound, false);
    assert.deepEqual(diagnostics, compileDefinition(text, OPTIONS).diagnostics);
    assert.equal(scheduler.turns, before);
  });

  test('it draws a large definition in the thread, a small one at once, and the graph is the same', async () => {
    const own = start();
    const drawn = await own.draw(large(), OPTIONS);
    assert.deepEqual({ ...drawDefinition(large(), OPTIONS), pieces: [] }, drawn);
    assert.equal((JSON.parse(drawn.graph) as { nodes: unknown[] }).nodes.length, 8_002);
    assert.equal(workers.length, 1);
    const faulty = await own.draw(large().replace('Next: s0}', 'Next: nowhere}'), OPTIONS);
    assert.deepEqual([faulty.isSound, faulty.graph], [false, '']);
    await own.draw(SMALL, OPTIONS);
    assert.deepEqual(await own.draw(SMALL, OPTIONS), drawDefinition(SMALL, OPTIONS));
    assert.equal(workers.length, 1);
  });

  test('it converts in the thread, between other requests, with the result of the converter', async () => {
    const own = start();
    const asl = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });
    const conversion = { from: null, name: null, fallbackName: 'flow', stubs: false };
    const [converted, checked, refused] = await Promise.all([
      own.convert(asl, conversion),
      own.check(large(), OPTIONS),
      own.convert('a: 1', conversion),
    ]);
    assert.deepEqual(converted, convertDefinition(asl, conversion));
    assert.equal(checked.isSound, true);
    assert.deepEqual(refused, convertDefinition('a: 1', conversion));
    assert.equal(workers.length, 1);
  });

  test('it describes the language once', async () => {
    const own = start();
    const first = own.describeLanguage();
    assert.equal(await own.describeLanguage(), await first);
    assert.equal(workers.length, 0);
  });

  const heavy: Readonly<Record<string, string>> = {
    'that aliases unfold': `x: &x [${'1, '.repeat(500)}]\n${flow(`  - {Type: Pass, Name: A, End: true, OutputConstructor: {x: [${'*x, '.repeat(50)}]}}`)}`,
    'with long aliased texts': flow(
      `  - {Type: Pass, Name: A, End: true, OutputConstructor: {x: &x ${'a'.repeat(10_000)}, y: [${'*x, '.repeat(50)}]}}`,
    ),
    'with patterns that need much work': flow(
      `  - {Type: Pass, Name: A, End: true, OutputConstructor: {${Array.from({ length: 100 }, (_, i) => `k${i}.$: "regexMatchString($Input.a, '[a-z]{1,900}x${i}')"`).join(', ')}}}`,
    ),
    'with many wrong names': flow(
      Array.from(
        { length: 200 },
        (_, i) => `  - {Type: Pass, Name: ${'a'.repeat(15)}${i}, Next: ${'b'.repeat(15)}${i}}\n`,
      ).join(''),
    ),
  };
  for (const [what, text] of Object.entries(heavy)) {
    test(`a short definition ${what} is checked in the thread`, async () => {
      const own = start();
      assert.ok(text.length < 16 * 1024);
      const { plan, diagnostics } = await own.compile(text, OPTIONS);
      assert.equal(workers.length, 1);
      const expected = compileDefinition(text, OPTIONS);
      assert.deepEqual(diagnostics, expected.diagnostics);
      assert.equal(plan === null, expected.plan === null);
    });
  }

  test('a thread that dies fails the call that it had, and another takes the next one', async () => {
    const own = start();
    const first = assert.rejects(Promise.resolve(own.check(large(), OPTIONS)), {
      code: 'InternalServerError',
      message: /gave no answer: it exited/,
    });
    const second = Promise.resolve(own.check(large(), OPTIONS));
    while (workers.length === 0) await new Promise(setImmediate);
    await workers[0]?.terminate();
    await first;
    assert.equal((await second).isSound, true);
    assert.equal(workers.length, 2);
  });

  test('a call that takes too long fails, and its thread ends', async () => {
    const timers: (() => void)[] = [];
    const limited = createCompiler({ ...bound(scheduler), after: (_ms, wake) => (timers.push(wake), () => {}) });
    compiler = limited;
    workers.length = 0;
    process.on('worker', onWorker);
    const late = assert.rejects(Promise.resolve(limited.check(large(), OPTIONS)), /longer than 60 seconds/);
    while (timers.length === 0) await new Promise(setImmediate);
    timers[0]?.();
    await late;
    assert.equal((await limited.check(large(), OPTIONS)).isSound, true);
    assert.equal(workers.length, 2);
  });

  test('a thread without work ends, and the next large definition starts another', async () => {
    const timers: { delayMs: number; wake: () => void }[] = [];
    const after = (delayMs: number, wake: () => void): (() => void) => {
      const timer = { delayMs, wake };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    };
    const rested = createCompiler({ ...bound(scheduler), after });
    compiler = rested;
    workers.length = 0;
    process.on('worker', onWorker);
    await rested.check(large(), OPTIONS);
    const [idle] = timers;
    assert.equal(idle?.delayMs, 10_000);
    const ended = new Promise((resolve) => workers[0]?.once('exit', resolve));
    idle.wake();
    await ended;
    assert.equal((await rested.check(large(), OPTIONS)).isSound, true);
    assert.equal(workers.length, 2);
  });

  test('calls under way fail when it is closed', async () => {
    const own = start();
    const late = assert.rejects(Promise.resolve(own.check(large(), OPTIONS)), /shutting down/);
    while (workers.length === 0) await new Promise(setImmediate);
    await own.close();
    await late;
  });
});

function bound(scheduler: CountingScheduler): Scheduler {
  return {
    after: scheduler.after,
    soon: (work) => scheduler.soon(work),
    outside: (work) => scheduler.outside(work),
  };
}
