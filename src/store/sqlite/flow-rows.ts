/** Flows, versions and aliases to rows and back. */
import { parseJson } from '../../base/json.ts';
import type { StatementSync } from 'node:sqlite';
import type {
  EnvironmentVariable,
  ExecutionMode,
  FlowAlias,
  FlowChanges,
  FlowHead,
  FlowRecord,
  FlowVersion,
  Route,
  VersionSummary,
} from '../flows.ts';

export type Row = Readonly<Record<string, unknown>>;
/** A row, or undefined for none. */
export type FoundRow = ReturnType<StatementSync['get']>;

export const FLOW_COLUMNS = `name, id, revision, type, execution_mode, created_ms, last_modified_ms, resource_group_id,
  role_arn, external_storage_location, description, environment, definition, writer`;

/** Columns ahead of the long texts. */
export const HEAD_COLUMNS = 'name, id, revision, execution_mode, last_modified_ms';

export function flowValues(flow: FlowRecord) {
  return [
    flow.name,
    flow.id,
    flow.revision,
    flow.type,
    flow.executionMode,
    flow.createdMs,
    flow.lastModifiedMs,
    flow.resourceGroupId,
    flow.roleArn,
    flow.externalStorageLocation,
    flow.description,
    JSON.stringify(flow.environment),
    flow.definition,
    flow.writer,
  ];
}

export function changeValues(changes: FlowChanges) {
  return [
    changes.definition ?? null,
    changes.description ?? null,
    changes.type ?? null,
    changes.roleArn ?? null,
    changes.environment === undefined ? null : JSON.stringify(changes.environment),
    changes.lastModifiedMs,
    changes.writer,
  ];
}

export function flowOf(row: Row): FlowRecord {
  return {
    name: String(row['name']),
    id: String(row['id']),
    definition: String(row['definition']),
    description: String(row['description']),
    type: row['type'] as FlowRecord['type'],
    executionMode: row['execution_mode'] as ExecutionMode,
    roleArn: String(row['role_arn']),
    externalStorageLocation: String(row['external_storage_location']),
    environment: parseJson(String(row['environment'])) as unknown as readonly EnvironmentVariable[],
    resourceGroupId: String(row['resource_group_id']),
    createdMs: Number(row['created_ms']),
    lastModifiedMs: Number(row['last_modified_ms']),
    revision: Number(row['revision']),
    writer: row['writer'] === null ? null : String(row['writer']),
  };
}

export function headOf(row: Row): FlowHead {
  return {
    name: String(row['name']),
    id: String(row['id']),
    executionMode: row['execution_mode'] as ExecutionMode,
    revision: Number(row['revision']),
    lastModifiedMs: Number(row['last_modified_ms']),
  };
}

/** From a row with the columns of a flow and those of {@link summaryOf}. */
export function versionOf(row: Row): FlowVersion {
  return { ...summaryOf(row), flow: flowOf(row) };
}

export function summaryOf(row: Row): VersionSummary {
  return {
    version: Number(row['version']),
    description: String(row['version_description']),
    createdMs: Number(row['version_created_ms']),
  };
}

export function aliasOf(row: Row): FlowAlias {
  return {
    name: String(row['name']),
    description: String(row['description']),
    routes: JSON.parse(String(row['routes'])) as readonly Route[],
    createdMs: Number(row['created_ms']),
  };
}
