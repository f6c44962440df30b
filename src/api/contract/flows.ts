/** Contracts of the actions on flows (rules.md 4.5, 5.2–5.5). */
import type { Contract, Members, Parameter } from './contract.ts';
import {
  EXECUTION_MODES,
  FLOW_NAME,
  FLOW_TYPES,
  LIMIT_1000,
  MAX_DESCRIPTION,
  MAX_RESOURCE_TEXT,
  NEXT_TOKEN,
  NO_FLOW,
  SAMPLE_DEFINITION,
  SAMPLE_FLOW,
  SAMPLE_TIME,
} from './shared.ts';

const FLOW = {
  Type: { type: 'word', words: FLOW_TYPES, sample: 'FDL', about: 'Type of the definition, as it was sent.' },
  Definition: { type: 'text', sample: SAMPLE_DEFINITION, about: 'The definition, byte for byte as it was sent.' },
  RoleArn: { type: 'text', sample: '', about: 'The role as it was sent; `""` for none.' },
  Description: { type: 'text', sample: 'Approves orders', about: 'The description; `""` for none.' },
  Name: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
  CreatedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the flow was created.' },
  LastModifiedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the flow was created or last updated.' },
  Id: {
    type: 'text',
    sample: 'e589e092-e2c0-4dee-b306-3574ddfdddf5',
    about: 'UUID of the flow. A flow that is deleted and created again has a new one.',
  },
  Environment: {
    type: 'object',
    about: "The flow's environment variables.",
    members: {
      Variables: {
        type: 'list',
        about: 'One entry for each variable.',
        members: {
          Name: { type: 'text', sample: 'REGION', about: 'Its name.' },
          Value: { type: 'text', sample: 'eu', about: 'Its value.' },
          Description: { type: 'text', sample: '', about: 'Its description; `""` for none.' },
        },
      },
    },
  },
  ResourceGroupId: { type: 'text', sample: '', about: 'The resource group as it was sent; `""` for none.' },
} as const satisfies Members;

const EXECUTION_MODE = {
  ExecutionMode: { type: 'word', words: EXECUTION_MODES, sample: 'Standard', about: 'Execution mode of the flow.' },
} as const satisfies Members;

const STORAGE = {
  ExternalStorageLocation: { type: 'text', sample: '', about: 'The path as it was sent; `""` for none.' },
} as const satisfies Members;

const WARNINGS = {
  Warnings: {
    type: 'text',
    sample:
      '[{"severity":"warning","code":"missing-name","line":1,"column":1,"path":"","message":"the flow has no Name"}]',
    about:
      'The warnings about the definition as a JSON list, in the order of the text; `[]` for nothing, and for a call without `Definition`.',
    absent: 'unless the request has the header `x-millrace-warnings: 1`',
    extension: true,
  },
} as const satisfies Members;

/** A parameter that Millrace stores and returns without giving it a meaning. */
const RESOURCE_TEXT = {
  type: 'text',
  presence: 'optional',
  maxCharacters: MAX_RESOURCE_TEXT,
} as const;

const ENVIRONMENT = {
  type: 'environment',
  presence: 'optional',
  maxBytes: 64 * 1024,
  about: 'Environment variables that the definition can read.',
} as const satisfies Parameter;

const WRONG_DEFINITION = {
  InvalidArgument:
    'The definition cannot run in this execution mode; the message lists every error with line, column and reason.',
} as const;

