/**
 * Overviews of all flows and of the whole server, as a port for `operations/`: a search for executions, figures of flows, and the state
 * of the server. All members answer with plain data, because a worker asks another process for it.
 */
import type { ExecutionStatus } from '../interpreter/execution.ts';
import type { Dialect } from '../language/plan.ts';
import type { ExecutionMode } from '../store/flows.ts';

/** An execution without its texts. */
export interface ExecutionHead {
  readonly name: string;
  readonly status: ExecutionStatus;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** 0 while it runs. */
  readonly stoppedMs: number;
}

export interface FoundExecution extends ExecutionHead {
  readonly flowName: string;
  readonly mode: ExecutionMode;
}

export interface SearchRequest {
  /** Empty: all flows. */
  readonly flowName: string;
  readonly status: ExecutionStatus | null;
  /** Milliseconds since 1970, exclusive; null: no bound. */
  readonly startedAfterMs: number | null;
  readonly startedBeforeMs: number | null;
  /** Found in names in small or capital letters; empty: any name. */
  readonly nameContains: string;
  /** From an earlier page; empty: begin with the newest execution. */
  readonly nextToken: string;
  readonly limit: number;
}

export interface SearchPage {
  /** Newest first. */
  readonly executions: readonly FoundExecution[];
  /** Opaque; empty at the end. A page before the last may be short, even empty. */
  readonly nextToken: string;
}

export interface SummaryRequest {
  /** Found in names in small or capital letters; empty: all flows. */
  readonly nameContains: string;
  /** Name of the first flow, inclusive; empty: from the first. It need not be the name of a flow. */
  readonly fromName: string;
  readonly limit: number;
}

export interface FlowSummary {
  readonly name: string;
  readonly mode: ExecutionMode;
  readonly dialect: Dialect;
  readonly description: string;
  readonly lastModifiedMs: number;
  readonly schedules: number;
  readonly running: number;
  /** Executions that have ended since `sinceMs`, and those of them that succeeded. */
  readonly ended: number;
  readonly succeeded: number;
  /** Milliseconds that the ended executions took; 0 if none ended. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly sinceMs: number;
  /** Newest first. */
  readonly last: readonly ExecutionHead[];
}

export interface SummaryPage {
  readonly flows: readonly FlowSummary[];
  /** Name of the first flow of the next page; null at the end. */
  readonly nextName: string | null;
}

/** One process of those that serve together. */
export interface ProcessView {
  readonly name: string;
  readonly version: string;
  readonly startedMs: number;
  /** Express executions under way. */
  readonly express: number;
  /** Standard executions in memory. */
  readonly standard: number;
  readonly executionBytes: number;
  readonly executionLimitBytes: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly heapLimitBytes: number;
  readonly connections: number;
}

/** An execution that the server cannot continue. */
export interface StuckExecution {
  readonly flowName: string;
  readonly executionName: string;
  /** Empty when it is not known. */
  readonly state: string;
  /** A sentence for people. */
  readonly reason: string;
  readonly sinceMs: number;
}

export interface SystemView {
  readonly version: string;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly region: string;
  readonly account: string;
  readonly auth: 'on' | 'off';
  readonly store: 'sqlite' | 'memory' | 'postgres';
  readonly workers: number;
  /** Null when all is well. */
  readonly healthReason: string | null;
  readonly lostLogLines: number;
  readonly running: {
    readonly standard: number;
    readonly mapItems: number;
    readonly asleep: number;
    readonly express: number;
  };
  readonly processes: readonly ProcessView[];
  readonly settings: readonly { readonly name: string; readonly value: string; readonly isDefault: boolean }[];
  readonly stuckCount: number;
  /** The oldest first; at most a hundred. */
  readonly stuck: readonly StuckExecution[];
}

export interface Overview {
  /** @throws {ApiError} `FlowNotExists`; `InvalidArgument` for a `nextToken` that no page returned. */
  search(request: SearchRequest): Promise<SearchPage>;
  summarize(request: SummaryRequest): Promise<SummaryPage>;
  system(): Promise<SystemView>;
}
