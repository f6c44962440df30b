/** Express executions of several processes: each reads them all, as if they were its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import type { ExpressQuery } from '../../../src/runtime/express/history/express-position.ts';
import type { ExpressReader, ExpressSearch } from '../../../src/runtime/express/history/express-reader.ts';
import { createOwnExpress } from '../../../src/runtime/express/history/own-express.ts';
import { createWholeExpress, positionIn, serveExpress } from '../../../src/runtime/express/history/whole-express.ts';
import { TestNodes } from '../../cluster/nodes.ts';
import type { TestNode } from '../../cluster/nodes.ts';
import { planOf } from '../../support/flows.ts';
import { EVERYTHING, PASS, RetainingRuntime, sourceOf, WAITING } from './retaining-runtime.ts';

const FLOW = { id: 'flow-1', name: 'test' };
const FAILING = planOf({ StartAt: 'F', States: [{ Type: 'Fail', Name: 'F', Code: 'Broken', Detail: 'on purpose' }] });

interface Process {
  readonly node: TestNode;
  readonly express: RetainingRuntime;
  readonly reader: ExpressReader;
}

async function processes(t: TestContext, count: number): Promise<{ nodes: TestNodes; all: readonly Process[] }> {
  const nodes = new TestNodes(t);
  const all: Process[] = [];
  for (let n = 0; n < count; n++) {
    const node = await nodes.join();
    const express = new RetainingRuntime({ time: nodes.time });
    const { history, runtime } = express;
    const own = createOwnExpress({ history, runtime, scheduler: nodes.time, stateEventNames: 'state' });
    serveExpress(own, node.peers);
    all.push({ node, express, reader: createWholeExpress(own, node.peers, nodes.time) });
  }
  return { nodes, all };
}

test('each process describes an execution, its history and its waits as the one that ran it', async (t) => {
  const { nodes, all } = await processes(t, 3);
  const runner = all[1] as Process;
  await runner.express.run(sourceOf(PASS), 'done:1', { a: 1 });
  await runner.express.run(sourceOf(FAILING), 'failed:1');
  const running = runner.express.run(sourceOf(WAITING), 'running:1');
  for (const name of ['done:1', 'failed:1', 'running:1']) {
    const view = await runner.reader.describe(FLOW, name, 0);
    const page = await runner.reader.history(FLOW, name, 2, 2);
    const waits = await runner.reader.waits(FLOW, name);
    assert.ok(view !== null && page !== null && waits !== null);
    assert.equal(page.events[0]?.id, 2);
    for (const { reader } of all) {
      assert.deepEqual(await reader.describe(FLOW, name, 0), view);
      assert.deepEqual(await reader.history(FLOW, name, 2, 2), page);
      assert.deepEqual(await reader.waits(FLOW, name), waits);
    }
  }
  assert.equal(nodes.time.elapsedMs, 0);
  for (const { reader } of all) {
    assert.equal(await reader.describe(FLOW, 'unknown:1', 0), null);
    assert.equal(await reader.history(FLOW, 'unknown:1', 1, 10), null);
    assert.equal(await reader.waits({ ...FLOW, id: 'flow-2' }, 'done:1'), null);
  }
  await running;
});

test('a caller of any process waits for the end, or for as long as it wants', async (t) => {
  const { nodes, all } = await processes(t, 2);
  const [runner, other] = all as [Process, Process];
  const long = planOf({ StartAt: 'W', States: [{ Type: 'Wait', Name: 'W', Seconds: 17, End: true }] });
  const running = runner.express.run(sourceOf(long), 'e:1');
  const impatient = await other.reader.describe(FLOW, 'e:1', 7_500);
  assert.equal(impatient?.status, 'Running');
  assert.equal(nodes.time.elapsedMs, 7_500);
  const ended = await other.reader.describe(FLOW, 'e:1', 30_000);
  assert.equal(ended?.status, 'Succeeded');
  assert.equal(nodes.time.elapsedMs, 17_000);
  await running;
});

test('a caller does not wait for an execution whose process has gone', async (t) => {
  const { nodes, all } = await processes(t, 2);
  const [runner, other] = all as [Process, Process];
  const running = runner.express.run(sourceOf(WAITING), 'e:1');
  const waiting = other.reader.describe(FLOW, 'e:1', 60_000);
  await nodes.time.pass(500);
  await runner.node.own.leave();
  assert.equal(await waiting, null);
  assert.ok(nodes.time.elapsedMs < 3_000, `${nodes.time.elapsedMs} ms`);
  await running;
});

test('a list is the same at each process, page by page, if each page is read at another one', async (t) => {
  const STEP = fc.record({ process: fc.nat(2), passMs: fc.integer({ min: 0, max: 2 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(STEP, { maxLength: 25 }),
      fc.array(fc.record({ reader: fc.nat(2), limit: fc.integer({ min: 1, max: 5 }) }), {
        minLength: 30,
        maxLength: 30,
      }),
      fc.boolean(),
      async (steps, reads, isShort) => {
        const { nodes, all } = await processes(t, 3);
        const times: number[] = [];
        for (const [i, { process, passMs }] of steps.entries()) {
          nodes.time.jump(passMs);
          times.push(nodes.time.nowMs());
          await all[process]?.express.run(sourceOf(PASS), `e${i}:1`);
        }
        const seen: string[] = [];
        let after: ExpressQuery['after'] = null;
        let isMore = true;
        for (const { reader, limit } of reads) {
          if (!isMore) break;
          // Few texts fit on a short page.
          const query = { ...EVERYTHING, metadataOnly: false, textUnits: isShort ? 1 : 1e9, limit, after };
          const page = await (all[reader] as Process).reader.list(query);
          assert.ok(page.executions.length <= limit);
          assert.ok(page.executions.length > 0 || !page.isMore, 'a page that is not the last has an execution');
          seen.push(...page.executions.map(({ view }) => view.name));
          const last = page.executions.at(-1);
          if (last !== undefined) after = positionIn(last);
          ({ isMore } = page);
        }
        assert.ok(!isMore);
        const startedMs = (name: string): number => times[Number.parseInt(name.slice(1), 10)] as number;
        const searched = await found(all, reads);
        assert.deepEqual(searched.toSorted(), seen.toSorted());
        assert.deepEqual(searched.map(startedMs), seen.map(startedMs));
        assert.deepEqual(seen.toSorted(), steps.map((_, i) => `e${i}:1`).sort());
        assert.deepEqual(
          seen.map(startedMs),
          times.toSorted((one, other) => other - one),
        );
        nodes.time.stop();
      },
    ),
    { numRuns: 60 },
  );
});

/** The names that a search finds, if each page is read at another process. */
async function found(
  all: readonly Process[],
  reads: readonly { readonly reader: number; readonly limit: number }[],
): Promise<string[]> {
  const names: string[] = [];
  let after: ExpressSearch['after'] = null;
  for (const { reader, limit } of reads) {
    const { executions, isMore } = await (all[reader] as Process).reader.search({ ...SEARCH, after, limit });
    assert.ok(executions.length <= limit && (executions.length > 0 || !isMore));
    names.push(...executions.map(({ name }) => name));
    after = executions.at(-1) ?? after;
    if (!isMore) return names;
  }
  return assert.fail('the search does not end');
}

