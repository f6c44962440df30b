/** Flows, versions and aliases to rows and back. */
import { parseJson } from '../../base/json.ts';
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
import type { Row } from './database.ts';
import { original, stored } from './texts.ts';

export const FLOW_COLUMNS = `name, id, revision, type, execution_mode, created_ms, last_modified_ms, resource_group_id,
  role_arn, external_storage_location, description, environment, definition, writer`;

/** Columns without the long texts. */
export const HEAD_COLUMNS = 'name, id, revision, execution_mode, last_modified_ms';

/** The text of a column. */
export function textOf(value: unknown): string {
  return original(String(value));
}

/** The text of a column that can be null. */
export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : textOf(value);
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function flowValues(flow: FlowRecord) {
  return [
    stored(flow.name),
    stored(flow.id),
    flow.revision,
    flow.type,
    flow.executionMode,
    flow.createdMs,
    flow.lastModifiedMs,
    stored(flow.resourceGroupId),
    stored(flow.roleArn),
    stored(flow.externalStorageLocation),
    stored(flow.description),
    JSON.stringify(flow.environment),
    stored(flow.definition),
    storedOrNull(flow.writer),
  ];
}

export function changeValues(changes: FlowChanges) {
  return [
    storedOrNull(changes.definition),
    storedOrNull(changes.description),
    changes.type ?? null,
    storedOrNull(changes.roleArn),
    changes.environment === undefined ? null : JSON.stringify(changes.environment),
    changes.lastModifiedMs,
    storedOrNull(changes.writer),
  ];
}

export function storedOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : stored(text);
}

export function flowOf(row: Row): FlowRecord {
  return {
    name: textOf(row['name']),
    id: textOf(row['id']),
    definition: textOf(row['definition']),
    description: textOf(row['description']),
    type: row['type'] as FlowRecord['type'],
    executionMode: row['execution_mode'] as ExecutionMode,
    roleArn: textOf(row['role_arn']),
    externalStorageLocation: textOf(row['external_storage_location']),
    environment: environmentOf(row['environment']),
    resourceGroupId: textOf(row['resource_group_id']),
    createdMs: Number(row['created_ms']),
    lastModifiedMs: Number(row['last_modified_ms']),
    revision: Number(row['revision']),
    writer: textOrNull(row['writer']),
  };
}

export function headOf(row: Row): FlowHead {
  return {
    name: textOf(row['name']),
    id: textOf(row['id']),
    executionMode: row['execution_mode'] as ExecutionMode,
    revision: Number(row['revision']),
    lastModifiedMs: Number(row['last_modified_ms']),
  };
}

export function environmentOf(value: unknown): readonly EnvironmentVariable[] {
  return parseJson(String(value)) as unknown as readonly EnvironmentVariable[];
}

/** From a row with the columns of a flow and those of {@link summaryOf}. */
export function versionOf(row: Row): FlowVersion {
  return { ...summaryOf(row), flow: flowOf(row) };
}

export function summaryOf(row: Row): VersionSummary {
  return {
    version: Number(row['version']),
    description: textOf(row['version_description']),
    createdMs: Number(row['version_created_ms']),
  };
}

export function aliasOf(row: Row): FlowAlias {
  return {
    name: textOf(row['name']),
    description: textOf(row['description']),
    routes: JSON.parse(String(row['routes'])) as readonly Route[],
    createdMs: Number(row['created_ms']),
  };
}
