/** Children of Map runs, between the durable runtime, which has the runs, and the express runtime, which runs the Express children. */
import type { JsonValue } from '../base/json.ts';
import type { Plan } from '../language/plan.ts';
import type { ExecutionRecord, FlowSnapshot } from '../store/executions.ts';
import type { StartOrigin } from './start-origin.ts';

export interface ExpressItem {
  readonly run: ItemOfRun;
  readonly name: string;
  readonly input: JsonValue;
  readonly inputText: string;
  readonly index: number;
  readonly origin: StartOrigin;
  /** Stops it; its reason is the failure of the stop. */
  readonly signal: AbortSignal;
}

export interface ExpressItemEnd {
  readonly name: string;
  readonly status: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
  readonly startedMs: number;
  readonly stoppedMs: number;
}

/** The circumstances that all children of a run have in common. */
export interface ItemOfRun {
  /** `MapRunName`. */
  readonly name: string;
  /** Index of the Map in the plan. */
  readonly state: number;
  /** The execution of the Map. */
  readonly parent: ExecutionRecord;
  readonly snapshot: FlowSnapshot;
  readonly plan: Plan;
}
