/**
 * StartSyncExecution (rules.md 5.12): runs an Express flow and replies when it has ended. This is the hot path: an ordinary call
 * makes no objects here but its parameters, its input and its reply.
 */
import { formatTime } from '../../base/clock.ts';
import { FROM_API } from '../../runtime/start-origin.ts';
import { variablesReply } from './replies.ts';
import type { Decode } from '../decode/decoder.ts';
import { parameterDecoder } from '../decode/decoder.ts';
import { defineHotOperation } from '../operation.ts';

const ACTION = 'StartSyncExecution';
const flowName = parameterDecoder(ACTION, 'FlowName');
const executionName = parameterDecoder(ACTION, 'ExecutionName');
const input = parameterDecoder(ACTION, 'Input');
const qualifier = parameterDecoder(ACTION, 'Qualifier');

/** In a literal, which the engine makes faster than an object that grows in a loop. */
const decode: Decode<typeof ACTION> = (parameters, limits) => ({
  FlowName: flowName(parameters, limits),
  ExecutionName: executionName(parameters, limits),
  Input: input(parameters, limits),
  Qualifier: qualifier(parameters, limits),
});

export const startSyncExecution = defineHotOperation(ACTION, decode, async ({ sync }, parameters) => {
  const { flow, result } = await sync.start({
    flowName: parameters.FlowName,
    executionName: parameters.ExecutionName,
    input: parameters.Input.value,
    inputText: parameters.Input.text,
    qualifier: parameters.Qualifier,
    depth: 0,
    origin: FROM_API,
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
});

const NO_VARIABLES: ReturnType<typeof variablesReply> = Object.freeze({ Variables: [] });
