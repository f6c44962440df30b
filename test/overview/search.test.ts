/** SearchExecutions: one order over all flows and both modes, compared with a search by hand, in pages of any size. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../src/base/json.ts';
import type { ExecutionStatus } from '../../src/interpreter/execution.ts';
import type { SearchRequest } from '../../src/overview/overview.ts';
import { searchExecutions } from '../../src/overview/search.ts';
import type { SearchBounds, SearchOptions } from '../../src/overview/search.ts';
import { compareFound } from '../../src/runtime/express/history/express-position.ts';
import type { FoundExpress } from '../../src/runtime/express/history/express-reader.ts';
import { ExpressHistory } from '../../src/runtime/express/history/express-history.ts';
import { createOwnExpress } from '../../src/runtime/express/history/own-express.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { startApi, STORES } from '../operations/api-harness.ts';
import type { ApiHarness } from '../operations/api-harness.ts';
import { CALLBACK, definitionOf, PASS, standard } from '../operations/definitions.ts';
import { ADAPTERS, openStores } from '../store/adapters.ts';
import { endOf, startOf, writing } from '../store/executions.ts';

const EVERYTHING: SearchRequest = {
  flowName: '',
  status: null,
  startedAfterMs: null,
  startedBeforeMs: null,
  nameContains: '',
  nextToken: '',
  limit: 100,
};

const FLOWS = ['a', 'B', 'b', 'c_1', 'empty'];

/** Many that start in the same millisecond, in flows and within a flow. */
const RECORDS = Array.from({ length: 80 }, (_, i) => {
  const id = i + 1;
  const ends = ['Running', 'Succeeded', 'Failed'] as const;
  return {
    id,
    flowName: FLOWS[(id * 7) % 4] as string,
    name: `${['run', 'RUN-', 'x'][id % 3]}${id}`,
    startedMs: 1000 + Math.floor(id / 5) * 10 - (id % 11 === 0 ? 35 : 0),
    status: ends[(id * 5) % 3] as ExecutionStatus,
  };
});

function expected(request: SearchRequest): string[] {
  return RECORDS.filter(
    ({ flowName, name, status, startedMs }) =>
      (request.flowName === '' || request.flowName === flowName) &&
      (request.status === null || request.status === status) &&
      (request.startedAfterMs === null || startedMs > request.startedAfterMs) &&
      (request.startedBeforeMs === null || startedMs < request.startedBeforeMs) &&
      name.toLowerCase().includes(request.nameContains.toLowerCase()),
  )
    .sort(compareFound)
    .map(({ flowName, name }) => `${flowName}/${name}`);
}

async function found(options: SearchOptions, request: SearchRequest, bounds?: SearchBounds): Promise<string[]> {
  const names: string[] = [];
  let { nextToken } = request;
  for (let page = 0; page < 500; page++) {
    const { executions, ...end } = await searchExecutions(options, { ...request, nextToken }, bounds);
    assert.ok(executions.length <= request.limit);
    names.push(...executions.map(({ flowName, name }) => `${flowName}/${name}`));
    nextToken = end.nextToken;
    if (nextToken === '') return names;
  }
  return assert.fail('the search does not end');
}

const requests = fc.record(
  {
    flowName: fc.constantFrom('', '', 'a', 'B', 'empty'),
    status: fc.constantFrom(null, 'Running', 'Succeeded', 'TimedOut'),
    startedAfterMs: fc.option(fc.integer({ min: 950, max: 1170 })),
    startedBeforeMs: fc.option(fc.integer({ min: 950, max: 1170 })),
    nameContains: fc.constantFrom('', '', 'run', 'rUn-', '7', 'none'),
    nextToken: fc.constant(''),
    limit: fc.integer({ min: 1, max: 9 }),
  },
  { noNullPrototype: true },
) as fc.Arbitrary<SearchRequest>;

const bounds: fc.Arbitrary<SearchBounds> = fc.record({
  examined: fc.integer({ min: 1, max: 20 }),
  reads: fc.integer({ min: 1, max: 20 }),
});

