/** Flows put into a store without the API. */
import type { FlowRecord } from '../../src/store/flows.ts';

/** A flow as CreateFlow stores it, with an id that follows from its name. Its definition is not checked. */
export function flowRecord(name: string, definition: string, executionMode: FlowRecord['executionMode']): FlowRecord {
  return {
    name,
    id: `id-of-${name}`,
    definition,
    description: '',
    type: 'FDL',
    executionMode,
    roleArn: '',
    externalStorageLocation: '',
    environment: [],
    resourceGroupId: '',
    createdMs: 0,
    lastModifiedMs: 0,
    revision: 1,
  };
}
