/** Definitions and plans for tests of the engine. */
import assert from 'node:assert/strict';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import type { ActionCatalog } from '../../src/actions/action.ts';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Ids } from '../../src/base/ids.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Plan } from '../../src/language/plan.ts';
import { createExpressRuntime } from '../../src/runtime/express/express.ts';
import type { ExpressOptions, ExpressRuntime, SyncStart } from '../../src/runtime/express/express.ts';

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

/** The plan of a definition given as an object; a definition with faults fails the test. */
export function planOf(definition: JsonObject, mode: 'Express' | 'Standard' = 'Express'): Plan {
  const text = JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'test', ...definition });
  const { plan, diagnostics } = compileDefinition(text, { mode, flowName: null, limits: DEFAULT_DEFINITION_LIMITS });
  assert.ok(plan !== null, diagnostics.map(formatDiagnostic).join('\n'));
  return plan;
}

/** A catalogue whose one action is a function. */
export function catalog(run: (call: TaskCall, signal: AbortSignal) => Promise<TaskResult>): ActionCatalog {
  return { find: () => ({ run }) };
}

/** The name of the state that made a call. */
export function stateOf(call: TaskCall): string {
  return decodeURIComponent(call.idempotencyKey.split('/').at(-2) ?? '');
}

/** Ids from a seed, the same in every run. */
export function seededIds(seed: number): Ids {
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let count = 0;
  return { uuid: () => `00000000-0000-4000-8000-${String(count++).padStart(12, '0')}`, random };
}

export function runtimeOf(
  clock: Clock,
  actions: ActionCatalog,
  limits: Partial<ExpressOptions['limits']> = {},
  more: Partial<ExpressOptions> = {},
): ExpressRuntime {
  return createExpressRuntime({
    clock,
    ids: seededIds(1),
    actions,
    limits: { ...LIMITS, ...limits },
    onDefect: (error) => {
      throw error;
    },
    ...more,
  });
}

export function startOf(plan: Plan, input: JsonObject = {}, name = 'execution'): SyncStart {
  return { flowName: 'test', roleArn: '', environment: {}, plan, name, input, depth: 0 };
}
