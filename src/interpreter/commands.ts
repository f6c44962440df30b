/** The commands of an execution: the work that the runtime does for it and answers to. They are a function of its state (I3). */
import type { JsonObject } from '../base/json.ts';
import type { ChildMode, DistributedMap, MapState, TaskState } from '../language/plan.ts';
import type { MapRunSpec } from './map-run-spec.ts';

interface CommandBase {
  /** Id of the event that opened the command. */
  readonly id: number;
  readonly thread: number;
  /** When its time began, milliseconds since 1970 in steady time: at its event, or at a later redrive. */
  readonly openedMs: number;
}

interface Call extends CommandBase {
  readonly state: TaskState;
  readonly parameters: JsonObject;
  /** 1 for the first call of the state. */
  readonly attempt: number;
  readonly timeoutSeconds: number | null;
  /** True once the service has accepted the work of a callback task: the runtime waits for its end and does not call again. */
  readonly submitted: boolean;
}

/** Call a service. */
interface TaskCommand extends Call {
  readonly kind: 'task';
}

/** Start a flow of this engine. */
export interface ChildCommand extends Call {
  readonly kind: 'child';
  readonly mode: ChildMode;
}

/** Wait. */
export interface TimerCommand extends CommandBase {
  readonly kind: 'timer';
  readonly seconds: number;
}

/** A Map that is a distributed one. */
export type DistributedMapState = MapState & { readonly distributed: DistributedMap };

/** Run the items of a distributed Map, each in an execution of its own. */
export interface MapCommand extends CommandBase {
  readonly kind: 'map';
  readonly state: DistributedMapState;
  readonly run: MapRunSpec;
}

export type CallCommand = TaskCommand | ChildCommand;
export type Command = CallCommand | TimerCommand | MapCommand;

export function isDistributed(state: MapState): state is DistributedMapState {
  return state.distributed !== null;
}

/** True for a task that only a report, the end of an execution that it started, or its timeout ends. */
export function waitsForOthers(command: CallCommand): boolean {
  return command.submitted && (command.state.mode !== 'WaitForSystemCallback' || awaitsChild(command));
}

/** True for a task that ends when the execution that it started ends. */
export function awaitsChild({ kind, state }: CallCommand): boolean {
  return kind === 'child' && state.mode === 'WaitForSystemCallback';
}
