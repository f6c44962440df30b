/** Runs a plan as an Express flow, on an engine of its own. */
import { createObserver } from '../../src/base/observer.ts';
import type { ActionCatalog } from '../../src/actions/action.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import type { SyncResult, SyncStart } from '../../src/runtime/express/express.ts';
import { createEngine } from '../../src/server/engine.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { standInChildren } from '../../src/testing/stand-ins.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

export interface ExpressOptions {
  readonly time?: VirtualTime;
  /** Answer all tasks, also those that start flows. */
  readonly actions: ActionCatalog;
  readonly limits?: Partial<Settings['limits']>;
}

export interface ExpressEnd {
  readonly result: SyncResult;
  readonly history: readonly HistoryEvent[];
}

const SETTINGS = testSettings();

/** Runs an execution to its end and reads its history. A defect rejects. */
export async function runExpress(start: SyncStart, options: ExpressOptions): Promise<ExpressEnd> {
  const { time = new VirtualTime(), actions, limits } = options;
  const stores = createMemoryStores();
  const flow = flowRecord(start.flowName);
  await stores.flows.create(flow);
  const defects: unknown[] = [];
  const engine = await createEngine({
    settings: { ...SETTINGS, limits: { ...SETTINGS.limits, ...limits } },
    stores,
    ports: {
      clock: time,
      scheduler: time,
      ids: seededIds(1),
      observer: createObserver({ defect: ({ error }) => void defects.push(error) }),
    },
    localCallersOnly: true,
    endpoint: () => '',
    standIns: { actions, children: () => standInChildren(actions) },
  });
  try {
    const source = { flow, plan: start.plan, version: '' };
    const result = await engine.express.run({ ...start, facts: { source, alias: '', inputText: '' } });
    if (defects.length > 0) throw defects[0];
    const { events } = await engine.executions.history(start.flowName, start.name, 1, Number.MAX_SAFE_INTEGER);
    return { result, history: events };
  } finally {
    await engine.close();
  }
}
