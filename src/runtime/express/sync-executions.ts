/**
 * StartSyncExecution as a service. The operation of that name and the action `FNF:StartSyncExecution` both use it, so that one
 * place finds the flow, checks its mode and names the execution.
 */
import { apiError, modeNotSupported } from '../../api/error.ts';
import type { Ids } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { FlowRecord } from '../../store/flows.ts';
import type { ExpressRuntime, SyncResult } from './express.ts';
import type { RunnableFlows } from '../flows/runnable-flows.ts';
import type { StartOrigin } from '../start-origin.ts';

export interface SyncRequest {
  readonly flowName: string;
  /** Follows the name rule; null: the caller gave none. */
  readonly executionName: string | null;
  /** A version, an alias, `LATEST` or empty (rules.md 5.9). */
  readonly qualifier: string;
  readonly input: JsonObject;
  /** As the caller sent it; empty when there was none. */
  readonly inputText: string;
  /** Synchronous executions above this one; 0 for one that the API started. */
  readonly depth: number;
  readonly origin: StartOrigin;
}

export interface SyncAnswer {
  readonly flow: FlowRecord;
  readonly result: SyncResult;
}

export interface SyncExecutions {
  /**
   * Runs an Express flow to its end.
   * @throws {ApiError} `FlowNotExists`, `FlowVersionNotExists`, `FlowAliasNotExists`, `ActionNotSupported` (a Standard
   *   flow), `ResourceThrottled`.
   */
  start(request: SyncRequest): Promise<SyncAnswer>;
}

export interface SyncExecutionsOptions {
  readonly flows: RunnableFlows;
  readonly runtime: ExpressRuntime;
  readonly ids: Ids;
}

export function createSyncExecutions({ flows, runtime, ids }: SyncExecutionsOptions): SyncExecutions {
  return {
    async start({ flowName, executionName, qualifier, input, inputText, depth, origin }) {
      const { runnable, alias } = flows.peek(flowName, qualifier) ?? (await flows.load(flowName, qualifier));
      const { flow, plan, environment } = runnable;
      // A flow that was created again under the name is not the flow of the schedule.
      if (origin.from === 'schedule' && origin.flowId !== flow.id) throw apiError('FlowNotExists', flowName);
      if (flow.executionMode !== 'Express') throw modeNotSupported(flow.executionMode);
      const uuid = ids.uuid();
      const name = executionName === null ? uuid : `${executionName}:${uuid}`;
      const facts = { source: runnable, alias, inputText };
      const { roleArn, writer } = flow;
      const start = { flowName, roleArn, writer, environment, plan, name, input, depth, origin, facts };
      const result = await runtime.run(start);
      return { flow, result };
    },
  };
}