for (const adapter of ADAPTERS) {
  describe(`searches: ${adapter.name}`, () => {
    it('find what a search by hand finds, in its order, with any bounds', async (t) => {
      const stores = await openStores(t, adapter);
      for (const name of FLOWS) await stores.flows.create(flowRecord(name, { executionMode: 'Standard' }));
      await writing(
        stores,
        RECORDS.map(({ id, flowName, name, startedMs, status }) => ({
          ...startOf(id, { flowId: `id-of-${flowName}`, flowName, name, startedMs }),
          ...(status === 'Running' ? {} : endOf({ status })),
        })),
      );
      const time = new VirtualTime();
      const options: SearchOptions = {
        flows: stores.flows,
        store: stores.executions,
        expressReader: { search: () => Promise.resolve({ executions: [], isMore: false }) },
        ports: { clock: time, scheduler: time },
      };
      await fc.assert(
        fc.asyncProperty(requests, bounds, async (request, few) => {
          assert.deepEqual(await found(options, request), expected(request));
          assert.deepEqual(await found(options, request, few), expected(request));
        }),
        { numRuns: adapter.name === 'postgres' ? 15 : 100 },
      );
    });
  });
}

describe('a search', () => {
  it('merges Express executions in, which are in the same order', async (t) => {
    const stores = await openStores(t, ADAPTERS[0] as (typeof ADAPTERS)[0]);
    for (const name of FLOWS) await stores.flows.create(flowRecord(name, { executionMode: 'Standard' }));
    const [express, standardOnes] = [
      RECORDS.filter(({ id }) => id % 2 === 0),
      RECORDS.filter(({ id }) => id % 2 === 1),
    ];
    await writing(
      stores,
      standardOnes.map(({ id, flowName, name, startedMs }) =>
        startOf(id, { flowId: `id-of-${flowName}`, flowName, name, startedMs }),
      ),
    );
    const all = express.map((each): FoundExpress => ({ ...each, stoppedMs: 0 })).sort(compareFound);
    const time = new VirtualTime();
    const options: SearchOptions = {
      flows: stores.flows,
      store: stores.executions,
      expressReader: {
        async search({ after, limit }) {
          const rest = all.filter((each) => after === null || compareFound(after, each) < 0);
          return { executions: rest.slice(0, limit), isMore: rest.length > limit };
        },
      },
      ports: { clock: time, scheduler: time },
    };
    for (const limit of [1, 2, 7, 100]) {
      assert.deepEqual(await found(options, { ...EVERYTHING, limit }), expected(EVERYTHING));
    }
  });

  it('finds nothing where Express executions are not retained', async () => {
    const time = new VirtualTime();
    const runtime = { entryWait: () => null };
    const own = createOwnExpress({ history: null, runtime, scheduler: time, stateEventNames: 'state' });
    const search = { ...EVERYTHING, after: null };
    assert.deepEqual(await own.search(search), { executions: [], isMore: false });
    const history = new ExpressHistory({ nowMs: () => 0, executions: 5, ageMs: 1, bytes: 1 });
    assert.deepEqual(history.search(search), []);
  });
});

async function names(api: ApiHarness, parameters: Readonly<Record<string, string>>): Promise<string[]> {
  const listed: string[] = [];
  let token = '';
  do {
    const page = await api.call('SearchExecutions', { ...parameters, NextToken: token });
    for (const { FlowName, Name } of page['Executions'] as unknown as JsonObject[]) {
      listed.push(`${String(FlowName)}/${String(Name).replace(/:.*/, '')}`);
    }
    token = (page['NextToken'] as string | undefined) ?? '';
  } while (token !== '');
  return listed;
}

