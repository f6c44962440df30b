/** The express runtime alone, for the tests of itself and of the events that it records. */
import assert from 'node:assert/strict';
import { MemoryBudget } from '../../../src/base/memory-budget.ts';
import type { ActionCatalog } from '../../../src/actions/action.ts';
import type { Ids } from '../../../src/base/ids.ts';
import { createObserver } from '../../../src/base/observer.ts';
import type { Subscriber } from '../../../src/base/observer.ts';
import { ALONE } from '../../../src/cluster/cluster.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import type { ExecutionEvent } from '../../../src/interpreter/event.ts';
import { createExpressRuntime } from '../../../src/runtime/express/express.ts';
import type { ExpressOptions, ExpressRuntime, SyncResult, SyncStart } from '../../../src/runtime/express/express.ts';
import { ExpressHistory } from '../../../src/runtime/express/history/express-history.ts';
import { flowRecord } from '../../../src/testing/flow-record.ts';
import { seededIds } from '../../../src/testing/seeded-ids.ts';
import { standInChildren } from '../../../src/testing/stand-ins.ts';
import type { VirtualTime } from '../../../src/testing/virtual-time.ts';
import { LIMITS } from '../../support/flows.ts';

/** A runtime on virtual time. A defect fails the test file, unless the test observes it. */
export function runtimeOf(
  time: VirtualTime,
  actions: ActionCatalog,
  limits: Partial<ExpressOptions['limits']> = {},
  more: {
    readonly history?: ExpressHistory;
    readonly observe?: Subscriber;
    readonly ids?: Ids;
    readonly cluster?: Cluster;
  } = {},
): ExpressRuntime {
  const failing: Subscriber = {
    // An observer cannot make the runtime fail, so the defect fails the test file.
    defect({ error }) {
      queueMicrotask(() => {
        throw error;
      });
    },
  };
  return createExpressRuntime({
    ports: {
      clock: time,
      scheduler: time,
      ids: more.ids ?? seededIds(1),
      observer: createObserver(more.observe ?? failing),
    },
    actions,
    children: standInChildren(actions),
    cluster: more.cluster ?? ALONE,
    memory: new MemoryBudget(Number.POSITIVE_INFINITY),
    limits: { ...LIMITS, ...limits },
    history: more.history ?? null,
  });
}

/** The result of an execution, and its events. */
export interface Recorded {
  readonly result: SyncResult;
  readonly events: readonly ExecutionEvent[];
}

export interface RecordingRuntime {
  readonly runtime: ExpressRuntime;
  run(start: SyncStart): Promise<Recorded>;
}

/** A runtime whose history retains all events of its executions. */
export function recordingRuntime(
  time: VirtualTime,
  actions: ActionCatalog,
  limits: Partial<ExpressOptions['limits']> = {},
): RecordingRuntime {
  const history = new ExpressHistory({ nowMs: () => time.nowMs(), executions: 100, ageMs: Infinity, bytes: 1e12 });
  const runtime = runtimeOf(time, actions, limits, { history });
  return {
    runtime,
    async run(start) {
      const flow = flowRecord(start.flowName);
      const source = { flow, plan: start.plan, version: '' };
      const result = await runtime.run({ ...start, facts: { source, alias: '', inputText: '' } });
      const retained = history.find(flow.id, start.name);
      assert.ok(retained !== null, 'the history retains the execution');
      return { result, events: retained.events(1, Number.MAX_SAFE_INTEGER).events };
    },
  };
}
