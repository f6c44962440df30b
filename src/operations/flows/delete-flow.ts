/** DeleteFlow (api.md 4.4). Executions under way stop after the step they are in; none starts after the answer. */
import { actionResource } from '../../api/actions.ts';
import { apiError } from '../../api/error.ts';
import type { Operation } from '../operation.ts';
import { requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const deleteFlow: Operation<OperationServices> = {
  action: 'DeleteFlow',
  resource: (parameters) => actionResource('DeleteFlow', parameters),
  async run({ flows, changes }, { parameters }) {
    const name = requiredName(parameters, 'Name');
    if (!(await flows.delete(name))) throw apiError('FlowNotExists', name);
    changes.deleted(name);
    return {};
  },
};