for (const store of STORES) {
  describe(`SearchExecutions on ${store}`, () => {
    it('lists the executions of all flows, newest first, with filters', async (t) => {
      const api = await startApi(t, store, { task: () => new Promise(() => undefined) });
      const { call, fails, time } = api;
      await call('CreateFlow', { ...standard(definitionOf(PASS)), Name: 'orders' });
      await call('CreateFlow', { ...standard(definitionOf(CALLBACK)), Name: 'approvals' });
      await call('CreateFlow', { ...standard(definitionOf(PASS)), Name: 'quick', ExecutionMode: 'Express' });
      const beganMs = time.nowMs();
      for (const [action, FlowName, ExecutionName] of [
        ['StartExecution', 'orders', 'order-1'],
        ['StartSyncExecution', 'quick', 'Q-1'],
        ['StartExecution', 'approvals', 'Order-2'],
        ['StartExecution', 'orders', 'order-3'],
        ['StartSyncExecution', 'quick', 'Q-2'],
      ] as const) {
        await call(action, { FlowName, ExecutionName });
        await time.pass(1000);
      }
      await call('StopExecution', { FlowName: 'approvals', ExecutionName: 'Order-2' });
      const all = ['quick/Q-2', 'orders/order-3', 'approvals/Order-2', 'quick/Q-1', 'orders/order-1'];
      const at = (ms: number): string => new Date(beganMs + ms).toISOString();
      const rows: readonly [filter: Record<string, string>, expected: readonly string[]][] = [
        [{}, all],
        [{ FlowName: 'orders' }, ['orders/order-3', 'orders/order-1']],
        [{ FlowName: 'quick' }, ['quick/Q-2', 'quick/Q-1']],
        [{ Status: 'Stopped' }, ['approvals/Order-2']],
        [{ Status: 'Starting' }, []],
        [{ Status: 'Succeeded', NameContains: '3' }, ['orders/order-3']],
        [{ NameContains: 'ORDER' }, ['orders/order-3', 'approvals/Order-2', 'orders/order-1']],
        [{ NameContains: 'q-' }, ['quick/Q-2', 'quick/Q-1']],
        [{ StartedTimeBegin: at(1000) }, ['quick/Q-2', 'orders/order-3', 'approvals/Order-2']],
        [{ StartedTimeEnd: at(2000) }, ['quick/Q-1', 'orders/order-1']],
        [{ StartedTimeBegin: at(1000), StartedTimeEnd: at(3000) }, ['approvals/Order-2']],
      ];
      for (const [filter, expectedNames] of rows) {
        for (const Limit of ['1', '2', '100']) {
          assert.deepEqual(await names(api, { ...filter, Limit }), expectedNames, JSON.stringify({ ...filter, Limit }));
        }
      }
      await fails('SearchExecutions', { FlowName: 'none' }, 'FlowNotExists', /'none'/);
      const { Executions } = await call('SearchExecutions', { Limit: '1' });
      const [first] = Executions as unknown as [JsonObject];
      assert.deepEqual(
        [first['ExecutionMode'], first['Status'], first['StartedTime'], first['StoppedTime']],
        ['Express', 'Succeeded', at(4000), at(4000)],
      );
      await call('DeleteFlow', { Name: 'quick' });
      await call('DeleteFlow', { Name: 'orders' });
      assert.deepEqual(await names(api, {}), ['approvals/Order-2']);
    });

    it('continues behind the last one, while others start and end', async (t) => {
      const api = await startApi(t, store);
      await api.call('CreateFlow', standard(definitionOf(PASS)));
      await api.call('CreateFlow', { ...standard(definitionOf(PASS)), Name: 'g' });
      const start = (FlowName: string, n: number) => api.call('StartExecution', { FlowName, ExecutionName: `e${n}` });
      for (let n = 0; n < 6; n++) await start(n % 2 === 0 ? 'f' : 'g', n);
      const listed: string[] = [];
      let token = '';
      for (let page = 0; page === 0 || token !== ''; page++) {
        const reply = await api.call('SearchExecutions', { Limit: '1', NextToken: token });
        listed.push(...(reply['Executions'] as unknown as JsonObject[]).map(({ Name }) => String(Name)));
        token = (reply['NextToken'] as string | undefined) ?? '';
        await api.time.pass(5);
        await start('g', 10 + page);
      }
      // All of them began in one millisecond, so the flows are in the order of their names.
      assert.deepEqual(listed, ['e4', 'e2', 'e0', 'e5', 'e3', 'e1']);
    });
  });
}
