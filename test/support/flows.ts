/** Definitions and plans for tests of the engine. */
import assert from 'node:assert/strict';
import type { ActionCatalog, TaskCall } from '../../src/actions/action.ts';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { createObserver } from '../../src/base/observer.ts';
import type { Subscriber } from '../../src/base/observer.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Plan } from '../../src/language/plan.ts';
import { createExpressRuntime } from '../../src/runtime/express/express.ts';
import { ExpressHistory } from '../../src/runtime/express/history/express-history.ts';
import { FROM_API } from '../../src/runtime/start-origin.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { standInChildren } from '../../src/testing/stand-ins.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import type { ExpressOptions, ExpressRuntime, SyncResult, SyncStart } from '../../src/runtime/express/express.ts';

export const LIMITS = {
  stateDataBytes: 65_536,
  globalKeyBytes: 128,
  globalValueBytes: 262_144,
  mapConcurrency: 40,
  events: Number.POSITIVE_INFINITY,
  concurrentExecutions: 10_000,
  startsPerSecond: null,
  expressTimeoutSeconds: 300,
} as const;

/** The plan of a definition: a text, or a state machine as an object. A definition with an error fails the test. */
export function planOf(definition: JsonObject | string, mode: 'Express' | 'Standard' = 'Express'): Plan {
  const text =
    typeof definition === 'string'
      ? definition
      : JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'test', ...definition });
  const { plan, diagnostics } = compileDefinition(text, { mode, flowName: null, limits: DEFAULT_DEFINITION_LIMITS });
  assert.ok(plan !== null, `${text}\n${diagnostics.map(formatDiagnostic).join('\n')}`);
  return plan;
}

/** The name of the state that made the call. */
export function stateOf(call: TaskCall): string {
  return decodeURIComponent(call.idempotencyKey.split('/').at(-2) ?? '');
}

export function runtimeOf(
  time: VirtualTime,
  actions: ActionCatalog,
  limits: Partial<ExpressOptions['limits']> = {},
  more: { readonly history?: ExpressHistory; readonly observe?: Subscriber } = {},
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
    ports: { clock: time, scheduler: time, ids: seededIds(1), observer: createObserver(more.observe ?? failing) },
    actions,
    children: standInChildren(actions),
    limits: { ...LIMITS, ...limits },
    history: more.history ?? null,
  });
}

export function startOf(plan: Plan, input: JsonObject = {}, name = 'execution'): SyncStart {
  return { flowName: 'test', roleArn: '', environment: {}, plan, name, input, depth: 0, origin: FROM_API };
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
