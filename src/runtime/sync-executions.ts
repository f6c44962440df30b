/**
 * StartSyncExecution as a service to the rooms around it: the operation of that name and the action
 * `FNF:StartSyncExecution` both start here, so that names, modes, limits and the plan cache are settled once.
 */
import { ApiError, apiError, invalidArgument } from '../api/error.ts';
import { formatDiagnostic } from '../base/diagnostic.ts';
import type { Ids } from '../base/ids.ts';
import { setMember } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Compilation, CompileOptions } from '../language/compile.ts';
import type { Plan } from '../language/plan.ts';
import type { EnvironmentVariable, FlowRecord, FlowStore } from '../store/flows.ts';
import type { ExpressRuntime, SyncResult } from './express.ts';
import { PlanCache } from './plan-cache.ts';

export interface SyncRequest {
  readonly flowName: string;
  /** Already checked against the name rule; null: none was given. */
  readonly executionName: string | null;
  readonly input: JsonObject;
  /** Sync executions above this one; 0 for one started through the API. */
  readonly depth: number;
}

export interface SyncAnswer {
  readonly flow: FlowRecord;
  readonly result: SyncResult;
}

export interface SyncExecutions {
  /**
   * Runs an Express flow to its end.
   * @throws {ApiError} `FlowNotExists`, `ActionNotSupported` (a Standard flow), `ResourceThrottled`.
   */
  start(request: SyncRequest): Promise<SyncAnswer>;
  /** To be called after a change of the flow is durable and before that is answered: no later start sees the old plan. */
  forget(flowName: string): void;
  /** The same for a flow that was deleted; what runs of it stops after the state that the flow is in (decisions.md 4.10). */
  deleted(flowName: string): void;
}

export interface SyncExecutionsOptions {
  readonly flows: FlowStore;
  readonly runtime: ExpressRuntime;
  readonly ids: Ids;
  readonly compile: (definition: string, options: CompileOptions) => Compilation;
  readonly parallelBranches: number;
}

/** A flow that is ready to run. */
interface Runnable {
  readonly flow: FlowRecord;
  readonly plan: Plan;
  readonly environment: JsonObject;
}

export function createSyncExecutions(options: SyncExecutionsOptions): SyncExecutions {
  const { flows, runtime, ids } = options;
  const cache = new PlanCache<Runnable>(async (name) => {
    const flow = await flows.get(name);
    if (flow === null) throw apiError('FlowNotExists', name);
    if (flow.executionMode !== 'Express') {
      throw new ApiError('ActionNotSupported', 'Standard execution is not supported');
    }
    const value = { flow, plan: compilePlan(flow, options), environment: environmentOf(flow.environment) };
    return { value, size: flow.definition.length };
  });
  return {
    async start({ flowName, executionName, input, depth }) {
      const { flow, plan, environment } = cache.peek(flowName) ?? (await cache.load(flowName));
      const uuid = ids.uuid();
      const name = executionName === null ? uuid : `${executionName}:${uuid}`;
      const result = await runtime.run({ flowName, roleArn: flow.roleArn, environment, plan, name, input, depth });
      return { flow, result };
    },
    forget: (flowName) => cache.forget(flowName),
    deleted(flowName) {
      cache.forget(flowName);
      runtime.stop(flowName, { error: 'FnF.FlowDeleted', cause: `Flow '${flowName}' was deleted.` });
    },
  };
}

/** The plan of a stored definition; one that an older version accepted and this one does not is refused with its faults. */
function compilePlan(flow: FlowRecord, { compile, parallelBranches }: SyncExecutionsOptions): Plan {
  const { plan, diagnostics } = compile(flow.definition, { mode: 'Express', flowName: flow.name, parallelBranches });
  if (plan !== null) return plan;
  const faults = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').map(formatDiagnostic);
  throw invalidArgument(`The definition of flow '${flow.name}' cannot be run: ${faults.join('; ')}`);
}

/** `$Environment` of a flow (decisions.md 2.9). */
function environmentOf(variables: readonly EnvironmentVariable[]): JsonObject {
  const environment: Record<string, JsonValue> = {};
  for (const { name, value } of variables) setMember(environment, name, value);
  return environment;
}
