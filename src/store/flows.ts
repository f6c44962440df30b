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

/** A published version: what the flow was when it was published (decisions.md 4.8). */
export interface FlowVersion {
  readonly version: number;
  /** Of the version. */
  readonly description: string;
  readonly createdMs: number;
  /** The flow as it was; an execution of the version runs this. `revision` is the key of its snapshot. */
  readonly flow: FlowRecord;
}

/** A version in a list, without the flow that it froze. */
export type VersionSummary = Omit<FlowVersion, 'flow'>;

export interface VersionPage {
  readonly versions: readonly VersionSummary[];
  /** First version of the next page; null at the end. */
  readonly nextVersion: number | null;
}

/** One way of an alias to a version. Weights are relative to their sum. */
export interface Route {
  readonly version: number;
  /** A whole number, 0 or more; not all are 0. */
  readonly weight: number;
}

export interface FlowAlias {
  readonly name: string;
  readonly description: string;
  /** One or two, to different versions. */
  readonly routes: readonly Route[];
  readonly createdMs: number;
}

export type AliasChanges = Partial<Pick<FlowAlias, 'description' | 'routes'>>;

export interface AliasPage {
  readonly aliases: readonly FlowAlias[];
  readonly nextName: string | null;
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
  /** With its versions and aliases. False when there was no such flow. */
  delete(name: string): Promise<boolean>;
  /** Flows by name in byte order. */
  list(query: FlowQuery): Promise<FlowPage>;
  count(): Promise<number>;

  /**
   * Freezes the flow as its next version; numbers begin at 1 and are never used twice, not even after a deletion
   * (decisions.md 4.8). Null when there is no such flow.
   */
  publish(flowName: string, description: string, createdMs: number): Promise<FlowVersion | null>;
  getVersion(flowName: string, version: number): Promise<FlowVersion | null>;
  /** Newest first, from `fromVersion` down, inclusive (null: from the newest). */
  listVersions(flowName: string, fromVersion: number | null, limit: number): Promise<VersionPage>;
  deleteVersion(flowName: string, version: number): Promise<'deleted' | 'absent' | 'routed-to'>;

  /** `exists` when the flow has an alias of that name, `no-version` when a route leads to a version that is not there. */
  createAlias(flowName: string, alias: FlowAlias): Promise<'created' | 'exists' | 'no-version'>;
  getAlias(flowName: string, name: string): Promise<FlowAlias | null>;
  updateAlias(flowName: string, name: string, changes: AliasChanges): Promise<FlowAlias | 'absent' | 'no-version'>;
  deleteAlias(flowName: string, name: string): Promise<boolean>;
  /** By name in byte order, from `fromName` inclusive (empty: from the first). */
  listAliases(flowName: string, fromName: string, limit: number): Promise<AliasPage>;
  /** Lets go of what the store holds; no call may follow. */
  close(): Promise<void>;
}
