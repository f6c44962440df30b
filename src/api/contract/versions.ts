/** Contracts of the actions on versions and aliases of flows (rules.md 5.7, 5.8). */
import type { Contract, Members, Parameter } from './contract.ts';
import {
  FLOW_NAME,
  LIMIT_1000,
  MAX_DESCRIPTION,
  NEXT_TOKEN,
  NO_ALIAS,
  NO_FLOW,
  SAMPLE_FLOW,
  SAMPLE_TIME,
} from './shared.ts';

const OF_FLOW = { flow: 'FlowName' } as const;

const VERSION = {
  Version: { type: 'text', sample: '1', about: 'Number of the version, as text.' },
  Description: { type: 'text', sample: 'First release', about: 'Description of the version; `""` for none.' },
  CreatedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the version was published.' },
} as const satisfies Members;

const ROUTE_VERSION = { type: 'text', sample: '1', about: 'Number of the version, as text.' } as const;
const ALIAS_START = {
  Name: { type: 'text', sample: 'prod', about: 'Name of the alias.' },
  Description: { type: 'text', sample: '', about: 'Description of the alias; `""` for none.' },
} as const satisfies Members;
const ALIAS_END = {
  CreatedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the alias was created.' },
} as const satisfies Members;

const ALIAS = {
  ...ALIAS_START,
  RoutingConfigurations: {
    type: 'list',
    about: 'One or two versions that the alias routes to.',
    members: { Version: ROUTE_VERSION, Weight: { type: 'integer', sample: 100, about: 'Its weight.' } },
  },
  ...ALIAS_END,
} as const satisfies Members;

const ALIAS_IN_LIST = {
  ...ALIAS_START,
  RoutingConfigurations: {
    type: 'list',
    about: 'One or two versions that the alias routes to.',
    members: {
      Version: ROUTE_VERSION,
      Weight: { type: 'text', sample: '100', about: 'Its weight, as text in this action only.' },
    },
  },
  ...ALIAS_END,
} as const satisfies Members;

const FLOW_FIRST = {
  FlowName: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
} as const satisfies Members;

const DESCRIPTION = {
  type: 'text',
  presence: 'optional',
  maxCharacters: MAX_DESCRIPTION,
  about: 'Description of the alias.',
} as const satisfies Parameter;

const ALIAS_NAME = {
  type: 'name',
  presence: 'required',
  about: 'Name of the alias.',
  sample: 'prod',
} as const satisfies Parameter;

const ROUTES = {
  type: 'routes',
  presence: 'required',
  maxEntries: 2,
  maxWeight: 1_000_000,
  about:
    'One or two versions with their weights. An execution gets one of them with a chance of weight by sum of weights.',
  sample: '[{"Version":"1","Weight":100}]',
} as const satisfies Parameter;

const ROUTE_ERRORS = {
  FlowVersionNotExists: 'A version in `RoutingConfigurations` does not exist.',
  ConcurrentUpdateError: 'A version in `RoutingConfigurations` was published during the call.',
} as const;

export const VERSIONS = {
  PublishFlowVersion: {
    method: 'POST',
    resource: OF_FLOW,
    summary:
      'Freezes the current definition, description, environment variables and role of a flow as its next version.',
    parameters: { FlowName: FLOW_NAME, Description: { ...DESCRIPTION, about: 'Description of the version.' } },
    reply: { ...FLOW_FIRST, ...VERSION },
    errors: NO_FLOW,
    notes: [
      'Numbers start at 1 and are never used twice. Each call makes a new number, even if the flow has not changed. The vendor leaves both open.',
    ],
  },
  ListFlowVersions: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Lists the versions of a flow, newest first.',
    parameters: {
      FlowName: FLOW_NAME,
      NextToken: { type: 'numberToken', presence: 'optional', about: 'From the reply before; a version to start at.' },
      Limit: LIMIT_1000,
    },
    reply: { ...NEXT_TOKEN, FlowVersions: { type: 'list', about: 'One entry for each version.', members: VERSION } },
    errors: NO_FLOW,
    notes: ['The vendor documents neither the order nor a range or default of `Limit`, which it declares as a text.'],
  },
  DeleteFlowVersion: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Deletes a version. Executions that were started with it are not affected.',
    parameters: {
      FlowName: FLOW_NAME,
      FlowVersion: { type: 'version', presence: 'required', about: 'Number of the version.', sample: '1' },
    },
    reply: {},
    errors: {
      ...NO_FLOW,
      FlowVersionNotExists: 'The flow has no version of this number.',
      FlowVersionInUse: 'An alias routes to the version, even with weight 0.',
    },
    notes: ['The vendor does not say what happens to a version that an alias routes to. Here the call is refused.'],
  },
  CreateFlowAlias: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Creates an alias that routes to one or two versions of a flow.',
    parameters: {
      FlowName: FLOW_NAME,
      Name: { ...ALIAS_NAME, type: 'aliasName' },
      Description: DESCRIPTION,
      RoutingConfigurations: ROUTES,
    },
    reply: { ...FLOW_FIRST, ...ALIAS },
    errors: { ...NO_FLOW, FlowAliasAlreadyExists: 'The flow has an alias of this name.', ...ROUTE_ERRORS },
    notes: [
      'Weights are relative and need not add up to 100. Two entries must name two versions, and one weight must be above 0. The vendor leaves this open.',
    ],
  },
  DescribeFlowAlias: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Returns an alias.',
    parameters: { FlowName: FLOW_NAME, Name: ALIAS_NAME },
    reply: { Alias: { type: 'object', about: 'The alias.', members: ALIAS } },
    errors: NO_ALIAS,
  },
  UpdateFlowAlias: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Changes the given parts of an alias and leaves the others.',
    parameters: {
      FlowName: FLOW_NAME,
      Name: ALIAS_NAME,
      Description: { ...DESCRIPTION, presence: 'change', about: 'The new description.' },
      RoutingConfigurations: {
        ...ROUTES,
        presence: 'change',
        about: 'The new versions and weights; they replace all.',
      },
    },
    reply: { Alias: { type: 'object', about: 'The alias after the change.', members: ALIAS } },
    errors: { ...NO_ALIAS, ...ROUTE_ERRORS },
  },
  DeleteFlowAlias: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Deletes an alias. Executions that were started through it are not affected.',
    parameters: { FlowName: FLOW_NAME, Name: ALIAS_NAME },
    reply: {},
    errors: NO_ALIAS,
  },
  ListFlowAliases: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Lists the aliases of a flow by name, in byte order.',
    parameters: {
      FlowName: FLOW_NAME,
      NextToken: { type: 'name', presence: 'optional', about: 'From the reply before; a name to start at.' },
      Limit: LIMIT_1000,
    },
    reply: { ...NEXT_TOKEN, Aliases: { type: 'list', about: 'One entry for each alias.', members: ALIAS_IN_LIST } },
    errors: NO_FLOW,
    notes: ['The vendor documents neither the order nor a range or default of `Limit`.'],
  },
} as const satisfies Record<string, Contract>;
