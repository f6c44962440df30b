import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ListChange } from '../../../src/console/protocol.ts';
import { listCall, matches, readFilters } from '../../src/pages/executions/filters.ts';
import type { Filters, ListedExecution } from '../../src/pages/executions/filters.ts';
import {
  EMPTY_LIST,
  keyOf,
  reaches,
  withChanges,
  withFresh,
  withHead,
  withPage,
} from '../../src/pages/executions/list.ts';
import type { ExecutionList } from '../../src/pages/executions/list.ts';

const NOW_MS = Date.UTC(2026, 0, 2);
const NONE = readFilters(new URLSearchParams(), null);
const WAY = { nowMs: NOW_MS, byPrefix: false };

function row(number: number, members: Partial<ListedExecution> = {}): ListedExecution {
  const startedTime = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();
  return {
    flow: 'orders',
    name: `e${number}`,
    status: 'Succeeded',
    startedTime,
    stoppedTime: startedTime,
    mode: 'Standard',
    ...members,
  };
}

function change(number: number, status: string, members: Partial<ListChange> = {}): ListChange {
  return {
    flow: 'orders',
    execution: `e${number}`,
    status,
    time: row(number).startedTime,
    mode: 'Standard',
    ...members,
  };
}

function names(list: ExecutionList): { fresh: string[]; rows: string[] } {
  return { fresh: list.fresh.map(({ name }) => name), rows: list.rows.map(({ name }) => name) };
}

describe('the list of executions', () => {
  const first = withPage(EMPTY_LIST, [row(3), row(2), row(1)], 'more');

  it('holds starts back until they are shown, newest first', () => {
    const { list, isUnsure } = withChanges(first, [change(4, 'Running'), change(5, 'Running')], NONE, WAY);
    assert.deepEqual(names(list), { fresh: ['e5', 'e4'], rows: ['e3', 'e2', 'e1'] });
    assert.equal(isUnsure, false);
    assert.deepEqual(names(withFresh(list)), { fresh: [], rows: ['e5', 'e4', 'e3', 'e2', 'e1'] });
  });

  it('changes the status of rows and of fresh ones in place', () => {
    const { list } = withChanges(first, [change(4, 'Running'), change(4, 'Failed'), change(2, 'Running')], NONE, WAY);
    assert.equal(list.fresh[0]?.status, 'Failed');
    assert.deepEqual([list.rows[1]?.status, list.rows[1]?.stoppedTime], ['Running', '']);
  });

  it('leaves a row that no longer matches the filter until it is read anew', () => {
    const running = { ...NONE, status: 'Running' };
    const list = withPage(EMPTY_LIST, [row(2, { status: 'Running' }), row(1, { status: 'Running' })], '');
    const after = withChanges(list, [change(2, 'Succeeded')], running, WAY);
    assert.deepEqual(names(after.list).rows, ['e2', 'e1']);
    assert.equal(after.isUnsure, false);
  });

  it('has to be read anew when an unknown execution ends that the filter wants', () => {
    const failed = { ...NONE, status: 'Failed' };
    assert.equal(withChanges(EMPTY_LIST, [change(9, 'Failed')], failed, WAY).isUnsure, true);
    assert.equal(withChanges(EMPTY_LIST, [change(9, 'Succeeded')], failed, WAY).isUnsure, false);
  });

  it('takes a new head and remains without gap and doubling', () => {
    const long = withPage(first, [row(0)], 'last');
    const head = [row(5), row(4), row(3, { status: 'Failed' }), row(2)];
    const list = withHead(long, head, 'token');
    assert.deepEqual(names(list), { fresh: ['e5', 'e4'], rows: ['e3', 'e2', 'e1', 'e0'] });
    assert.equal(list.rows[0]?.status, 'Failed');
    assert.equal(list.nextToken, 'last');
    assert.equal(reaches(first, head), true);
    assert.equal(reaches(first, head.slice(0, 2)), false);
  });

  it('begins again when the head has nothing in common with it', () => {
    const list = withHead(first, [row(90), row(89)], 'token');
    assert.deepEqual(names(list), { fresh: [], rows: ['e90', 'e89'] });
    assert.equal(list.nextToken, 'token');
  });

  it('drops what a whole list no longer has, such as executions of a deleted flow', () => {
    assert.deepEqual(names(withHead(first, [row(1)], '')), { fresh: [], rows: ['e1'] });
    assert.deepEqual(names(withHead(first, [], '')), { fresh: [], rows: [] });
  });

  it('is that of the server after any changes, heads and pages', () => {
    const steps = fc.array(
      fc.oneof(
        fc.constant('start'),
        fc.constant('head'),
        fc.constant('page'),
        fc.constant('lost'),
        fc.constant('show'),
      ),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const server: ListedExecution[] = [row(0)];
        const page = (from: number) => ({
          rows: server.slice(from, from + 5),
          token: from + 5 < server.length ? 'more' : '',
        });
        let shown = withPage(EMPTY_LIST, page(0).rows, page(0).token);
        for (const step of list) {
          if (step === 'start' || step === 'lost') server.unshift(row(server.length));
          if (step === 'start') shown = withChanges(shown, [change(server.length - 1, 'Running')], NONE, WAY).list;
          if (step === 'head') shown = withHead(shown, page(0).rows, page(0).token);
          if (step === 'show') shown = withFresh(shown);
          const last = shown.rows.at(-1);
          if (step === 'page' && shown.nextToken !== '' && last !== undefined) {
            const from = server.findIndex((each) => keyOf(each) === keyOf(last)) + 1;
            shown = withPage(shown, page(from).rows, page(from).token);
          }
        }
        shown = withHead(shown, page(0).rows, page(0).token);
        const keys = [...shown.fresh, ...shown.rows].map(keyOf);
        assert.deepEqual(keys, server.slice(0, keys.length).map(keyOf));
      }),
    );
  });
});

