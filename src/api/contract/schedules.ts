/** Contracts of the actions on schedules (rules.md 5.20), which are not built yet. */
import type { Contract, Members, Parameter } from './contract.ts';
import { FLOW_NAME, LIMIT_1000, MAX_DESCRIPTION, NEXT_TOKEN, NO_FLOW, SAMPLE_TIME } from './shared.ts';

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
  about:
    'Six fields from seconds to day of week, or `@every` and minutes (`@every 5m`); in UTC, a minute apart at least.',
  sample: '0 0 3 * * ?',
} as const satisfies Parameter;

const PAYLOAD = {
  type: 'text',
  presence: 'optional',
  about: 'Trigger message, JSON text.',
} as const satisfies Parameter;
const ENABLE = {
  type: 'boolean',
  presence: 'optional',
  about: 'Whether the schedule starts executions.',
  sample: 'true',
} as const satisfies Parameter;

export const SCHEDULES = {
  CreateSchedule: {
    built: false,
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
    errors: { ...NO_FLOW, ConcurrentUpdateError: 'The schedule was changed during the call.' },
  },
  DescribeSchedule: {
    built: false,
    method: 'GET',
    resource: OF_FLOW,
    summary: 'Returns a schedule.',
    parameters: { FlowName: FLOW_NAME, ScheduleName: SCHEDULE_NAME },
    reply: SCHEDULE,
    errors: NO_FLOW,
  },
  UpdateSchedule: {
    built: false,
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Changes the given parts of a schedule and leaves the others.',
    parameters: {
      FlowName: FLOW_NAME,
      ScheduleName: SCHEDULE_NAME,
      Description: { ...DESCRIPTION, presence: 'change' },
      Payload: { ...PAYLOAD, presence: 'change' },
      CronExpression: { ...CRON, presence: 'change' },
      Enable: { ...ENABLE, presence: 'change' },
    },
    reply: SCHEDULE,
    errors: { ...NO_FLOW, ConcurrentUpdateError: 'The schedule was changed during the call.' },
  },
  DeleteSchedule: {
    built: false,
    method: 'POST',
    resource: OF_FLOW,
    summary: 'Deletes a schedule.',
    parameters: { FlowName: FLOW_NAME, ScheduleName: SCHEDULE_NAME },
    reply: {},
    errors: { ...NO_FLOW, ConcurrentUpdateError: 'The schedule was changed during the call.' },
  },
  ListSchedules: {
    built: false,
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
