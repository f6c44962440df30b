/**
 * StartSyncExecution (api.md 4.15): runs an Express flow and answers when it has ended. This is the hot path: an
 * ordinary call makes nothing here but its input and its reply.
 */
import { actionResource } from '../api/actions.ts';
import { apiError, invalidArgument } from '../api/error.ts';
import { formatTime } from '../base/clock.ts';
import { isJsonObject, JsonFault, parseJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { EnvironmentVariable } from '../store/flows.ts';
import { absentQualifier, existingFlow } from './flows.ts';
import type { Operation, Parameters } from './operation.ts';
import { optionalName, requiredName } from './parameters.ts';
import type { OperationServices } from './services.ts';

export const startSyncExecution: Operation<OperationServices> = {
  action: 'StartSyncExecution',
  slow: true,
  resource: (parameters) => actionResource('StartSyncExecution', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const executionName = optionalName(parameters, 'ExecutionName');
    const input = inputOf(parameters, services.limits.inputBytes);
    const absent = absentQualifier(parameters, 'Qualifier', flowName);
    if (absent !== null) {
      await existingFlow(services, flowName);
      throw absent;
    }
    const { flow, result } = await services.sync.start({ flowName, executionName, input, depth: 0 });
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

const NO_INPUT: JsonObject = Object.freeze({});
const NO_VARIABLES: JsonObject = Object.freeze({ Variables: Object.freeze([]) });

/**
 * The parameter `Input`: JSON text of an object; absent or empty means `{}` (decisions.md 4.4).
 * @throws {ApiError} `EntityTooLarge` above `maxBytes`, `InvalidArgument` for anything but an object.
 */
function inputOf(parameters: Parameters, maxBytes: number): JsonObject {
  const text = parameters.get('Input');
  if (text === undefined || text === '') return NO_INPUT;
  // Three bytes is the most that a UTF-16 unit becomes, so a short text needs no count.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes)
    throw apiError('EntityTooLarge', String(maxBytes));
  const value = parsed(text);
  if (!isJsonObject(value)) throw invalidArgument(`Input is not a JSON object but ${kindOf(value)}.`);
  return value;
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) throw invalidArgument(`Input is not JSON that can be read: ${error.message}.`);
    throw error;
  }
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' || typeof value === 'number' ? 'a number' : `a ${typeof value}`;
}

/** Without descriptions, which this reply does not have (api.md 4.15). */
function variablesReply(variables: readonly EnvironmentVariable[]): JsonObject {
  return { Variables: variables.map(({ name, value }) => ({ Name: name, Value: value })) };
}