describe('the filters of executions', () => {
  const read = (query: string, flow: string | null = null): Filters => readFilters(new URLSearchParams(query), flow);
  const callOf = (filters: Filters, byPrefix = false) =>
    listCall(filters, { nowMs: NOW_MS, byPrefix, limit: 100, nextToken: '' });

  it('take what an address can hold, and drop what does not exist', () => {
    assert.deepEqual(read('status=Burning&period=2y&from=soon&qualifier=3'), NONE);
    assert.equal(read('status=Failed&qualifier=3', 'orders').qualifier, '3');
  });

  it('search all flows, and a part of a name of one flow', () => {
    assert.equal(callOf(read('status=Failed')).action, 'SearchExecutions');
    assert.deepEqual(callOf(read('name=47', 'orders')), {
      action: 'SearchExecutions',
      parameters: {
        ...{ FlowName: 'orders', NameContains: '47', Limit: 100 },
        ...{ Status: undefined, StartedTimeBegin: undefined, StartedTimeEnd: undefined, NextToken: undefined },
      },
    });
  });

  it('list one flow with a right to that flow alone', () => {
    assert.equal(callOf(read('', 'orders')).action, 'ListExecutions');
    const { action, parameters } = callOf(read('name=47', 'orders'), true);
    assert.equal(action, 'ListExecutions');
    assert.equal(parameters['ExecutionNamePrefix'], '47');
    assert.equal(callOf(read('name=47&qualifier=prod', 'orders')).action, 'ListExecutions');
  });

  it('match changes as the server would', () => {
    const one = row(1, { name: 'Order-4711' });
    assert.equal(matches(one, read('name=ORDER'), NOW_MS), true);
    assert.equal(matches(one, read('name=4711', 'orders'), NOW_MS, true), false);
    assert.equal(matches(one, read('period=1h'), NOW_MS), false);
    assert.equal(matches(one, read('period=7d'), NOW_MS), true);
    assert.equal(matches(one, read('', 'other'), NOW_MS), false);
  });
});
