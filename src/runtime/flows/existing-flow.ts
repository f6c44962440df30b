/** The flow of a name, or the error of a name that leads to none. */
import { apiError } from '../../api/error.ts';
import type { FlowRecord, FlowStore } from '../../store/flows.ts';

/** @throws {ApiError} `FlowNotExists` when there is no such flow. */
export async function existingFlow(flows: Pick<FlowStore, 'get'>, name: string): Promise<FlowRecord> {
  const flow = await flows.get(name);
  if (flow === null) throw apiError('FlowNotExists', name);
  return flow;
}
