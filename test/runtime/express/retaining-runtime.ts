/** An express runtime on virtual time that retains the histories of its executions, and the flows of its tests. */
import assert from 'node:assert/strict';
import type { ActionCatalog } from '../../../src/actions/action.ts';
import type { Subscriber } from '../../../src/base/observer.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Plan } from '../../../src/language/plan.ts';
import type { ExpressRuntime, SyncResult } from '../../../src/runtime/express/express.ts';
import { ExpressHistory } from '../../../src/runtime/express/history/express-history.ts';
import type { ExpressHistoryOptions, RetainedPage } from '../../../src/runtime/express/history/express-history.ts';
import type { ExpressPosition, ExpressQuery } from '../../../src/runtime/express/history/express-position.ts';
import type { ExpressSource, RetainedExecution } from '../../../src/runtime/express/history/retained-execution.ts';
import type { FlowRecord } from '../../../src/store/flows.ts';
import { flowRecord } from '../../../src/testing/flow-record.ts';
import { standInActions } from '../../../src/testing/stand-ins.ts';
import { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { planOf, startOf } from '../../support/flows.ts';
import { runtimeOf } from './runtime.ts';

export const NO_TASKS = standInActions(() => Promise.reject(new Error('no task is expected')));

export const PASS = planOf({ StartAt: 'A', States: [{ Type: 'Pass', Name: 'A', End: true }] });
export const WAITING = planOf({
  StartAt: 'A',
  States: [
    { Type: 'Pass', Name: 'A', Next: 'Wait' },
    { Type: 'Wait', Name: 'Wait', Seconds: 5, End: true },
  ],
});
export const CALL = { Type: 'Task', Action: 'HTTP:Request', Parameters: { url: 'http://x.invalid/', method: 'GET' } };

/** The flow `test` with the id `flow-1`, and its compiled plan. */
export function sourceOf(plan: Plan, changes: Partial<FlowRecord> = {}, version = ''): ExpressSource {
  const flow: FlowRecord = {
    ...flowRecord('test', { id: 'flow-1', definition: 'the definition', roleArn: 'a role' }),
    environment: [{ name: 'a', value: 'b', description: '' }],
    ...changes,
  };
  return { flow, plan, version };
}

/** Lists all executions of `flow-1`. */
export const EVERYTHING: ExpressQuery = {
  flowId: 'flow-1',
  status: null,
  startedAfterMs: null,
  startedBeforeMs: null,
  namePrefix: '',
  version: null,
  alias: null,
  mapRun: null,
  after: null,
  limit: 1000,
  metadataOnly: true,
  textUnits: Number.POSITIVE_INFINITY,
};

/** The position behind a page; null if it is the last one. */
export function nextOf({ executions, isMore }: RetainedPage): ExpressPosition | null {
  return isMore ? (executions.at(-1) ?? null) : null;
}

export interface RetainingOptions {
  readonly limits?: Partial<Omit<ExpressHistoryOptions, 'nowMs'>>;
  readonly actions?: ActionCatalog;
  readonly time?: VirtualTime;
  readonly observe?: Subscriber;
}

export class RetainingRuntime {
  readonly time: VirtualTime;
  readonly history: ExpressHistory;
  readonly runtime: ExpressRuntime;

  constructor({ limits, actions = NO_TASKS, time = new VirtualTime(), observe }: RetainingOptions = {}) {
    this.time = time;
    const nowMs = () => time.nowMs();
    this.history = new ExpressHistory({ executions: 1000, ageMs: 3_600_000, bytes: 2 ** 26, nowMs, ...limits });
    this.runtime = runtimeOf(time, actions, {}, { history: this.history, ...(observe !== undefined && { observe }) });
  }

  run(source: ExpressSource, name: string, input: JsonObject = {}, alias = ''): Promise<SyncResult> {
    const facts = { source, alias, inputText: JSON.stringify(input) };
    return this.runtime.run({ ...startOf(source.plan, input, name), flowName: source.flow.name, facts });
  }

  /** A retained execution of `flow-1`. */
  find(name: string): RetainedExecution {
    const retained = this.history.find('flow-1', name);
    assert.ok(retained !== null, name);
    return retained;
  }

  /** Names of the retained executions, newest first. */
  names(query: Partial<ExpressQuery> = {}): string[] {
    return this.history.list({ ...EVERYTHING, ...query }).executions.map(({ name }) => name);
  }
}

/** The types of the events of a retained execution. */
export function typesOf(retained: RetainedExecution, fromEvent = 1, limit = 1000): string[] {
  return retained.events(fromEvent, limit).events.map(({ type }) => type);
}
