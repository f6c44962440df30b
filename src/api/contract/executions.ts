/** Contracts of the actions on executions (rules.md 5.11–5.16). */
import { MAX_EXECUTION_NAME } from '../names.ts';
import type { Contract } from './contract.ts';
import {
  EXECUTION,
  EXECUTION_NAME,
  FLOW_NAME,
  INPUT,
  LIMIT_100,
  LIMIT_1000,
  NEXT_TOKEN,
  NO_EXECUTION,
  NO_FLOW,
  NO_QUALIFIER,
  QUALIFIER,
  SAMPLE_EXECUTION,
  SAMPLE_FLOW,
  SAMPLE_TIME,
  STATUSES,
  VARIABLES,
} from './shared.ts';
import { TASK_CAUSE, TASK_ERROR } from './tasks.ts';

const OF_FLOW = { flow: 'FlowName' } as const;
/** Longest NextToken of ListExecutions, in characters. */
const MAX_TOKEN = 1024;

/** An execution in the list; MetadataOnly leaves its texts out. */
const LISTED = {
  ...EXECUTION,
  FlowDefinition: { ...EXECUTION.FlowDefinition, absent: 'with `MetadataOnly`' },
  Output: { ...EXECUTION.Output, absent: 'with `MetadataOnly`' },
  Input: { ...EXECUTION.Input, absent: 'with `MetadataOnly`' },
  ...VARIABLES,
} as const;

