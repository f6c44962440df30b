/** Runs of distributed Maps, as the driver of the execution sees them. The durable runtime has the implementation. */
import type { MapCommand } from '../../interpreter/commands.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Input } from '../../interpreter/input.ts';
import type { MapRunSpec } from '../../interpreter/map-run-spec.ts';
import type { ExecutionRecord } from '../../store/executions.ts';
import type { MapRunRecord } from '../../store/map-runs.ts';
import type { CallingExecution } from './calls.ts';
import type { DecisionMoment } from './moment.ts';

/** The bounds of a run that UpdateMapRun changes. A member that is absent does not change. */
export interface MapRunChanges {
  readonly concurrency?: number;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
}

/** A run whose command is open. */
export interface OpenMapRun {
  /** False while nothing but the end of a Standard child moves it: the execution may then leave memory. */
  readonly isBusy: boolean;
  /** As DescribeMapRun shows it; null until the run is loaded. */
  readonly record: MapRunRecord | null;
  /** Sentences for people: how far it is, and the children for which it waits. */
  readonly waitsFor: string;
  /** Resolves when it is not busy any more. */
  whenQuiet(): Promise<void>;
  /** Takes the end of a child. Resolves with true when that is durable, with false when the run cannot take it now. */
  itemEnded(child: ExecutionRecord): Promise<boolean>;
  /** Resolves with the record when the changes are durable; null when the run has ended. */
  update(changes: MapRunChanges): Promise<MapRunRecord | null>;
  /** The run leaves memory, or its command is closed: nothing it decides from now on counts. */
  close(): void;
}

/** The driver, as its Map runs see it. */
export interface MapRunCaller {
  /** False once the process is stopping: the next start of the server continues. */
  readonly mayCall: boolean;
  /** Receives the end of the run, which is durable, as an input of the execution. */
  answered(input: Input): void;
  /** The run is busy again, or not any more. */
  busy(): void;
  quiet(): void;
  /** A defect has ended the run. `id` is that of the command. */
  broke(error: unknown, id: number): void;
}

export interface MapRunStarter {
  /** Begins or continues the run of an open command. Nothing of it may throw. */
  begin(
    command: MapCommand,
    calling: CallingExecution,
    execution: Execution,
    moment: DecisionMoment,
    caller: MapRunCaller,
  ): OpenMapRun;
  /** The record of a run that no redrive has touched, before it begins. @param atMs the time of its MapRunStarted event */
  newRecord(run: MapRunSpec, event: number, atMs: number): MapRunRecord;
}
