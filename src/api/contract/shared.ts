/** Parameters and reply members that several contracts have in common. */
import type { Members, Parameter } from './contract.ts';

export const SAMPLE_FLOW = 'orders';
export const SAMPLE_EXECUTION = 'order-4711';
export const SAMPLE_TIME = '2026-01-01T08:00:00.000Z';
export const SAMPLE_DEFINITION = 'Type: StateMachine\nSpecVersion: v1\n…';

/** Longest Description of a flow, a version or an alias. The vendor names no limit; this is that of Cause (rules.md 5.13). */
export const MAX_DESCRIPTION = 4096;
/** Longest RoleArn, ExternalStorageLocation and ResourceGroupId. The vendor names neither a limit nor a form. */
export const MAX_RESOURCE_TEXT = 1024;

export const FLOW_NAME = {
  type: 'name',
  presence: 'required',
  about: 'Name of the flow.',
  sample: SAMPLE_FLOW,
} as const satisfies Parameter;

export const EXECUTION_NAME = {
  type: 'executionName',
  presence: 'required',
  about: 'Name of the execution, as the start replied it.',
  sample: SAMPLE_EXECUTION,
} as const satisfies Parameter;

export const QUALIFIER = {
  type: 'qualifier',
  presence: 'optional',
  about: 'Version or alias of the flow to run. Absent or `LATEST`: the current definition.',
} as const satisfies Parameter;

export const INPUT = {
  type: 'jsonObject',
  presence: 'optional',
  limit: 'limits.input',
  about: 'Input of the execution. Absent: `{}`.',
  sample: '{"name":"Ada"}',
} as const satisfies Parameter;

/** Of lists whose documented range ends at 999 in one place and at 1000 in another; both are accepted. */
export const LIMIT_1000 = {
  type: 'integer',
  presence: 'optional',
  min: 1,
  max: 1000,
  default: 60,
  about: 'Largest number of entries in the reply.',
} as const satisfies Parameter;

/** Of lists whose documented range ends at 99 in one place and at 100 in another; both are accepted. */
export const LIMIT_100 = { ...LIMIT_1000, max: 100 } as const satisfies Parameter;

/** Absent on the last page. */
export const NEXT_TOKEN = {
  NextToken: {
    type: 'text',
    sample: '…',
    about: 'Pass it as `NextToken` to get the next page.',
    absent: 'on the last page',
  },
} as const satisfies Members;

export const FLOW_TYPES = ['FDL', 'DEFAULT'] as const;
export const EXECUTION_MODES = ['Standard', 'Express'] as const;
export const STATUSES = ['Starting', 'Running', 'Stopped', 'Succeeded', 'Failed', 'TimedOut'] as const;

/** A flow's variables in a reply about an execution: without descriptions (rules.md 5.6). */
export const VARIABLES = {
  Environment: {
    type: 'object',
    about: "The flow's environment variables that the execution uses.",
    members: {
      Variables: {
        type: 'list',
        about: 'One entry for each variable.',
        members: {
          Name: { type: 'text', sample: 'REGION', about: 'Its name.' },
          Value: { type: 'text', sample: 'eu', about: 'Its value.' },
        },
      },
    },
  },
} as const satisfies Members;

const STOPPED_TIME = {
  type: 'time',
  sample: '',
  about: 'When the execution ended; `""` while it runs.',
} as const;

/** The members of every reply about one execution (rules.md 5.10). */
export const EXECUTION = {
  Status: { type: 'word', words: STATUSES, sample: 'Running', about: 'Status of the execution.' },
  StoppedTime: STOPPED_TIME,
  StartedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the execution started.' },
  FlowDefinition: {
    type: 'text',
    sample: SAMPLE_DEFINITION,
    about: 'The definition that the execution started with, byte for byte.',
  },
  Output: { type: 'text', sample: '', about: 'Output as JSON text; `""` unless the execution succeeded.' },
  FlowName: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
  Name: { type: 'text', sample: SAMPLE_EXECUTION, about: 'Name of the execution.' },
  Input: { type: 'text', sample: '{"name":"Ada"}', about: 'The input as it was sent; `""` if none was sent.' },
} as const satisfies Members;

export const NO_FLOW = { FlowNotExists: 'There is no such flow.' } as const;
export const NO_EXECUTION = {
  ...NO_FLOW,
  ExecutionNotExists: 'The flow has no such execution, or it was an Express execution that is no longer retained.',
} as const;
/** Of what a Qualifier names. */
export const NO_QUALIFIER = {
  FlowVersionNotExists: 'The flow has no version of the number in `Qualifier`.',
  FlowAliasNotExists: 'The flow has no alias of the name in `Qualifier`.',
} as const;
export const NO_ALIAS = { ...NO_FLOW, FlowAliasNotExists: 'The flow has no alias of this name.' } as const;