export const EXECUTIONS = {
  StartExecution: {
    method: 'POST',
    resource: OF_FLOW,
    // Its end would otherwise be a report that the caller has no right to make.
    alsoNeeds: { parameter: 'CallbackFnFTaskToken', actions: ['ReportTaskSucceeded', 'ReportTaskFailed'] },
    summary: 'Starts an execution of a Standard flow. The execution is durable when the call returns.',
    parameters: {
      FlowName: FLOW_NAME,
      ExecutionName: {
        type: 'name',
        presence: 'optional',
        about: 'Name of the execution, unique within the flow. Absent: the server makes a UUID.',
        sample: SAMPLE_EXECUTION,
      },
      Input: INPUT,
      Qualifier: QUALIFIER,
      CallbackFnFTaskToken: {
        type: 'text',
        presence: 'optional',
        about: 'Task token of another execution, to which the server reports the end of this one.',
      },
    },
    reply: EXECUTION,
    errors: {
      ...NO_FLOW,
      ...NO_QUALIFIER,
      ExecutionAlreadyExists: 'An execution of this name has ended.',
      ActionNotSupported: 'It is an Express flow (`Express execution is not supported`).',
      InvalidArgument:
        '`CallbackFnFTaskToken` is not a token of this server or its task has ended, or the stored definition can no longer run.',
      EntityTooLarge: '`Input` is larger than `limits.input`.',
      ResourceThrottled:
        'As many executions are running as `limits.standardExecutions` allows, or executions hold as much memory as `limits.executionMemory` allows.',
    },
    notes: [
      'If an execution of this name is running, the call returns it and starts nothing, as the vendor documents.',
      '`Status` in the reply is `Running`; the cloud has been seen to reply `""`.',
    ],
  },
  StartSyncExecution: {
    method: 'POST',
    resource: OF_FLOW,
    slow: true,
    ownRate: true,
    summary: 'Runs an Express flow and returns its result when it has ended.',
    parameters: {
      FlowName: FLOW_NAME,
      ExecutionName: {
        type: 'name',
        presence: 'optional',
        about: 'Beginning of the name; the server adds a colon and a UUID. Absent: the name is the UUID.',
        sample: SAMPLE_EXECUTION,
      },
      Input: INPUT,
      Qualifier: QUALIFIER,
    },
    reply: {
      FlowName: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
      Name: {
        type: 'text',
        sample: `${SAMPLE_EXECUTION}:9f0c6a53-6a0e-4a33-bd0e-1f2f6c1f7a52`,
        about: 'Name of the execution.',
      },
      Status: {
        type: 'word',
        words: ['Succeeded', 'Failed', 'TimedOut', 'Stopped'],
        sample: 'Succeeded',
        about: 'How the execution ended; `Stopped` if the flow was deleted meanwhile.',
      },
      ErrorCode: { type: 'text', sample: '', about: 'Error of an execution that did not succeed, or `""`.' },
      ErrorMessage: { type: 'text', sample: '', about: 'Cause of the error, or `""`.' },
      Output: {
        type: 'text',
        sample: '{"greeting":"Hello, Ada!"}',
        about: 'Output as JSON text; `""` unless it succeeded.',
      },
      StartedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the execution started.' },
      StoppedTime: { type: 'time', sample: '2026-01-01T08:00:00.012Z', about: 'When the execution ended.' },
      ...VARIABLES,
    },
    errors: {
      ...NO_FLOW,
      ...NO_QUALIFIER,
      ActionNotSupported: 'It is a Standard flow (`Standard execution is not supported`).',
      InvalidArgument: 'The stored definition can no longer run.',
      EntityTooLarge: '`Input` is larger than `limits.input`.',
      ResourceThrottled:
        'As many executions are running as `limits.concurrentExecutions` allows, executions hold as much memory as `limits.executionMemory` allows, or more are started a second than `limits.startsPerSecond`.',
    },
    notes: [
      'An execution that fails is not a failed call: the status is 200, and `Status`, `ErrorCode` and `ErrorMessage` say what happened.',
      'A reply that takes longer than 2 s is started early, with white space ahead of the JSON, so that clients with a short idle timeout wait. The setting `earlyAnswer` turns this off.',
      'If the caller hangs up, the execution runs to its end.',
    ],
  },
  StopExecution: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Stops a running execution of a Standard flow. Its tasks are cancelled, and no Retry or Catch applies.',
    parameters: {
      FlowName: FLOW_NAME,
      ExecutionName: EXECUTION_NAME,
      Error: {
        ...TASK_ERROR,
        presence: 'optional',
        about: 'Error of the stopped execution, which a calling flow may catch. Absent: `FnF.ExecutionStopped`.',
      },
      Cause: { ...TASK_CAUSE, about: 'Cause, for people.' },
    },
    reply: {
      ...EXECUTION,
      Status: { ...EXECUTION.Status, sample: 'Stopped' },
      StoppedTime: { ...EXECUTION.StoppedTime, sample: '2026-01-01T08:05:00.000Z' },
      RoleArn: {
        type: 'text',
        sample: 'acs:ram::1:role/r',
        about: 'Role at the start.',
        absent: 'if the flow had no role',
      },
    },
    errors: {
      ...NO_EXECUTION,
      ExecutionAlreadyCompleted: 'The execution has ended.',
      ActionNotSupported: 'It is a running Express execution (`Express execution is not supported`).',
    },
    notes: ['`Status` in the reply is `Stopped`; the cloud has been seen to reply `Running`.'],
  },
  DescribeExecution: {
    method: 'GET',
    resource: OF_FLOW,
    slow: true,
    summary: 'Returns an execution, at once or when it has ended.',
    parameters: {
      FlowName: FLOW_NAME,
      ExecutionName: EXECUTION_NAME,
      WaitTimeSeconds: {
        type: 'integer',
        presence: 'optional',
        min: 0,
        max: 60,
        default: 0,
        about: 'Longest time to wait for the end of the execution. 0: reply at once.',
        sample: '60',
      },
    },
    reply: {
      ...EXECUTION,
      Status: { ...EXECUTION.Status, sample: 'Succeeded' },
      StoppedTime: { ...EXECUTION.StoppedTime, sample: '2026-01-01T08:00:02.000Z' },
      Output: { ...EXECUTION.Output, sample: '{"greeting":"Hello, Ada!"}' },
      ...VARIABLES,
    },
    errors: NO_EXECUTION,
    notes: [
      'The reply has no error of a failed execution, as in the cloud; GetExecutionHistory has it.',
      'Express executions can be read back too, for as long as the settings `history.express.*` retain them.',
    ],
  },
  ListExecutions: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Lists the executions of a flow, newest first.',
    parameters: {
      FlowName: FLOW_NAME,
      Status: {
        type: 'word',
        presence: 'optional',
        words: STATUSES,
        default: null,
        about: 'Lists only executions with this status.',
        sample: 'Running',
      },
      StartedTimeBegin: {
        type: 'time',
        presence: 'optional',
        about: 'Lists only executions that started after this time.',
      },
      StartedTimeEnd: {
        type: 'time',
        presence: 'optional',
        about: 'Lists only executions that started before this time.',
      },
      MetadataOnly: {
        type: 'boolean',
        presence: 'optional',
        default: false,
        about: 'Leaves definition, input and output out of the reply.',
      },
      ExecutionNamePrefix: {
        type: 'text',
        presence: 'optional',
        maxCharacters: MAX_EXECUTION_NAME,
        about: 'Lists only executions whose names begin with this text.',
      },
      Qualifier: { ...QUALIFIER, about: 'Lists only executions that were started with this version or alias.' },
      NextToken: { type: 'text', presence: 'optional', maxCharacters: MAX_TOKEN, about: 'From the reply before.' },
      Limit: LIMIT_100,
      MapRunName: {
        type: 'text',
        presence: 'optional',
        maxCharacters: MAX_EXECUTION_NAME,
        about: 'Lists only executions that this map run started. There are no map runs yet, so the list is empty.',
      },
    },
    reply: { ...NEXT_TOKEN, Executions: { type: 'list', about: 'One entry for each execution.', members: LISTED } },
    errors: { ...NO_FLOW, InvalidArgument: '`NextToken` is not from a reply about this flow.' },
    notes: [
      'A page may be shorter than `Limit`, even empty, and still have a `NextToken`: after 8 MiB of texts, or if a filter excludes many executions.',
      'No execution has the status `Starting`: an execution is `Running` as soon as it is durable.',
      'The bounds of the time are exclusive, and `Qualifier=LATEST` lists executions of what was then the current definition. The vendor leaves both open.',
    ],
  },
  GetExecutionHistory: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Lists the events of an execution in their order.',
    parameters: {
      FlowName: FLOW_NAME,
      ExecutionName: EXECUTION_NAME,
      NextToken: {
        type: 'numberToken',
        presence: 'optional',
        about: 'From the reply before; an event id to start at.',
      },
      Limit: LIMIT_1000,
    },
    reply: {
      ...NEXT_TOKEN,
      Events: {
        type: 'list',
        about: 'One entry for each event.',
        members: {
          Type: { type: 'text', sample: 'ExecutionStarted', about: 'Type of the event.' },
          EventId: { type: 'integer', sample: 1, about: 'Id of the event; the first is 1.' },
          Time: { type: 'time', sample: SAMPLE_TIME, about: 'When the event happened.' },
          ScheduleEventId: { type: 'integer', sample: 0, about: 'Id of the event that caused it; 0 for the first.' },
          EventDetail: {
            type: 'text',
            sample: '{"input":{"name":"Ada"}}',
            about: 'JSON text of an object; its members depend on the type.',
          },
          StepName: { type: 'text', sample: '', about: 'Step or state; `""` for an event of the whole execution.' },
        },
      },
    },
    errors: NO_EXECUTION,
    notes: [
      'With the request header `x-millrace-warnings: 1`, the detail of an event whose expressions had warnings ends with the member `warnings`, an extension ([extensions.md](../extensions.md#warnings)).',
      'A page ends early, after 8 MiB of details; `NextToken` then leads to the rest.',
      'State machines have event types such as `StateEntered`, the classic language `StepEntered`. The setting `history.stateEventNames` gives both `Step…`.',
    ],
  },
} as const satisfies Record<string, Contract>;
