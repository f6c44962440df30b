/** Contracts of the actions that the cloud does not have (docs/extensions.md). */
import type { Contract } from './contract.ts';
import { EXECUTION, EXECUTION_NAME, FLOW_NAME, LIMIT_100, NEXT_TOKEN, NO_EXECUTION, SAMPLE_TIME } from './shared.ts';

const OF_FLOW = { flow: 'FlowName' } as const;
/** Longest name that a queue or topic can have. */
const MAX_QUEUE_NAME = 255;
const TARGETS = ['Queue', 'Topic'] as const;

export const EXTENSIONS = {
  DescribeExecutionWaits: {
    extension: true,
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Says what an execution waits for, since when, and what would wake it, or why it ended.',
    parameters: { FlowName: FLOW_NAME, ExecutionName: EXECUTION_NAME },
    reply: {
      FlowName: EXECUTION.FlowName,
      Name: EXECUTION.Name,
      Status: EXECUTION.Status,
      StartedTime: EXECUTION.StartedTime,
      StoppedTime: EXECUTION.StoppedTime,
      Depth: {
        type: 'integer',
        sample: 1,
        about: 'How many executions above this one started one another by tasks; 0 if a caller started it.',
      },
      StartedBy: {
        type: 'list',
        about:
          'The tasks that led to this execution, the nearest first, about ten at most; empty if a caller started it.',
        members: {
          FlowName: { type: 'text', sample: 'orders', about: 'The flow of the task.' },
          ExecutionName: { type: 'text', sample: 'order-4711', about: 'Its execution.' },
          StepName: { type: 'text', sample: 'Ship', about: 'Its state; `""` if it is not known.' },
        },
      },
      Explanation: {
        type: 'text',
        sample: 'It waits, asleep in the store.',
        about:
          'Sentences for people: what it does; or why it ended as it did, with the state, the attempt, the line, the error and the paths without a value; and what to do.',
      },
      Waits: {
        type: 'list',
        about: 'One entry for each wait; empty if the execution has ended or is being computed.',
        members: {
          Kind: {
            type: 'word',
            words: ['Task', 'Callback', 'ChildExecution', 'MapRun', 'Wait', 'Retry', 'Store', 'Rate', 'Stuck'],
            sample: 'Callback',
            about: 'Kind of the wait.',
          },
          StepName: { type: 'text', sample: 'Approve', about: 'The state; `""` if the execution as a whole waits.' },
          EventId: { type: 'integer', sample: 12, about: 'Id of the event that began it; 0 for none.' },
          Action: { type: 'text', sample: 'HTTP:Request', about: 'The called action; `""` for none.' },
          SinceTime: { type: 'time', sample: '2026-01-01T08:00:01.250Z', about: 'When it began.' },
          UntilTime: {
            type: 'time',
            sample: '2026-01-02T08:00:01.250Z',
            about: 'When a delay or a timeout ends it; `""` for never.',
          },
          Reason: {
            type: 'text',
            sample: 'HTTP:Request has accepted the work. …',
            about: 'A sentence for people. Its words may change; programs read the other members.',
          },
        },
      },
    },
    errors: NO_EXECUTION,
  },
  RedriveExecution: {
    extension: true,
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Restarts a Standard execution that ended without success, from the state that failed.',
    parameters: { FlowName: FLOW_NAME, ExecutionName: EXECUTION_NAME },
    reply: EXECUTION,
    errors: {
      ...NO_EXECUTION,
      InvalidArgument: 'The execution is running or has succeeded.',
      ActionNotSupported: 'It is an Express execution (`Express execution is not supported`).',
      ResourceThrottled: 'Too many executions are running (`limits.standardExecutions`).',
    },
  },
  // Messages belong to no flow, and may hold task tokens of any, so a policy names all flows.
  ListMessages: {
    extension: true,
    method: 'GET',
    resource: 'flows',
    summary:
      "Lists the messages that flows sent to queues and topics of the server's own Message Service, newest first.",
    parameters: {
      Kind: {
        type: 'word',
        presence: 'optional',
        words: TARGETS,
        default: null,
        about: 'Lists only messages of queues, or only those of topics.',
        sample: 'Topic',
      },
      Name: {
        type: 'text',
        presence: 'optional',
        maxCharacters: MAX_QUEUE_NAME,
        about: 'Lists only messages of the queue or topic of this name.',
        sample: 'approvals',
      },
      NextToken: { type: 'numberToken', presence: 'optional', about: 'From the reply before.' },
      Limit: LIMIT_100,
    },
    reply: {
      ...NEXT_TOKEN,
      Messages: {
        type: 'list',
        about: 'One entry for each message.',
        members: {
          Kind: { type: 'word', words: TARGETS, sample: 'Topic', about: 'Where it was sent.' },
          Name: { type: 'text', sample: 'approvals', about: 'Name of the queue or topic.' },
          MessageId: { type: 'text', sample: '5F3C0C2B1D2E4A6B9F00112233445566', about: 'Id of the message.' },
          MessageBody: { type: 'text', sample: '{"order":4711,"token":"…"}', about: 'The body as it was sent.' },
          MessageTag: { type: 'text', sample: '', about: 'The tag; `""` for none.' },
          MessageAttributes: { type: 'text', sample: '', about: 'JSON text; `""` for none.' },
          Priority: { type: 'integer', sample: 8, about: '1 to 16.' },
          SentTime: { type: 'time', sample: SAMPLE_TIME, about: 'When it was sent.' },
          VisibleTime: { type: 'time', sample: SAMPLE_TIME, about: 'When its delay ends.' },
          Push: {
            type: 'object',
            about: 'Delivery to the subscriber.',
            members: {
              Status: {
                type: 'word',
                words: ['None', 'Due', 'Done', 'Failed'],
                sample: 'Done',
                about:
                  '`None`: there is no subscriber. `Due`: an attempt follows. `Failed`: no further attempt follows.',
              },
              Attempts: { type: 'integer', sample: 1, about: 'Attempts so far.' },
              NextTime: { type: 'time', sample: '', about: 'When the next attempt is; `""` for never.' },
              Error: { type: 'text', sample: '', about: 'Why the last attempt failed; `""` for none.' },
            },
          },
        },
      },
    },
    errors: {},
    notes: ['A message may hold a task token, with which a caller whose key may report can end the task.'],
  },
  // Nodes belong to no flow, so a policy names all flows.
  ListNodes: {
    extension: true,
    method: 'GET',
    resource: 'flows',
    summary: 'Lists the nodes that run executions of this store, in the order in which they joined.',
    parameters: {},
    reply: {
      Nodes: {
        type: 'list',
        about: 'One entry for each node with a lease. A server with a store of its own is the only one.',
        members: {
          Node: { type: 'integer', sample: 7, about: 'Its number, which no other node ever has.' },
          Rank: {
            type: 'integer',
            sample: 0,
            about: 'Its place among the nodes. The first one, 0, does the work that one does for all.',
          },
          Name: { type: 'text', sample: 'host-a:4711', about: 'Host and process, or the name in its settings.' },
          Version: { type: 'text', sample: '0.1.0', about: 'Its version of Millrace.' },
          JoinedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When it joined.' },
          SinceBeat: {
            type: 'integer',
            sample: 1250,
            about: 'Milliseconds since it last renewed its lease.',
          },
          Lease: { type: 'integer', sample: 10_000, about: 'After so many milliseconds without a beat it is gone.' },
          Lag: {
            type: 'integer',
            sample: 2,
            about: 'By how many milliseconds its event loop was late at its last beat.',
          },
          Executions: { type: 'integer', sample: 120, about: 'Standard executions in its memory at its last beat.' },
          OwnedExecutions: {
            type: 'integer',
            sample: 118,
            about: 'Running Standard executions that it owns, by the store. No node owns one that is asleep.',
          },
        },
      },
    },
    errors: {},
  },
} as const satisfies Record<string, Contract>;
