/**
 * Standard flows through every official client, in every way in which it sends a call: start, wait, callback, stop, list, history,
 * versions, aliases, and the extensions by the generic call of each client.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Body, Client } from '../support/clients.ts';
import { allClients } from '../support/clients.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { fileEnd } from '../support/at-end.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const INPUT = `{ "k": "a*b~c d+e%f/g?h&i=j 中文😀é", "id": 1234567890123456789 }`;
const ENVIRONMENT = { Variables: [{ Name: 'greeting', Value: '你好 + 100%', Description: 'a greeting' }] };

let server: ServerProcess;
let service: string;
/** Tokens that the service has received, by execution. */
const tokens = new Map<string, string>();
const wanted = new Map<string, (token: string) => void>();
before(async () => {
  server = await startServer(fileEnd);
  const { url } = await startService(fileEnd, (request, _body, response) => {
    const token = String(request.headers['x-fnf-http-callback-task-token']);
    const execution = (request.url ?? '/').slice(1);
    tokens.set(execution, token);
    wanted.get(execution)?.(token);
    answerJson(response, { accepted: true });
  });
  service = url;
});

function tokenOf(execution: string): Promise<string> {
  const token = tokens.get(execution);
  return token === undefined ? new Promise((resolve) => wanted.set(execution, resolve)) : Promise.resolve(token);
}

/** A definition with one task that waits for a report. The URL of the task names the execution. */
function asking(mark: string): string {
  return `Type: StateMachine
SpecVersion: v1
Name: any
StartAt: Ask
States:
  - Name: Ask
    Type: Task
    Action: HTTP:Request
    TaskMode: WaitForCustomCallback
    Parameters:
      url.$: format("${service}/{}", $Context.Execution.Name)
      method: Post
    OutputConstructor:
      mark: ${mark}
      answer.$: $Output
      greeting.$: $Environment.greeting
      given.$: $Input
    End: true
`;
}

const NAMES = allClients({ url: 'http://127.0.0.1:1', key: ROOT_KEY }).map((client) => client.name);
const clientNamed = (name: string): Client => {
  const found = allClients({ url: server.url, key: ROOT_KEY }).find((client) => client.name === name);
  assert.ok(found);
  return found;
};

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

