/**
 * What operations work with, handed over by the composition root. Each operation takes the members it needs; nothing
 * else in the program sees this object.
 */
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Compilation, CompileOptions } from '../language/compile.ts';
import type { SyncExecutions } from '../runtime/sync-executions.ts';
import type { FlowStore } from '../store/flows.ts';
import type { OperationRate } from './rate.ts';

export interface OperationServices {
  readonly flows: FlowStore;
  readonly sync: SyncExecutions;
  /** `compileDefinition` of the language. */
  readonly compile: (text: string, options: CompileOptions) => Compilation;
  readonly rate: OperationRate;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The region served and, for DescribeRegions, where: `127.0.0.1:7780`. */
  readonly region: { readonly id: string; readonly endpoint: string };
  readonly limits: {
    readonly parallelBranches: number;
    /** `Input` of StartSyncExecution, UTF-8 bytes. */
    readonly inputBytes: number;
    /** Flows in the account; null: not limited. */
    readonly flows: number | null;
  };
}
