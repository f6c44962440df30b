/**
 * The port of the flow store: flows, their versions and their aliases. It is asynchronous, so that a store can be on
 * another machine. One contract suite (test/store/) runs on every adapter.
 */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

export type ExecutionMode = 'Standard' | 'Express';

export interface FlowRecord {
  readonly name: string;
  /** UUID. A flow that is deleted and created again under the same name gets a new one. */
  readonly id: string;
  /** Byte for byte as the caller sent it (rules.md 6.2). */
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
  /** Each update adds one. A compiled plan belongs to one `id` and `revision`. */
  readonly revision: number;
  /**
   * Id of the access key of the last CreateFlow or UpdateFlow, whose policies apply to what the flow starts (rules.md 3.13). Null: it
   * may start everything, because the root key wrote it, or a server without authentication or before this rule.
   */
  readonly writer: string | null;
}

export type FlowChanges = Partial<Pick<FlowRecord, 'definition' | 'description' | 'type' | 'roleArn' | 'environment'>> &
  Pick<FlowRecord, 'lastModifiedMs' | 'writer'>;

export interface FlowPage {
  readonly flows: readonly FlowRecord[];
  /** Name of the first flow of the next page; null at the end. */
  readonly nextName: string | null;
}

export interface FlowQuery {
  /** First name, inclusive; empty: from the first flow. It need not be the name of a flow. */
  readonly fromName: string;
  /** Most flows of a page, 1 or more. */
  readonly limit: number;
  /** The page ends once its texts ({@link flowUnits}) have more UTF-16 units than this, to bound the memory of a page. */
  readonly textUnits: number;
  /** Only flows of this group; null: all. */
  readonly resourceGroupId: string | null;
}

/** UTF-16 units of the texts of a flow whose length its writer chose. */
export function flowUnits({
  definition,
  description,
  environment,
}: Pick<FlowRecord, 'definition' | 'description' | 'environment'>): number {
  return definition.length + description.length + environmentUnits(environment);
}

/** The same of an environment. */
export function environmentUnits(environment: readonly EnvironmentVariable[]): number {
  let units = 0;
  for (const { name, value, description } of environment) units += name.length + value.length + description.length;
  return units;
}

/** A published version: a copy of the flow at the time of PublishFlowVersion (rules.md 5.7). */
export interface FlowVersion {
  readonly version: number;
  /** The version's own description; that of the flow is in `flow`. */
  readonly description: string;
  readonly createdMs: number;
  /** The copy, which executions of the version run. Its `revision` is the key of their snapshot. */
  readonly flow: FlowRecord;
}

/** A version in a list, without its copy of the flow. */
export type VersionSummary = Omit<FlowVersion, 'flow'>;

export interface VersionPage {
  readonly versions: readonly VersionSummary[];
  /** First version of the next page; null at the end. */
  readonly nextVersion: number | null;
}

/** A version that an alias leads to. An execution starts from it with probability weight / sum of weights. */
export interface Route {
  readonly version: number;
  /** A whole number, 0 or more; at least one route of an alias has more than 0. */
  readonly weight: number;
}

export interface FlowAlias {
  readonly name: string;
  readonly description: string;
  /** One or two routes, to different versions. */
  readonly routes: readonly Route[];
  readonly createdMs: number;
}

export type AliasChanges = Partial<Pick<FlowAlias, 'description' | 'routes'>>;

export interface AliasPage {
  readonly aliases: readonly FlowAlias[];
  readonly nextName: string | null;
}

/** A flow without its texts, for lists of many flows. */
export type FlowHead = Pick<FlowRecord, 'name' | 'id' | 'executionMode' | 'revision' | 'lastModifiedMs'>;

export interface FlowHeadPage {
  readonly heads: readonly FlowHead[];
  /** As {@link FlowPage.nextName}. */
  readonly nextName: string | null;
}

export interface FlowStore {
  /** False if a flow of that name exists. Durable when it resolves with true. */
  create(flow: FlowRecord): Promise<boolean>;
  get(name: string): Promise<FlowRecord | null>;
  /**
   * Returns the changed record. Returns null if no flow has this name, or if its id is not `expectedId` because someone
   * deleted the flow and created it again. Durable when it resolves.
   */
  update(name: string, changes: FlowChanges, expectedId: string): Promise<FlowRecord | null>;
  /** Deletes the flow with its versions and aliases. Resolves with its id; null if no flow has this name. */
  delete(name: string): Promise<string | null>;
  /** Flows in the byte order of their names. */
  list(query: FlowQuery): Promise<FlowPage>;
  /** The same flows without their texts, which the store does not read. `fromName` and `limit` as in {@link FlowQuery}. */
  heads(fromName: string, limit: number): Promise<FlowHeadPage>;
  count(): Promise<number>;

  /**
   * Copies the flow as its next version. Numbers begin at 1, and a deleted version's number is not used again
   * (rules.md 5.7). Null if no flow has this name.
   */
  publish(flowName: string, description: string, createdMs: number): Promise<FlowVersion | null>;
  getVersion(flowName: string, version: number): Promise<FlowVersion | null>;
  /** Newest first, beginning with `fromVersion` (null: with the newest). */
  listVersions(flowName: string, fromVersion: number | null, limit: number): Promise<VersionPage>;
  /** `routed-to` if an alias leads to the version. */
  deleteVersion(flowName: string, version: number): Promise<'deleted' | 'absent' | 'routed-to'>;

  /** `exists` if the flow has an alias of that name, `no-version` if a route leads to a version that does not exist. */
  createAlias(flowName: string, alias: FlowAlias): Promise<'created' | 'exists' | 'no-version'>;
  getAlias(flowName: string, name: string): Promise<FlowAlias | null>;
  updateAlias(flowName: string, name: string, changes: AliasChanges): Promise<FlowAlias | 'absent' | 'no-version'>;
  deleteAlias(flowName: string, name: string): Promise<boolean>;
  /** In the byte order of their names, beginning with `fromName` (empty: with the first). */
  listAliases(flowName: string, fromName: string, limit: number): Promise<AliasPage>;
  /**
   * The changes of flows, their versions and aliases after change number `epoch`. A store that is not shared need not have them.
   */
  changesSince(epoch: number): Promise<ChangesOfFlows>;
  /** Closes the store; no call may follow. */
  close(): Promise<void>;
}

/** Changes of flows that are durable. */
export interface ChangesOfFlows {
  /** Number of the last of them; that of the call when there are none. */
  readonly epoch: number;
  /** Null when the store does not have all of them any more: any flow may have changed. */
  readonly flows: readonly ChangeOfFlow[] | null;
}

export interface ChangeOfFlow {
  readonly name: string;
  /** `FlowRecord.id` of the flow if it was deleted; null if it was changed or created. */
  readonly deletedId: string | null;
}