for (const [index, name] of NAMES.entries()) {
  describe(name, () => {
    const FlowName = `standard_${index}`;
    const execution = (suffix: string) => ({ FlowName, ExecutionName: `${FlowName}_${suffix}` });

    it('runs a Standard flow: start, callback, end, history, list, stop, redrive', async () => {
      const client = clientNamed(name);
      const definition = asking('now');
      await client.call('CreateFlow', {
        Name: FlowName,
        Definition: definition,
        Type: 'FDL',
        RoleArn: 'acs:ram::1:role/r',
        Environment: ENVIRONMENT,
      });
      const a = execution('a');
      const started = await client.call('StartExecution', { ...a, Input: INPUT });
      const { RequestId: _, StartedTime, ...members } = started;
      assert.match(String(StartedTime), TIME);
      assert.deepEqual(
        { ...members },
        {
          Status: 'Running',
          StoppedTime: '',
          FlowDefinition: definition,
          Output: '',
          FlowName,
          Name: a.ExecutionName,
          Input: INPUT,
        },
      );
      const TaskToken = await tokenOf(a.ExecutionName);
      const waiting = client.call('DescribeExecution', { ...a, WaitTimeSeconds: 60 });
      const reported = await client.call('ReportTaskSucceeded', { TaskToken, Output: '{"yes": true}' });
      assert.equal(typeof reported['EventId'], 'number');
      const done = await waiting;
      assert.equal(done['Status'], 'Succeeded');
      const given = JSON.stringify(JSON.parse(INPUT)).replace('1234567890123456800', '1234567890123456789');
      assert.equal(done['Output'], `{"mark":"now","answer":{"yes":true},"greeting":"你好 + 100%","given":${given}}`);
      assert.equal(done['Input'], INPUT);
      assert.deepEqual(plain(done['Environment']), { Variables: [{ Name: 'greeting', Value: '你好 + 100%' }] });

      const events = await paged(client, 'GetExecutionHistory', { ...a, Limit: 3 }, 'Events');
      assert.deepEqual(
        events.map((event) => event['EventId']),
        events.map((_event, i) => i + 1),
      );
      const byReport = events.find((event) => event['EventId'] === reported['EventId']);
      assert.deepEqual(
        [byReport?.['Type'], byReport?.['StepName'], byReport?.['EventDetail']],
        ['TaskSucceeded', 'Ask', '{"output":{"yes":true}}'],
      );
      assert.equal(typeof byReport?.['ScheduleEventId'], 'number');

      const b = execution('b');
      await client.call('StartExecution', b);
      await client.call('ReportTaskFailed', {
        TaskToken: await tokenOf(b.ExecutionName),
        Error: 'Denied',
        Cause: 'no & never',
      });
      const failed = await client.call('DescribeExecution', { ...b, WaitTimeSeconds: 60 });
      assert.deepEqual([failed['Status'], failed['Output'], failed['Input']], ['Failed', '', '']);
      const redriven = await client.call('RedriveExecution', b);
      assert.equal(redriven['Status'], 'Running');
      const waits = (await client.call('DescribeExecutionWaits', b))['Waits'] as Body[];
      assert.deepEqual([waits[0]?.['Kind'], waits[0]?.['StepName']], ['Callback', 'Ask']);
      const stopped = await client.call('StopExecution', { ...b, Error: 'enough', Cause: 'for a test' });
      assert.deepEqual([stopped['Status'], stopped['RoleArn']], ['Stopped', 'acs:ram::1:role/r']);

      const listed = await paged(client, 'ListExecutions', { FlowName, Limit: 1 }, 'Executions');
      assert.deepEqual(
        listed.map((each) => [each['Name'], each['Status']]),
        [
          [b.ExecutionName, 'Stopped'],
          [a.ExecutionName, 'Succeeded'],
        ],
      );
      const filter = {
        FlowName,
        Status: 'Succeeded',
        StartedTimeBegin: '2020-12-02T02:39:20.402Z',
        StartedTimeEnd: '2120-12-02T10:39:20+08:00',
        ExecutionNamePrefix: FlowName,
        MetadataOnly: true,
      };
      const [metadata, ...others] = await paged(client, 'ListExecutions', filter, 'Executions');
      assert.deepEqual(others, []);
      assert.deepEqual(Object.keys(metadata ?? {}).sort(), [
        'Environment',
        'FlowName',
        'Name',
        'StartedTime',
        'Status',
        'StoppedTime',
      ]);
    });

    it('publishes versions and routes to them', async () => {
      const client = clientNamed(name);
      const flow = { FlowName: `${FlowName}_versions` };
      const marked = (mark: string) => `Type: StateMachine
SpecVersion: v1
Name: any
StartAt: P
States: [{Name: P, Type: Pass, OutputConstructor: {mark: ${mark}}, End: true}]
`;
      for (const mark of ['one', 'two']) {
        const definition = { Name: flow.FlowName, Definition: marked(mark) };
        if (mark === 'one') await client.call('CreateFlow', { ...definition, Type: 'FDL' });
        else await client.call('UpdateFlow', definition);
        const published = await client.call('PublishFlowVersion', { ...flow, Description: `版本 ${mark}` });
        assert.equal(published['Description'], `版本 ${mark}`);
        assert.match(String(published['CreatedTime']), TIME);
      }
      // Limit is a string here, and a number in all other operations (rules.md 4.3).
      const versions = await paged(client, 'ListFlowVersions', { ...flow, Limit: '1' }, 'FlowVersions');
      assert.deepEqual(
        versions.map((version) => version['Version']),
        ['2', '1'],
      );
      const frozen = await client.call('DescribeFlow', { Name: flow.FlowName, FlowVersion: '1' });
      assert.equal(frozen['Definition'], marked('one'));

      const alias = { ...flow, Name: 'prod' };
      const toOne = [{ Version: '1', Weight: 30 }];
      const made = await client.call('CreateFlowAlias', { ...alias, RoutingConfigurations: toOne });
      assert.deepEqual(plain(made['RoutingConfigurations']), toOne);
      const run = async (suffix: string, Qualifier: string): Promise<unknown> => {
        const one = { ...flow, ExecutionName: `run-${suffix}` };
        await client.call('StartExecution', { ...one, Qualifier });
        return (await client.call('DescribeExecution', { ...one, WaitTimeSeconds: 60 }))['Output'];
      };
      assert.equal(await run('alias', 'prod'), '{"mark":"one"}');
      assert.equal(await run('version', '2'), '{"mark":"two"}');
      const toTwo = [
        { Version: '2', Weight: 100 },
        { Version: '1', Weight: 0 },
      ];
      const updated = await client.call('UpdateFlowAlias', {
        ...alias,
        RoutingConfigurations: toTwo,
        Description: 'd',
      });
      assert.deepEqual(plain((updated['Alias'] as Body)['RoutingConfigurations']), toTwo);
      assert.equal(await run('again', 'prod'), '{"mark":"two"}');
      const described = (await client.call('DescribeFlowAlias', alias))['Alias'] as Body;
      assert.deepEqual([described['Name'], described['Description']], ['prod', 'd']);
      const [listed] = await paged(client, 'ListFlowAliases', { ...flow, Limit: 10 }, 'Aliases');
      assert.deepEqual(plain(listed?.['RoutingConfigurations']), [
        { Version: '2', Weight: '100' },
        { Version: '1', Weight: '0' },
      ]);
      await assert.rejects(client.call('DeleteFlowVersion', { ...flow, FlowVersion: '1' }), {
        code: 'FlowVersionInUse',
      });
      assert.deepEqual(Object.keys(await client.call('DeleteFlowAlias', alias)), ['RequestId']);
      assert.deepEqual(Object.keys(await client.call('DeleteFlowVersion', { ...flow, FlowVersion: '1' })), [
        'RequestId',
      ]);
      await assert.rejects(client.call('StartExecution', { ...flow, Qualifier: '1' }), {
        code: 'FlowVersionNotExists',
      });
      await assert.rejects(client.call('StartExecution', { ...flow, Qualifier: 'prod' }), {
        code: 'FlowAliasNotExists',
      });
    });
  });
}

/** All items of a list, page by page. */
async function paged(client: Client, action: string, parameters: Body, member: string): Promise<Body[]> {
  const items: Body[] = [];
  let token: unknown;
  do {
    const page = await client.call(action, { ...parameters, ...(token === undefined ? {} : { NextToken: token }) });
    items.push(...(page[member] as Body[]));
    token = page['NextToken'];
  } while (token !== undefined);
  return items;
}
