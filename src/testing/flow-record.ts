/** Flows that go into a store without the API. */
import type { FlowRecord } from '../store/flows.ts';

const CREATED_MS = Date.UTC(2023, 10, 14);

/** A flow as CreateFlow stores it, Express and with an id that follows from its name. Its definition is not checked. */
export function flowRecord(name: string, members: Partial<FlowRecord> = {}): FlowRecord {
  return {
    name,
    id: `id-of-${name}`,
    definition: 'Type: StateMachine\n',
    description: '',
    type: 'FDL',
    executionMode: 'Express',
    roleArn: '',
    externalStorageLocation: '',
    environment: [],
    resourceGroupId: '',
    createdMs: CREATED_MS,
    lastModifiedMs: CREATED_MS,
    revision: 1,
    writer: null,
    ...members,
  };
}
