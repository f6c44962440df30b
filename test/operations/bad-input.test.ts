/**
 * Bad input of every operation, one row each. An operation refuses a parameter that is missing, empty, too long, out of range or
 * of the wrong kind before it reads the store, and its message names the parameter. The tables of definitions and Environment
 * are in flows.test.ts and parameters.test.ts, that of RoutingConfigurations in versions.test.ts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACTIONS } from '../../src/api/actions.ts';
import { ApiError } from '../../src/api/error.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import { startApi } from './api-harness.ts';

type Given = Readonly<Record<string, string>>;
type Row = readonly [change: Given, message: RegExp, code?: ErrorCode];

interface Table {
  /** The required parameters, without a fault. */
  readonly good: Given;
  readonly rows: readonly Row[];
}

/** Texts that are not names, for a parameter. */
function noName(parameter: string): Row[] {
  return ['1a', '-a', 'a b', 'a.b', 'é', 'a\n', 'a:b', 'x'.repeat(129)].map((text) => [
    { [parameter]: text },
    new RegExp(`^${parameter} ".*" is not a name: a name has 1 to 128 characters`),
  ]);
}

function noExecutionName(): Row[] {
  return ['-a', 'a b', 'a.b', 'é', 'a\n', ':a', 'a:b:c', 'x'.repeat(129), `a:${'0'.repeat(37)}`].map((text) => [
    { ExecutionName: text },
    /^ExecutionName ".*" is not the name of an execution: /,
  ]);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function outOf(parameter: string, min: number, max: number): Row[] {
  return [String(min - 1), String(max + 1), '1.5', 'ten', '1e2', ' 5', '0x10', '9'.repeat(30)].map((text) => [
    { [parameter]: text },
    new RegExp(`^${parameter} ".*" is not a whole number from ${min} to ${max}\\.$`),
  ]);
}

/** @param setting the one that changes the limit; empty when none does */
function tooLong(parameter: string, max: number, setting = ''): Row {
  const by = setting === '' ? '' : ` \\(${setting}\\)`;
  const message = new RegExp(`^${parameter} has ${max + 1} characters; at most ${max} are allowed${by}\\.$`);
  return [{ [parameter]: 'x'.repeat(max + 1) }, message];
}

function noQualifier(): Row[] {
  return ['0', '01', '1.0', 'a b', 'a:b', '-1', 'é', '9'.repeat(16), 'x'.repeat(129)].map((text) => [
    { Qualifier: text },
    /^Qualifier ".*" is neither a version \(a number from 1\), nor the name of an alias, nor LATEST\.$/,
  ]);
}

function noVersion(): Row[] {
  return ['0', '01', '-1', '1.0', 'one', ' 1', '9'.repeat(16)].map((text) => [
    { FlowVersion: text },
    /^FlowVersion ".*" is not a version: a version is a whole number from 1\.$/,
  ]);
}

function noToken(...tokens: readonly string[]): Row[] {
  return tokens.map((text) => [{ NextToken: text }, /^NextToken ".*" is not/]);
}

function noTime(parameter: string): Row[] {
  return [
    'yesterday',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-1-1T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:00+0800',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00.Z',
    '1767225600000',
  ].map((text) => [{ [parameter]: text }, new RegExp(`^${parameter} ".*" is not a time as RFC 3339 writes it`)]);
}

function noInput(): Row[] {
  return [
    [{ Input: '{' }, /^Input is not JSON that can be read/],
    [{ Input: '{"a":1}x' }, /^Input is not JSON that can be read/],
    [{ Input: '{"a":"\\ud800"}' }, /^Input is not JSON that can be read: the escape \\ud800 at position 6 is half/],
    [{ Input: '{"\\udc00":1}' }, /^Input is not JSON that can be read: the escape \\udc00 at position 2 is half/],
    [{ Input: '[]' }, /^Input is not a JSON object but an array\.$/],
    [{ Input: 'null' }, /^Input is not a JSON object but null\.$/],
    [{ Input: '1' }, /^Input is not a JSON object but a number\.$/],
    [{ Input: `${'{"a":'.repeat(300)}1${'}'.repeat(300)}` }, /^Input is not JSON that can be read: nested deeper/],
    [
      { Input: `{"a":"${'x'.repeat(65_536)}"}` },
      /^The payload size exceeds maximum allowed size \(65536 bytes\)\.$/,
      'EntityTooLarge',
    ],
  ];
}

const EXECUTION = { FlowName: 'f', ExecutionName: 'e' };
const OF_EXECUTION = [...noName('FlowName'), ...noExecutionName()];
const ALIAS = { FlowName: 'f', Name: 'a' };
const OF_ALIAS = [...noName('FlowName'), ...noName('Name')];
const SCHEDULE = { FlowName: 'f', ScheduleName: 's' };
const OF_SCHEDULE = [...noName('FlowName'), ...noName('ScheduleName')];
/** test/schedules/timetable.test.ts has all faults of expressions. */
const SCHEDULE_PARTS: Row[] = [
  tooLong('CronExpression', 1024),
  [{ CronExpression: '* * * * * *' }, /^CronExpression "\* \* \* \* \* \*" is due more often than once a minute: /],
  [{ CronExpression: '0 0 0 30 2 ?' }, /^CronExpression "0 0 0 30 2 \?" never fires: no month of its field Month/],
  [{ CronExpression: '0 0 25 * * *' }, /^CronExpression "0 0 25 \* \* \*" is wrong in its field Hours \("25"\)/],
  [{ CronExpression: '@every 0m' }, /^CronExpression "@every 0m" names an interval of 0 minutes/],
  [{ CronExpression: 'often' }, /^CronExpression "often" has 1 fields, not the six of a schedule/],
  [{ CronExpression: 'CRON_TZ=A/B 0 0 3 * * ?' }, /^CronExpression "CRON_TZ=A\/B .*" names the time zone "A\/B"/],
  [{ Payload: '{"a":' }, /^Payload begins like JSON and is not JSON that can be read: /],
  [{ Payload: '[1,]' }, /^Payload begins like JSON and is not JSON that can be read: /],
  [{ Payload: `${'['.repeat(300)}${']'.repeat(300)}` }, /^Payload begins like JSON .* nested deeper/],
  [
    { Payload: 'x'.repeat(65_536) },
    /^The payload size exceeds maximum allowed size \(65536 bytes\)\.$/,
    'EntityTooLarge',
  ],
  tooLong('Description', 4096),
];
const ROUTES = '[{"Version":"1","Weight":1}]';
const tooManyBytes = /^The payload size exceeds maximum allowed size \(65536 bytes\)\.$/;

const TABLES: Readonly<Record<string, Table>> = {
  CreateFlow: {
    good: { Name: 'f', Definition: 'x', Type: 'FDL' },
    rows: [
      ...noName('Name'),
      [{ Type: 'fdl' }, /^Type "fdl" is not one of "FDL", "DEFAULT"\.$/],
      [{ ExecutionMode: 'express' }, /^ExecutionMode "express" is not one of/],
      tooLong('Description', 4096),
      tooLong('RoleArn', 1024),
      tooLong('ExternalStorageLocation', 1024),
      tooLong('ResourceGroupId', 1024),
    ],
  },
  DescribeFlow: { good: { Name: 'f' }, rows: [...noName('Name'), ...noVersion()] },
  UpdateFlow: {
    good: { Name: 'f' },
    rows: [
      ...noName('Name'),
      [{ Definition: '' }, /^Definition is empty; omit it to leave it unchanged\.$/],
      [{ Type: '' }, /^Type "" is not one of/],
      tooLong('Description', 4096),
      tooLong('RoleArn', 1024),
    ],
  },
  DeleteFlow: { good: { Name: 'f' }, rows: noName('Name') },
  ListFlows: { good: {}, rows: outOf('Limit', 1, 1000) },
  PublishFlowVersion: { good: { FlowName: 'f' }, rows: [...noName('FlowName'), tooLong('Description', 4096)] },
  ListFlowVersions: {
    good: { FlowName: 'f' },
    rows: [...noName('FlowName'), ...outOf('Limit', 1, 1000), ...noToken('0', '01', '-1', 'a', '1 ', '9'.repeat(16))],
  },
  DeleteFlowVersion: {
    good: { FlowName: 'f', FlowVersion: '1' },
    rows: [
      ...noName('FlowName'),
      ...noVersion(),
      [{ FlowVersion: 'LATEST' }, /^FlowVersion "LATEST" is not a version/],
    ],
  },
  CreateFlowAlias: {
    good: { ...ALIAS, RoutingConfigurations: ROUTES },
    rows: [
      ...OF_ALIAS,
      [{ Name: 'LATEST' }, /^Name "LATEST" cannot name an alias: it means the current definition\.$/],
      [{ Name: '12' }, /^Name "12" is not a name/],
      tooLong('Description', 4096),
      [{ RoutingConfigurations: '[]' }, /^RoutingConfigurations has 0 entries/],
    ],
  },
  DescribeFlowAlias: { good: ALIAS, rows: OF_ALIAS },
  UpdateFlowAlias: {
    good: ALIAS,
    rows: [
      ...OF_ALIAS,
      tooLong('Description', 4096),
      [{ RoutingConfigurations: '' }, /^RoutingConfigurations is empty; omit it to leave it unchanged\.$/],
      [{ RoutingConfigurations: '{}' }, /^RoutingConfigurations is not a JSON array/],
    ],
  },
  DeleteFlowAlias: { good: ALIAS, rows: OF_ALIAS },
  ListFlowAliases: {
    good: { FlowName: 'f' },
    rows: [...noName('FlowName'), ...outOf('Limit', 1, 1000), ...noToken('1', 'a b', 'x'.repeat(129))],
  },
  StartExecution: {
    good: { FlowName: 'f' },
    rows: [...noName('FlowName'), ...noName('ExecutionName'), ...noInput(), ...noQualifier()],
  },
  StartSyncExecution: {
    good: { FlowName: 'f' },
    rows: [...noName('FlowName'), ...noName('ExecutionName'), ...noInput(), ...noQualifier()],
  },
  StopExecution: {
    good: EXECUTION,
    rows: [...OF_EXECUTION, tooLong('Error', 128, 'limits.error'), tooLong('Cause', 4096, 'limits.cause')],
  },
  DescribeExecution: { good: EXECUTION, rows: [...OF_EXECUTION, ...outOf('WaitTimeSeconds', 0, 60)] },
  ListExecutions: {
    good: { FlowName: 'f' },
    rows: [
      ...noName('FlowName'),
      ...outOf('Limit', 1, 100),
      ...noQualifier(),
      ...noTime('StartedTimeBegin'),
      ...noTime('StartedTimeEnd'),
      [{ Status: 'running' }, /^Status "running" is not one of "Starting", "Running", "Stopped"/],
      [{ MetadataOnly: 'yes' }, /^MetadataOnly "yes" is neither true nor false\.$/],
      [{ MetadataOnly: '1' }, /^MetadataOnly "1" is neither/],
      tooLong('ExecutionNamePrefix', 165),
      tooLong('MapRunName', 165),
      tooLong('NextToken', 1024),
      // No execution is Starting, and the other filters are checked all the same.
      [{ Status: 'Starting', Limit: '0' }, /^Limit "0"/],
      [{ Status: 'Starting', MapRunName: 'x'.repeat(166) }, /^MapRunName has 166 characters/],
    ],
  },
  GetExecutionHistory: {
    good: EXECUTION,
    rows: [...OF_EXECUTION, ...outOf('Limit', 1, 1000), ...noToken('0', '01', '-1', 'a', '1.5', '9'.repeat(16))],
  },
  DescribeMapRun: {
    good: { ...EXECUTION, MapRunName: 'm' },
    rows: OF_EXECUTION,
  },
  UpdateMapRun: {
    good: { ...EXECUTION, MapRunName: 'm' },
    rows: [
      ...OF_EXECUTION,
      ...outOf('Concurrency', 1, 300),
      ...['-1', '1.5', 'ten', '9'.repeat(30)].map(
        (text): Row => [{ ToleratedFailedCount: text }, /^ToleratedFailedCount "/],
      ),
      ...['-0.1', '100.1', 'half', '1e2', ' 5'].map(
        (text): Row => [{ ToleratedFailedPercentage: text }, /^ToleratedFailedPercentage "/],
      ),
    ],
  },
  ReportTaskSucceeded: {
    good: { TaskToken: 't', Output: '{}' },
    rows: [
      [{ Output: 'done' }, /^Output is not JSON that can be read/],
      [{ Output: `${'['.repeat(300)}${']'.repeat(300)}` }, /^Output is not JSON that can be read: nested deeper/],
      [{ Output: `"${'x'.repeat(65_535)}"` }, tooManyBytes, 'EntityTooLarge'],
      [{ Output: `"${'é'.repeat(32_768)}"` }, tooManyBytes, 'EntityTooLarge'],
      [{ Output: `{}${' '.repeat(65_535)}` }, tooManyBytes, 'EntityTooLarge'],
    ],
  },
  ReportTaskFailed: {
    good: { TaskToken: 't', Error: 'e' },
    rows: [tooLong('Error', 128, 'limits.error'), tooLong('Cause', 4096, 'limits.cause')],
  },
  CreateSchedule: {
    good: { ...SCHEDULE, CronExpression: '@every 5m' },
    rows: [...OF_SCHEDULE, ...SCHEDULE_PARTS, [{ Enable: 'yes' }, /^Enable "yes" is neither true nor false\.$/]],
  },
  DescribeSchedule: { good: SCHEDULE, rows: OF_SCHEDULE },
  UpdateSchedule: {
    good: SCHEDULE,
    rows: [
      ...OF_SCHEDULE,
      ...SCHEDULE_PARTS,
      [{ CronExpression: '' }, /^CronExpression is empty; omit it to leave it unchanged\.$/],
      [{ Enable: '' }, /^Enable "" is neither true nor false\.$/],
    ],
  },
  DeleteSchedule: { good: SCHEDULE, rows: OF_SCHEDULE },
  ListSchedules: { good: { FlowName: 'f' }, rows: [...noName('FlowName'), ...outOf('Limit', 1, 1000)] },
  DescribeRegions: { good: {}, rows: [] },
  DescribeExecutionWaits: { good: EXECUTION, rows: OF_EXECUTION },
  RedriveExecution: { good: EXECUTION, rows: OF_EXECUTION },
  ListNodes: { good: {}, rows: [] },
  CheckDefinition: {
    good: {},
    rows: [...noName('Name'), [{ ExecutionMode: 'express' }, /^ExecutionMode "express" is not one of /]],
  },
  DescribeLanguage: { good: {}, rows: [] },
  ConvertDefinition: { good: {}, rows: noName('Name') },
  SearchExecutions: {
    good: {},
    rows: [
      ...noName('FlowName'),
      ...outOf('Limit', 1, 100),
      ...noTime('StartedTimeBegin'),
      ...noTime('StartedTimeEnd'),
      ...['a', '!', 'AAAA', '1', ...['0/a/1', '-1/a/1/', '0/a b/1/', '0/a/1/b/c'].map(base64)].map(
        (text): Row => [{ NextToken: text }, /^NextToken is not one that SearchExecutions returned\.$/],
      ),
      [{ Status: 'running' }, /^Status "running" is not one of /],
      tooLong('NameContains', 165),
      tooLong('NextToken', 1024),
    ],
  },
  SummarizeFlows: {
    good: {},
    rows: [...outOf('Limit', 1, 100), ...noName('NextToken'), tooLong('NameContains', 128)],
  },
  DescribeSystem: { good: {}, rows: [] },
  ListMessages: {
    good: {},
    rows: [
      ...outOf('Limit', 1, 100),
      ...noToken('0', '01', '-1', 'a', '1 ', '9'.repeat(16)),
      [{ Kind: 'queue' }, /^Kind "queue" is not one of "Queue", "Topic", ""\.$/],
      tooLong('Name', 255),
    ],
  },
};

describe('bad input', () => {
  it('has a table for every action', () => {
    assert.deepEqual(Object.keys(TABLES).sort(), Object.keys(ACTIONS).sort());
  });

  for (const [action, { good, rows }] of Object.entries(TABLES)) {
    it(`of ${action} is refused by name`, async (t) => {
      const { fails } = await startApi(t, 'memory');
      for (const parameter of Object.keys(good)) {
        const { [parameter]: _, ...rest } = good;
        const message = new RegExp(`^The HTTP query '${parameter}' must be specified\\.$`);
        await fails(action, rest, 'MissingRequiredParams', message);
        await fails(action, { ...rest, [parameter]: '' }, 'MissingRequiredParams', message);
      }
      for (const [change, message, code = 'InvalidArgument'] of rows) {
        await fails(action, { ...good, ...change }, code, message);
      }
    });
  }
});

describe('any input', () => {
  const texts = [
    '',
    'f',
    'e',
    'a',
    '0',
    '1',
    '2',
    'LATEST',
    '{}',
    '[]',
    'null',
    ROUTES,
    '__proto__',
    'true',
    '\0',
    'é',
    '%s',
  ];
  const names = new Set(
    Object.values(TABLES).flatMap(({ good, rows }) => [good, ...rows.map(([change]) => change)].flatMap(Object.keys)),
  );
  const parameters = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...texts) }, fc.string({ unit: 'binary', maxLength: 40 })),
    { noNullPrototype: true },
  );

  it('of any operation gets a reply, or an error of the caller', async (t) => {
    const { call } = await startApi(t, 'memory');
    const definition =
      'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';
    const flow = { Name: 'f', Definition: definition, Type: 'FDL' };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(TABLES)), parameters, async (action, given) => {
        // The calls themselves create and delete flows. Usually there is one.
        await call('CreateFlow', flow).catch(() => null);
        const good = TABLES[action]?.good ?? {};
        await call(action, { ...good, ...given }).catch((error: unknown) => {
          if (!(error instanceof ApiError) || error.status >= 500) throw error;
        });
      }),
      { numRuns: 1000 },
    );
  });
});
