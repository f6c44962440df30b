/**
 * DescribeFlow (api.md 4.2): a flow as it is, or as it was when a version of it was published. `LATEST` is the flow as it
 * is; an alias is refused, because it may lead to two versions.
 */
import { actionResource } from '../../api/actions.ts';
import { apiError } from '../../api/error.ts';
import { LATEST } from '../../api/names.ts';
import type { FlowRecord } from '../../store/flows.ts';
import { existingFlow, flowReply } from './flows.ts';
import type { Operation } from '../operation.ts';
import { requiredName, requiredVersion } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const describeFlow: Operation<OperationServices> = {
  action: 'DescribeFlow',
  resource: (parameters) => actionResource('DescribeFlow', parameters),
  async run(services, { parameters }) {
    const name = requiredName(parameters, 'Name');
    const wanted = parameters.get('FlowVersion') || LATEST;
    const version = wanted === LATEST ? null : requiredVersion(parameters, 'FlowVersion');
    const current = await existingFlow(services, name);
    const flow = version === null ? current : await frozenFlow(services, name, version);
    return { ...flowReply(flow), ExecutionMode: flow.executionMode };
  },
};

async function frozenFlow({ flows }: OperationServices, name: string, version: number): Promise<FlowRecord> {
  const published = await flows.getVersion(name, version);
  if (published === null) throw apiError('FlowVersionNotExists', String(version), name);
  return published.flow;
}
