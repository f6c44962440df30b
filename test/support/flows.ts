/** Definitions and plans for tests of the engine. */
import assert from 'node:assert/strict';
import type { TaskCall } from '../../src/actions/action.ts';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Plan } from '../../src/language/plan.ts';
import { FROM_API } from '../../src/runtime/start-origin.ts';
import type { SyncStart } from '../../src/runtime/express/express.ts';

export const LIMITS = {
  stateDataBytes: 65_536,
  globalKeyBytes: 128,
  globalValueBytes: 262_144,
  mapConcurrency: 40,
  mapRuns: null,
  events: Number.POSITIVE_INFINITY,
  concurrentExecutions: 10_000,
  startsPerSecond: null,
  expressStepsPerSecond: null,
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

export function startOf(plan: Plan, input: JsonObject = {}, name = 'execution'): SyncStart {
  return { flowName: 'test', roleArn: '', environment: {}, plan, name, input, depth: 0, origin: FROM_API };
}
