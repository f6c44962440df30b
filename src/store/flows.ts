/**
 * The port of the flow store and its record. Asynchronous, because a store may be another machine; the adapters
 * are `memory/` and `sqlite/`, and one contract suite (test/store/) runs on each.
 */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

export type ExecutionMode = 'Standard' | 'Express';

export interface FlowRecord {
  readonly name: string;
  /** UUID; a flow made again under an old name has a new one. */
  readonly id: string;
  /** Byte for byte as it was sent (decisions.md 1.2). */
  readonly definition: string;
  readonly description: string;
  readonly type: 'FDL' | 'DEFAULT';
  readonly executionMode: ExecutionMode;
  readonly roleArn: string;
  readonly externalStorageLocation: string;
  readonly environment: readonly EnvironmentVariable[];
  readonly resourceGroupId: string;
  readonly createdMs: number;
  readonly lastModifiedMs: number;
  /** Grows by one with each update; a compiled plan belongs to (id, revision). */
  readonly revision: number;
}

export type FlowChanges = Partial<
  Pick<FlowRecord, 'definition' | 'description' | 'type' | 'roleArn' | 'environment'>
> & { readonly lastModifiedMs: number };

export interface FlowPage {
  readonly flows: readonly FlowRecord[];
  /** Name of the first flow of the next page; null at the end. */
  readonly nextName: string | null;
}

export interface FlowQuery {
  /** First name, inclusive; empty means from the first flow. Need not be the name of a flow. */
  readonly fromName: string;
  /** At most so many flows, at least 1. */
  readonly limit: number;
  /** The page ends after the flow whose definition passes this sum of UTF-16 units, so that no page outgrows memory. */
  readonly definitionUnits: number;
  /** Only flows of this group; null: all. */
  readonly resourceGroupId: string | null;
}

export interface FlowStore {
  /** False when a flow of that name exists; durable when it resolves with true. */
  create(flow: FlowRecord): Promise<boolean>;
  get(name: string): Promise<FlowRecord | null>;
  /**
   * The record after the change, or null when there is no such flow or it is not the one with `expectedId`, because
   * it was deleted and made again since the caller looked. Durable when it resolves.
   */
  update(name: string, changes: FlowChanges, expectedId: string): Promise<FlowRecord | null>;
  /** False when there was no such flow. */
  delete(name: string): Promise<boolean>;
  /** Flows by name in byte order. */
  list(query: FlowQuery): Promise<FlowPage>;
  count(): Promise<number>;
  /** Lets go of what the store holds; no call may follow. */
  close(): Promise<void>;
}
