/** The messages between the main thread and the commit thread. */
import { AssertionFailure } from '../../base/assert.ts';
import type { ExecutionChange, Outcome, PurgePosition, PurgeStep, Retention, SeenTime } from '../executions.ts';
import type { DueTimes } from '../schedules.ts';
import { StoreFault } from '../fault.ts';
import type { FileIdentity } from './files.ts';
import type { MessageChange } from './message-rows.ts';

export interface CommitThreadData {
  /** The store's file is the first. */
  readonly files: readonly FileIdentity[];
  readonly synchronous: 'FULL' | 'NORMAL';
}

export type CommitRequest =
  | {
      readonly kind: 'commit';
      readonly changes: readonly ExecutionChange[];
      readonly seen: SeenTime | null;
    }
  | {
      readonly kind: 'purge';
      readonly retention: Retention;
      readonly limit: number;
      readonly after: PurgePosition | null;
    }
  | { readonly kind: 'space' }
  | { readonly kind: 'messages'; readonly changes: readonly MessageChange[] }
  | { readonly kind: 'take'; readonly times: readonly DueTimes[] };

export type CommitMessage = { readonly number: number; readonly request: CommitRequest } | 'close';

/** The result of each kind of request. */
export interface CommitResults {
  readonly commit: readonly Outcome[];
  readonly purge: PurgeStep;
  /** True if there is more space to give back. */
  readonly space: boolean;
  /** For each change, whether it changed a row. */
  readonly messages: readonly boolean[];
  /** For each due time, whether it was taken. */
  readonly take: readonly boolean[];
}

export type CommitResult = CommitResults[keyof CommitResults];

export interface CommitAnswer {
  readonly number: number;
  /** Null with a fault. */
  readonly result: CommitResult | null;
  readonly fault: CommitFault | null;
}

/** An error as plain data: a message between threads loses the class of an error and members such as `errcode`. */
export interface CommitFault {
  readonly name: string;
  readonly message: string;
  /** SQLite's result code; null for other errors. */
  readonly errcode: number | null;
}

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = { AssertionFailure, StoreFault };

export function faultOf(error: unknown): CommitFault {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), errcode: null };
  const errcode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
  return { name: error.name, message: error.message, errcode };
}

export function errorOf({ name, message, errcode }: CommitFault): Error {
  const kind = CLASSES[name];
  if (kind !== undefined) return new kind(message);
  const error = new Error(`Writing to the store failed: ${message}`);
  return errcode === null ? error : Object.assign(error, { errcode });
}
