/** Contracts of the actions on runs of distributed Maps (rules.md 5.19). */
import type { Contract, Members, Parameter } from './contract.ts';
import { EXECUTION_NAME, FLOW_NAME, NO_EXECUTION, SAMPLE_EXECUTION, SAMPLE_FLOW, SAMPLE_TIME } from './shared.ts';

const NO_MAP_RUN = {
  ...NO_EXECUTION,
  MapRunNotExists: 'The execution has no Map run of this name.',
} as const;
const OF_FLOW = { flow: 'FlowName' } as const;
/** Largest `Concurrency`: the account's quota in the cloud, which it can raise. */
const MAX_CONCURRENCY = 300;

const KEYS = {
  FlowName: FLOW_NAME,
  ExecutionName: { ...EXECUTION_NAME, about: 'Name of the execution that the Map belongs to.' },
  MapRunName: {
    type: 'text',
    presence: 'required',
    about: 'Name of the map run, from the `MapRunStarted` event of the execution.',
    sample: 'c39142f1345b196d678333c41f113200',
  },
} as const satisfies Record<string, Parameter>;

const REQUEST_ID = {
  type: 'text',
  presence: 'optional',
  about: 'Id of the request, a remainder of an earlier version of the API.',
  position: 'query',
} as const satisfies Parameter;

const BOUNDS = {
  Concurrency: { type: 'integer', sample: 40, about: 'Child executions that run at once at most.' },
  ToleratedFailedCount: { type: 'integer', sample: 0, about: 'Failed items that do not fail the run.' },
  ToleratedFailedPercentage: { type: 'decimal', sample: 0, about: 'The same as a percentage of all items.' },
} as const satisfies Members;

const NAMES = {
  ExecutionName: { type: 'text', sample: SAMPLE_EXECUTION, about: 'Name of the execution.' },
  MapRunName: { type: 'text', sample: 'c39142f1345b196d678333c41f113200', about: 'Name of the map run.' },
} as const satisfies Members;

function count(what: string) {
  return { type: 'integer', sample: 0, about: `Number of ${what} items.` } as const;
}

export const MAP_RUNS = {
  DescribeMapRun: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Returns the state of one run of a distributed Map.',
    parameters: { ...KEYS, RequestId: REQUEST_ID },
    reply: {
      Status: {
        type: 'word',
        words: ['Pending', 'Running', 'Failed', 'Succeeded', 'Aborted'],
        sample: 'Running',
        about: 'Status of the run.',
      },
      StartedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the run started.' },
      StoppedTime: { type: 'time', sample: '', about: 'When the run ended.' },
      ...BOUNDS,
      ...NAMES,
      ItemCounts: {
        type: 'object',
        about: 'Items by their status.',
        members: {
          Pending: count('waiting'),
          Running: count('running'),
          Succeed: count('succeeded'),
          Failed: count('failed'),
          Aborted: count('aborted'),
          Total: count('all'),
        },
      },
    },
    errors: NO_MAP_RUN,
  },
  UpdateMapRun: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Changes the bounds of one run of a distributed Map.',
    parameters: {
      ...KEYS,
      Concurrency: {
        type: 'integer',
        presence: 'change',
        min: 1,
        max: MAX_CONCURRENCY,
        about: 'Child executions that run at once at most.',
      },
      ToleratedFailedCount: {
        type: 'integer',
        presence: 'change',
        min: 0,
        max: Number.MAX_SAFE_INTEGER,
        about: 'Failed items that do not fail the run.',
      },
      ToleratedFailedPercentage: {
        type: 'decimal',
        presence: 'change',
        min: 0,
        max: 100,
        about: 'The same as a percentage of all items.',
      },
      RequestId: REQUEST_ID,
    },
    reply: {
      FlowName: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
      ...NAMES,
      ...BOUNDS,
    },
    errors: { ...NO_MAP_RUN, MapRunAlreadyCompleted: 'The Map run has ended.' },
    notes: ['The vendor declares GET, although the action changes state.'],
  },
} as const satisfies Record<string, Contract>;
