/** StartExecution (api.md 4.14): starts a Standard flow; the execution is on disk when this answers. */
import { actionResource } from '../../api/actions.ts';
import { executionReply } from './executions.ts';
import { inputOf } from '../decode/json.ts';
import type { Operation } from '../operation.ts';
import { optionalName, qualifier, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const startExecution: Operation<OperationServices> = {
  action: 'StartExecution',
  resource: (parameters) => actionResource('StartExecution', parameters),
  async run({ executions, limits }, { parameters }) {
    const view = await executions.start({
      flowName: requiredName(parameters, 'FlowName'),
      executionName: optionalName(parameters, 'ExecutionName'),
      input: inputOf(parameters, limits.inputBytes),
      inputText: parameters.get('Input') ?? '',
      qualifier: qualifier(parameters),
      callbackToken: parameters.get('CallbackFnFTaskToken') ?? '',
    });
    return executionReply(view);
  },
};
