/** The parts of the engine that its Map runs use. */
import type { Ports } from '../../../base/ports.ts';
import type { Failure } from '../../../interpreter/event.ts';
import type { Objects } from '../../../objects/ports.ts';
import type { ExecutionStore } from '../../../store/executions.ts';
import type { Turns } from '../../driver/turns.ts';
import type { CommitQueue } from '../commit-queue.ts';
import type { ItemRunner } from './item-runner.ts';

export interface MapRunLimits {
  readonly stateDataBytes: number;
  /** Children of one run at once. */
  readonly mapRunConcurrency: number;
  /** Items of one run; null: no limit. */
  readonly mapItems: number | null;
  /** How deep tasks and Maps may start executions. */
  readonly childDepth: number;
}

export interface MapRunsOptions {
  readonly ports: Ports;
  readonly store: Pick<ExecutionStore, 'get' | 'find' | 'snapshot' | 'mapRun' | 'mapRunLog' | 'mapRunItems'>;
  readonly queue: Pick<CommitQueue, 'add'>;
  readonly turns: Turns;
  readonly objects: Objects;
  readonly limits: MapRunLimits;
}

/** The same for one run. */
export interface MapRunParts extends MapRunsOptions {
  readonly items: ItemRunner;
  /** The failure of a run whose children would be deeper than they may; null when they may begin. */
  refusalOfDepth(depth: number): Failure | null;
}
