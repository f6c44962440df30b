/** The port of a store that lies in a file: what people do with it beside the server. */
import type { ExecutionId, ExecutionStore } from './executions.ts';

/** A finding of an examination. */
export interface Finding {
  /** A fault is wrong. A note is worth knowing, and nothing is wrong. */
  readonly level: 'fault' | 'note';
  /** A sentence that names the thing. */
  readonly what: string;
  /** The consequence, as one or more sentences. */
  readonly means: string;
  /** The work of a repair, as a sentence without its subject: `deletes them`. Null: there is none. */
  readonly repair: string | null;
  /** Advice for a person, as a sentence, if there is no repair. */
  readonly advice: string | null;
}

/** A finding with its repair. The repair runs in the process that found it. */
export interface RepairableFinding extends Finding {
  /** Null as {@link Finding.repair}. */
  readonly run: (() => void) | null;
}

/** The content of a copy. */
export interface CopiedStore {
  readonly bytes: number;
  readonly flows: number;
  readonly executions: number;
}

export interface StoreFile {
  /** Absolute path. */
  readonly file: string;
  /**
   * Writes a consistent copy, whether or not a server runs and commits. The file appears when it is complete and on disk.
   * @param target absolute path of a file that does not exist
   * @throws {StoreFault} when there is no store, or no copy can be written
   */
  copyTo(target: string): CopiedStore;
  /**
   * Opens the store for an examination, which no server may use meanwhile. Changes nothing, unless `changes` is true.
   * @param changes true to be able to repair. The store then gets the migrations that it lacks.
   * @throws {StoreFault} when it cannot be examined: there is no store, a server uses it, or it is not ours
   */
  examine(changes: boolean): OpenExamination;
}

export interface OpenExamination {
  /** All that the store itself can find. */
  findings(): readonly RepairableFinding[];
  /** The executions, for those who can read journals; null if the store lacks migrations, tables or indexes. */
  readonly executions: ExaminedExecutions | null;
  close(): void;
}

/** The executions with status Running. */
export interface ExaminedExecutions extends Pick<ExecutionStore, 'get' | 'snapshot' | 'journal' | 'mapRunLog'> {
  /** Ids above `afterId`, ascending, up to `limit`. */
  runningIds(afterId: ExecutionId, limit: number): readonly ExecutionId[];
}