const SEARCH = {
  ...{ flowName: '', status: null, startedAfterMs: null, startedBeforeMs: null, nameContains: '' },
} as const;

test('a list leaves out a process that does not answer, after a short time', async (t) => {
  const { nodes, all } = await processes(t, 3);
  for (const [i, { express }] of all.entries()) await express.run(sourceOf(PASS), `e${i}:1`);
  nodes.loses = ({ from }) => from === all[2]?.node.own.node;
  const page = await (all[0] as Process).reader.list(EVERYTHING);
  assert.deepEqual(page.executions.map(({ view }) => view.name).sort(), ['e0:1', 'e1:1']);
  assert.ok(nodes.time.elapsedMs <= 3_000, `${nodes.time.elapsedMs} ms`);
});

test('a page of large events is short, and the pages together are the history', async (t) => {
  const { all } = await processes(t, 2);
  const [runner, other] = all as [Process, Process];
  const states = Array.from({ length: 30 }, (_, i) => ({
    ...{ Type: 'Pass', Name: `S${i}`, OutputConstructor: { text: `${i}`, 'rest.$': '$Input.rest' } },
    ...(i === 29 ? { End: true } : { Next: `S${i + 1}` }),
  }));
  await runner.express.run(sourceOf(planOf({ StartAt: 'S0', States: states } as never)), 'e:1', {
    rest: 'x'.repeat(60_000),
  });
  const ids: number[] = [];
  let pages = 0;
  for (let from: number | null = 1; from !== null; pages++) {
    const page = await other.reader.history(FLOW, 'e:1', from, 1000);
    assert.ok(page !== null);
    ids.push(...page.events.map(({ id }) => id));
    from = page.nextEvent;
  }
  assert.ok(pages > 1, `${pages} pages`);
  assert.deepEqual(
    ids,
    ids.map((_, i) => i + 1),
  );
  assert.equal((await other.reader.history(FLOW, 'e:1', ids.length, 1))?.events[0]?.type, 'ExecutionSucceeded');
});
