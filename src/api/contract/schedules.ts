/** Contracts of the actions on schedules (rules.md 5.20). */
import type { Contract, Members, Parameter } from './contract.ts';
import { FLOW_NAME, LIMIT_1000, MAX_DESCRIPTION, NEXT_TOKEN, NO_FLOW, SAMPLE_TIME } from './shared.ts';

/** Longest expression: every value of every field fits. The vendor names no limit. */
const MAX_EXPRESSION = 1024;

const OF_FLOW = { flow: 'FlowName' } as const;

const SCHEDULE = {
  Description: { type: 'text', sample: '', about: 'Description of the schedule.' },
  ScheduleId: { type: 'text', sample: '3b0a2d2a-2f7d-4d43-9e3a-5a3f1f0a9c11', about: 'Id of the schedule.' },
  Payload: { type: 'text', sample: '{"key":"value"}', about: 'The trigger message.' },
  ScheduleName: { type: 'text', sample: 'nightly', about: 'Name of the schedule.' },
  CreatedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the schedule was created.' },
  LastModifiedTime: { type: 'time', sample: SAMPLE_TIME, about: 'When the schedule was created or last updated.' },
  CronExpression: { type: 'text', sample: '0 0 3 * * ?', about: 'The cron expression.' },
  Enable: { type: 'boolean', sample: true, about: 'Whether the schedule starts executions.' },
} as const satisfies Members;

const SCHEDULE_NAME = {
  type: 'name',
  presence: 'required',
  about: 'Name of the schedule, unique within the flow.',
  sample: 'nightly',
} as const satisfies Parameter;

const DESCRIPTION = {
  type: 'text',
  presence: 'optional',
  maxCharacters: MAX_DESCRIPTION,
  about: 'Description of the schedule.',
} as const satisfies Parameter;

const CRON = {
  type: 'text',
  presence: 'required',
  maxCharacters: MAX_EXPRESSION,
  about:
    'Six fields from seconds to day of week, or `@every` and minutes (`@every 5m`); in UTC, a minute apart at least. With `CRON_TZ=Area/City` in front, the fields are in that time zone.',
  sample: '0 0 3 * * ?',
} as const satisfies Parameter;

const PAYLOAD = {
  type: 'text',
  presence: 'optional',
  about: 'Trigger message. A JSON text becomes a JSON value of the input, another text is passed as it is.',
  sample: '{"key":"value"}',
} as const satisfies Parameter;

const ENABLE = {
  type: 'boolean',
  presence: 'optional',
  default: true,
  about: 'Whether the schedule starts executions.',
  sample: 'true',
} as const satisfies Parameter;

const CHANGED_ENABLE = {
  type: 'boolean',
  presence: 'change',
  about: ENABLE.about,
  sample: 'false',
} as const satisfies Parameter;

const NO_SCHEDULE = { ...NO_FLOW, ScheduleNotExists: 'The flow has no schedule of this name.' } as const;
const CONFLICT = { ConcurrentUpdateError: 'The schedule was changed again and again during the call.' } as const;

export const SCHEDULES = {
  CreateSchedule: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Creates a schedule that starts executions of a flow.',
    parameters: {
      FlowName: FLOW_NAME,
      ScheduleName: SCHEDULE_NAME,
      CronExpression: CRON,
      Description: DESCRIPTION,
      Payload: PAYLOAD,
      Enable: ENABLE,
      SignatureVersion: {
        type: 'text',
        presence: 'optional',
        about: 'The common parameter of RPC signatures, which the vendor lists here once more.',
        position: 'query',
      },
    },
    reply: SCHEDULE,
    errors: { ...NO_FLOW, ScheduleAlreadyExists: 'The flow has a schedule of this name.' },
    notes: [
      'The vendor does not say what an execution of a schedule gets as its input; here it is an object with `triggerTime`, `triggerName` and `payload`.',
      'The vendor does not say what `Enable` is when it is absent; here it is `true`.',
    ],
  },
  DescribeSchedule: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Returns a schedule.',
    parameters: { FlowName: FLOW_NAME, ScheduleName: SCHEDULE_NAME },
    reply: SCHEDULE,
    errors: NO_SCHEDULE,
  },
  UpdateSchedule: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Changes the given parts of a schedule and leaves the others.',
    parameters: {
      FlowName: FLOW_NAME,
      ScheduleName: SCHEDULE_NAME,
      Description: { ...DESCRIPTION, presence: 'change' },
      Payload: { ...PAYLOAD, presence: 'change' },
      CronExpression: { ...CRON, presence: 'change', emptyRefused: true },
      Enable: CHANGED_ENABLE,
    },
    reply: SCHEDULE,
    errors: { ...NO_SCHEDULE, ...CONFLICT },
  },
  DeleteSchedule: {
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Deletes a schedule.',
    parameters: { FlowName: FLOW_NAME, ScheduleName: SCHEDULE_NAME },
    reply: {},
    errors: NO_SCHEDULE,
  },
  ListSchedules: {
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Lists the schedules of a flow.',
    parameters: {
      FlowName: FLOW_NAME,
      NextToken: { type: 'text', presence: 'optional', about: 'From the reply before.' },
      Limit: LIMIT_1000,
    },
    reply: { ...NEXT_TOKEN, Schedules: { type: 'list', about: 'One entry for each schedule.', members: SCHEDULE } },
    errors: NO_FLOW,
  },
} as const satisfies Record<string, Contract>;
