/** Contracts of the actions that show all flows and the server at once: extensions that the cloud does not have (docs/extensions.md). */
import { MAX_EXECUTION_NAME, MAX_NAME } from '../names.ts';
import type { Contract, Members } from './contract.ts';
import {
  EXECUTION,
  EXECUTION_MODES,
  LIMIT_100,
  NEXT_TOKEN,
  NO_FLOW,
  SAMPLE_EXECUTION,
  SAMPLE_FLOW,
  SAMPLE_TIME,
  STATUSES,
} from './shared.ts';

/** Longest NextToken of SearchExecutions, in characters. */
const MAX_TOKEN = 1024;

const MODE = {
  type: 'word',
  words: EXECUTION_MODES,
  sample: 'Standard',
  about: 'The mode of the flow.',
} as const;

/** An execution as a mark. */
const MARK = {
  Name: EXECUTION.Name,
  Status: EXECUTION.Status,
  StartedTime: EXECUTION.StartedTime,
  StoppedTime: EXECUTION.StoppedTime,
} as const satisfies Members;

const BYTES = { type: 'integer', sample: 4_194_304 } as const;

export const OVERVIEWS = {
  // The executions are those of all flows, so a policy names all flows.
  SearchExecutions: {
    extension: true,
    method: 'GET',
    resource: 'flows',
    summary: 'Lists executions of all flows, or of one, newest first, without definitions, inputs and outputs.',
    parameters: {
      FlowName: {
        type: 'name',
        presence: 'optional',
        about: 'Lists only executions of this flow.',
        sample: SAMPLE_FLOW,
      },
      Status: {
        type: 'word',
        presence: 'optional',
        words: STATUSES,
        default: null,
        about: 'Lists only executions with this status.',
        sample: 'Failed',
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
      NameContains: {
        type: 'text',
        presence: 'optional',
        maxCharacters: MAX_EXECUTION_NAME,
        about: 'Lists only executions whose names have this text in them, in small or capital letters.',
        sample: '4711',
      },
      NextToken: { type: 'text', presence: 'optional', maxCharacters: MAX_TOKEN, about: 'From the reply before.' },
      Limit: LIMIT_100,
    },
    reply: {
      ...NEXT_TOKEN,
      Executions: {
        type: 'list',
        about: 'One entry for each execution.',
        members: {
          FlowName: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
          Name: { type: 'text', sample: SAMPLE_EXECUTION, about: 'Name of the execution.' },
          ExecutionMode: MODE,
          Status: { ...EXECUTION.Status, sample: 'Failed' },
          StartedTime: EXECUTION.StartedTime,
          StoppedTime: { ...EXECUTION.StoppedTime, sample: '2026-01-01T08:00:02.000Z' },
        },
      },
    },
    errors: { ...NO_FLOW, InvalidArgument: '`NextToken` is not from a reply of this action.' },
    notes: [
      'A page may be shorter than `Limit`, even empty, and still have a `NextToken`, if a filter excludes many executions.',
      'The bounds of the time are exclusive. Children of Map runs are not listed. Express executions are listed for as long as the settings `history.express.*` retain them.',
    ],
  },
  SummarizeFlows: {
    extension: true,
    method: 'GET',
    resource: 'flows',
    summary: 'Lists flows with their last executions, and with figures of the last 24 hours.',
    parameters: {
      NameContains: {
        type: 'text',
        presence: 'optional',
        maxCharacters: MAX_NAME,
        about: 'Lists only flows whose names have this text in them, in small or capital letters.',
        sample: 'order',
      },
      NextToken: {
        type: 'name',
        presence: 'optional',
        about: 'From the reply before.',
      },
      Limit: LIMIT_100,
    },
    reply: {
      ...NEXT_TOKEN,
      Flows: {
        type: 'list',
        about: 'One entry for each flow, in the order of their names.',
        members: {
          Name: { type: 'text', sample: SAMPLE_FLOW, about: 'Name of the flow.' },
          ExecutionMode: MODE,
          Dialect: {
            type: 'word',
            words: ['statemachine', 'classic'],
            sample: 'statemachine',
            about: 'The language of its definition.',
          },
          Description: { type: 'text', sample: 'Takes orders.', about: 'Its description.' },
          LastModifiedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When it was changed last.' },
          Schedules: { type: 'integer', sample: 1, about: 'How many schedules it has; 100 stands for 100 or more.' },
          Running: { type: 'integer', sample: 3, about: 'How many of its executions run; at most 10,000.' },
          Ended: { type: 'integer', sample: 120, about: 'How many of its executions have ended since `SinceTime`.' },
          Succeeded: { type: 'integer', sample: 118, about: 'How many of those succeeded.' },
          P50: {
            type: 'integer',
            sample: 420,
            about: 'Half of those took at most so many milliseconds, within about a tenth; 0 if none ended.',
          },
          P95: { type: 'integer', sample: 1900, about: 'The same of 95 of 100.' },
          SinceTime: {
            type: 'time',
            sample: '2025-12-31T09:00:00.000Z',
            about: 'From when on `Ended` and what follows count: 24 hours ago at the earliest.',
          },
          Last: { type: 'list', about: 'Its last executions, newest first, 20 at most.', members: MARK },
        },
      },
    },
    errors: {},
    notes: [
      'The figures are for people. They count the ends that each live process has seen, and the newest 200 Standard executions of a flow that ended before; `SinceTime` says what that reaches back to. The end of a process loses its figures of Express executions.',
      'Children of Map runs do not count.',
    ],
  },
  DescribeSystem: {
    extension: true,
    method: 'GET',
    resource: 'flows',
    summary: 'Says how the server is: version, settings in effect, memory, running executions, and what is stuck.',
    parameters: {},
    reply: {
      Version: { type: 'text', sample: '0.1.0', about: 'Its version of Millrace.' },
      StartedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the process started that answers.' },
      ServerTime: { type: 'time', sample: '2026-01-01T09:00:00.000Z', about: 'The time of the server.' },
      Region: { type: 'text', sample: 'cn-hangzhou', about: 'Its region.' },
      Account: { type: 'text', sample: '1000000000000000', about: 'Its account.' },
      Auth: { type: 'word', words: ['on', 'off'], sample: 'on', about: '`off`: callers need no signature.' },
      Store: {
        type: 'word',
        words: ['sqlite', 'memory', 'postgres'],
        sample: 'sqlite',
        about: 'Where it stores flows and executions.',
      },
      Workers: { type: 'integer', sample: 1, about: 'How many processes of this server serve callers.' },
      IsHealthy: { type: 'boolean', sample: true, about: 'False if the store cannot be read or written.' },
      HealthReason: { type: 'text', sample: '', about: 'Why it is not healthy, in a sentence; `""` if it is.' },
      LostLogLines: {
        type: 'integer',
        sample: 0,
        about: 'Lines of the log that could not be written since the start of the process that answers.',
      },
      Running: {
        type: 'object',
        about: 'Executions that have not ended, of all processes.',
        members: {
          Standard: { type: 'integer', sample: 12, about: 'Standard executions.' },
          MapItems: { type: 'integer', sample: 0, about: 'Standard children of Map runs, which do not count above.' },
          Asleep: {
            type: 'integer',
            sample: 9,
            about: 'How many of those two kinds are in no memory, because they only wait; roughly.',
          },
          Express: { type: 'integer', sample: 4, about: 'Express executions.' },
        },
      },
      Processes: {
        type: 'list',
        about: 'One entry for each process that runs executions: this server, its workers, other nodes of its store.',
        members: {
          Name: { type: 'text', sample: 'host-a:4711', about: 'Name of the node, or host and process.' },
          Version: { type: 'text', sample: '0.1.0', about: 'Its version of Millrace.' },
          StartedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When it started.' },
          Express: { type: 'integer', sample: 4, about: 'Express executions that it runs.' },
          Standard: { type: 'integer', sample: 3, about: 'Standard executions in its memory.' },
          ExecutionMemory: { ...BYTES, about: 'Bytes that executions under way hold in it, by an estimate.' },
          ExecutionMemoryLimit: { ...BYTES, sample: 1_431_655_765, about: 'Bytes from which on it throttles starts.' },
          ResidentMemory: { ...BYTES, sample: 125_829_120, about: 'Bytes of memory that the process has.' },
          HeapUsed: { ...BYTES, sample: 41_943_040, about: 'Bytes of its JavaScript heap that are in use.' },
          HeapLimit: { ...BYTES, sample: 4_294_967_296, about: 'Bytes to which that heap may grow.' },
          Connections: { type: 'integer', sample: 2, about: 'Open connections of callers; 0 if it has none.' },
        },
      },
      Settings: {
        type: 'list',
        about:
          'Settings in effect, in the order of docs/settings.md. Secrets, keys, files, addresses of services and all settings of `cloud` are never among them.',
        members: {
          Name: { type: 'text', sample: 'limits.input', about: 'Its name in a settings file.' },
          Value: {
            type: 'text',
            sample: '64KiB',
            about: 'Its value as a settings file has it; JSON text of a list or mapping.',
          },
          IsDefault: { type: 'boolean', sample: true, about: 'True if it is the default.' },
        },
      },
      StuckCount: { type: 'integer', sample: 1, about: 'How many executions are stuck.' },
      Stuck: {
        type: 'list',
        about:
          'Executions that the server cannot continue, those that are stuck for longest first, 100 at most. StopExecution ends one; the next start of the server tries again.',
        members: {
          FlowName: { type: 'text', sample: SAMPLE_FLOW, about: 'Its flow.' },
          ExecutionName: { type: 'text', sample: SAMPLE_EXECUTION, about: 'Its name.' },
          State: { type: 'text', sample: 'Ship', about: 'The state at work; `""` if it is not known.' },
          Reason: { type: 'text', sample: 'A defect of Millrace stopped it.', about: 'Why, in a sentence for people.' },
          SinceTime: { type: 'time', sample: SAMPLE_TIME, about: 'Since when.' },
        },
      },
    },
    errors: {},
  },
} as const satisfies Record<string, Contract>;
