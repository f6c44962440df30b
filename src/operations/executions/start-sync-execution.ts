/**
 * StartSyncExecution (api.md 4.15): runs an Express flow and answers when it has ended. This is the hot path: an
 * ordinary call makes nothing here but its input and its reply.
 */
import { actionResource } from '../../api/actions.ts';
import { formatTime } from '../../base/clock.ts';
import type { JsonObject } from '../../base/json.ts';
import { variablesReply } from '../flows/environment.ts';
import { inputOf } from '../decode/json.ts';
import type { Operation } from '../operation.ts';
import { optionalName, qualifier, requiredName } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

export const startSyncExecution: Operation<OperationServices> = {
  action: 'StartSyncExecution',
  slow: true,
  resource: (parameters) => actionResource('StartSyncExecution', parameters),
  async run(services, { parameters }) {
    const { flow, result } = await services.sync.start({
      flowName: requiredName(parameters, 'FlowName'),
      executionName: optionalName(parameters, 'ExecutionName'),
      input: inputOf(parameters, services.limits.inputBytes),
      inputText: parameters.get('Input') ?? '',
      qualifier: qualifier(parameters),
      depth: 0,
    });
    return {
      FlowName: flow.name,
      Name: result.name,
      Status: result.status,
      ErrorCode: result.errorCode,
      ErrorMessage: result.errorMessage,
      Output: result.output,
      StartedTime: formatTime(result.startedMs),
      StoppedTime: formatTime(result.stoppedMs),
      Environment: flow.environment.length === 0 ? NO_VARIABLES : variablesReply(flow.environment),
    };
  },
};

const NO_VARIABLES: JsonObject = Object.freeze({ Variables: Object.freeze([]) });
