/**
 * DescribeFlow (rules.md 5.3): the current flow, or what it was when a version of it was published. The contract has no alias here,
 * because an alias may lead to two versions.
 */
import { apiError } from '../../api/error.ts';
import type { FlowRecord } from '../../store/flows.ts';
import { existingFlow } from '../../runtime/flows/existing-flow.ts';
import { flowReply } from './replies.ts';
import { defineOperation } from '../operation.ts';
import type { OperationServices } from '../services.ts';

export const describeFlow = defineOperation('DescribeFlow', async (services, { Name: name, FlowVersion: version }) => {
  const current = await existingFlow(services.flows, name);
  const flow = version === null ? current : await frozenFlow(services, name, version);
  return { ...flowReply(flow), ExecutionMode: flow.executionMode };
});

async function frozenFlow({ flows }: OperationServices, name: string, version: number): Promise<FlowRecord> {
  const published = await flows.getVersion(name, version);
  if (published === null) throw apiError('FlowVersionNotExists', String(version), name);
  return published.flow;
}