export const FLOWS = {
  CreateFlow: {
    method: 'POST',
    resource: 'flows',
    summary: 'Checks a definition and creates a flow with it.',
    parameters: {
      Name: { ...FLOW_NAME, about: 'Name of the new flow.' },
      Definition: {
        type: 'text',
        presence: 'required',
        about: 'The definition as YAML or JSON, in the state-machine language or in the classic one.',
        sample: '@orders.yaml',
      },
      Type: {
        type: 'word',
        presence: 'required',
        words: FLOW_TYPES,
        about: 'Type of the definition. The words mean the same.',
        sample: 'FDL',
      },
      ExecutionMode: {
        type: 'word',
        presence: 'optional',
        words: EXECUTION_MODES,
        default: 'Standard',
        about: 'How executions run; a later change is not possible.',
      },
      Description: {
        type: 'text',
        presence: 'optional',
        maxCharacters: MAX_DESCRIPTION,
        about: 'Description of the flow.',
        sample: 'Approves orders',
      },
      RoleArn: { ...RESOURCE_TEXT, about: 'Role of the flow. Millrace stores it and assumes no role.' },
      ExternalStorageLocation: { ...RESOURCE_TEXT, about: 'Path of an external storage. Without effect here.' },
      Environment: ENVIRONMENT,
      ResourceGroupId: { ...RESOURCE_TEXT, about: 'Resource group of the flow, for the filter of ListFlows.' },
    },
    reply: { ...FLOW, ...EXECUTION_MODE, ...STORAGE, ...WARNINGS },
    errors: {
      FlowAlreadyExists: 'There is a flow of this name.',
      ...WRONG_DEFINITION,
      ResourceThrottled: 'The account has as many flows as `limits.flows` allows.',
    },
    notes: [
      'The vendor declares `Description` as required. Millrace accepts a call without it, as some clients send it.',
      'A `Name` inside the definition that differs from the name of the flow is a warning, not an error.',
    ],
  },
  DescribeFlow: {
    method: 'GET',
    resource: { flow: 'Name' },
    summary: 'Returns a flow, or what the flow was when a version of it was published.',
    parameters: {
      Name: FLOW_NAME,
      FlowVersion: {
        type: 'versionOrLatest',
        presence: 'optional',
        about: 'Version to return. Absent or `LATEST`: the current flow.',
      },
    },
    reply: { ...FLOW, ...EXECUTION_MODE },
    errors: { ...NO_FLOW, FlowVersionNotExists: 'The flow has no version of this number.' },
    notes: [
      '`FlowVersion` does not accept an alias, because an alias may lead to two versions. The vendor leaves this open.',
    ],
  },
  UpdateFlow: {
    method: 'POST',
    resource: { flow: 'Name' },
    summary: 'Changes the given parts of a flow and leaves the others. Executions that run use the old definition.',
    parameters: {
      Name: FLOW_NAME,
      Definition: {
        type: 'text',
        presence: 'change',
        emptyRefused: true,
        about: 'The new definition; it is checked for the execution mode of the flow.',
        sample: '@orders.yaml',
      },
      Description: {
        type: 'text',
        presence: 'change',
        maxCharacters: MAX_DESCRIPTION,
        about: 'The new description.',
      },
      Type: { type: 'word', presence: 'change', words: FLOW_TYPES, about: 'The new type of the definition.' },
      RoleArn: { ...RESOURCE_TEXT, presence: 'change', about: 'The new role.' },
      Environment: { ...ENVIRONMENT, presence: 'change', about: 'The new environment variables; they replace all.' },
    },
    reply: { ...FLOW, ...STORAGE, ...WARNINGS },
    errors: {
      ...NO_FLOW,
      ...WRONG_DEFINITION,
      ConcurrentUpdateError: 'The flow was deleted and created again during the call.',
    },
    notes: [
      'The vendor does not say how `RoleArn` is cleared, nor whether `Environment` is merged or replaced. Here an empty text clears, and `Environment` replaces.',
    ],
  },
  DeleteFlow: {
    method: 'POST',
    resource: { flow: 'Name' },
    summary:
      'Deletes a flow with its versions and aliases, and hides its executions. Running executions stop after the step they are in.',
    parameters: { Name: FLOW_NAME },
    reply: {},
    errors: NO_FLOW,
    notes: ['Versions and aliases do not prevent the deletion; the vendor leaves this open.'],
  },
  ListFlows: {
    method: 'GET',
    resource: 'flows',
    summary: 'Lists flows by name, in byte order.',
    parameters: {
      NextToken: {
        type: 'text',
        presence: 'optional',
        about: 'Name to start at. The flow need not exist; the list then starts at the next name.',
      },
      Limit: { ...LIMIT_1000, sample: '20' },
      ResourceGroupId: { type: 'text', presence: 'optional', about: 'Lists only the flows of this resource group.' },
    },
    reply: {
      ...NEXT_TOKEN,
      Flows: { type: 'list', about: 'One entry for each flow.', members: { ...FLOW, ...EXECUTION_MODE } },
    },
    errors: {},
    notes: [
      'A page ends early, after 8 MiB of definitions; `NextToken` then leads to the rest.',
      'The vendor does not document an order. Its `NextToken` is the name of the flow to start from, as here.',
    ],
  },
} as const satisfies Record<string, Contract>;
