/**
 * Reads Express executions for the operations, as a port: those of this process (`own-express.ts`), or those of all processes that serve
 * together (`whole-express.ts`). All members are data that another process can send.
 */
import type { ExecutionStatus } from '../../../interpreter/execution.ts';
import type { FlowRecord } from '../../../store/flows.ts';
import type { ExecutionView, ExecutionWaits, HistoryPage } from '../../executions.ts';
import type { ExpressQuery, SearchPosition } from './express-position.ts';

export type FlowOfExecution = Pick<FlowRecord, 'id' | 'name'>;

export type ExpressWaits = Pick<ExecutionWaits, 'view' | 'waits' | 'explanation'>;

export interface ListedExecution {
  /** Of the process that ran it. */
  readonly id: number;
  /** Estimate of the UTF-16 units of its texts, never too low. */
  readonly units: number;
  readonly view: ExecutionView;
}

export interface ExpressPage {
  /** In the order of `express-position.ts`. */
  readonly executions: readonly ListedExecution[];
  /** True if there are more behind them. */
  readonly isMore: boolean;
}

/** A search in executions of all flows, without children of Map runs. */
export interface ExpressSearch {
  /** Empty: all flows. */
  readonly flowName: string;
  readonly status: ExecutionStatus | null;
  /** Exclusive; null: no bound. */
  readonly startedAfterMs: number | null;
  readonly startedBeforeMs: number | null;
  /** Found in names in small or capital letters; empty: any name. */
  readonly nameContains: string;
  readonly after: SearchPosition | null;
  readonly limit: number;
}

export interface FoundExpress extends SearchPosition {
  readonly status: ExecutionStatus;
  /** 0 while it runs. */
  readonly stoppedMs: number;
}

export interface FoundExpressPage {
  /** In the order of `compareFound`. */
  readonly executions: readonly FoundExpress[];
  /** True if there are more behind them. */
  readonly isMore: boolean;
}

/** The first three return null for an execution that is not retained. */
export interface ExpressReader {
  /** Resolves when the execution has ended, or after `waitMs`. */
  describe(flow: FlowOfExecution, name: string, waitMs: number): Promise<ExecutionView | null>;
  /** Events `fromEvent` and later, at most `limit`; fewer if they are large. */
  history(flow: FlowOfExecution, name: string, fromEvent: number, limit: number): Promise<HistoryPage | null>;
  waits(flow: FlowOfExecution, name: string): Promise<ExpressWaits | null>;
  list(query: ExpressQuery): Promise<ExpressPage>;
  search(search: ExpressSearch): Promise<FoundExpressPage>;
}
