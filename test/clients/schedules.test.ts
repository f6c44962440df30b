/** The operations on schedules through every official client, in every way in which it sends a call (rules.md 5.20). */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { fileEnd } from '../support/at-end.ts';
import { allClients } from '../support/clients.ts';
import type { Body, Client } from '../support/clients.ts';

const DEFINITION =
  'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** The sign `?` and the star are escaped by each client in its own way (rules.md 2.4). */
const CRON = 'CRON_TZ=Asia/Shanghai 30 */15 2-4 * JAN-DEC ?';

let server: ServerProcess;
before(async () => {
  server = await startServer(fileEnd);
});

const NAMES = allClients({ url: 'http://127.0.0.1:1', key: ROOT_KEY }).map((client) => client.name);
const clientNamed = (name: string): Client =>
  allClients({ url: server.url, key: ROOT_KEY }).find((client) => client.name === name) ?? assert.fail(name);

function without({ RequestId: _, ...members }: Body): Body {
  return members;
}

for (const [index, name] of NAMES.entries()) {
  it(`${name} creates, describes, updates, lists and deletes a schedule`, async () => {
    const client = clientNamed(name);
    const flow = `timed_${index}`;
    await client.call('CreateFlow', { Name: flow, Definition: DEFINITION, Type: 'FDL', Description: 'd' });
    const key = { FlowName: flow, ScheduleName: 'nightly' };
    const payload = '{"key": "值 + 100%"}';
    const created = await client.call('CreateSchedule', {
      ...key,
      CronExpression: CRON,
      Payload: payload,
      Enable: true,
    });
    const { ScheduleId: id, CreatedTime: time, ...members } = without(created);
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.match(String(time), TIME);
    assert.deepEqual(members, {
      ...{ ScheduleName: 'nightly', CronExpression: CRON, Payload: payload, Description: '', Enable: true },
      LastModifiedTime: time,
    });
    await assert.rejects(client.call('CreateSchedule', { ...key, CronExpression: CRON }), {
      code: 'ScheduleAlreadyExists',
    });
    assert.deepEqual(without(await client.call('DescribeSchedule', key)), without(created));
    const updated = await client.call('UpdateSchedule', { ...key, Enable: false, Description: '描述' });
    assert.deepEqual([updated['Enable'], updated['Description'], updated['CronExpression']], [false, '描述', CRON]);
    const bad = client.call('UpdateSchedule', { ...key, CronExpression: '0 0 0 30 2 ?' });
    await assert.rejects(bad, ({ code, message }: Error & { code: string }) => {
      return code === 'InvalidArgument' && message.includes('never fires');
    });
    const listed = await client.call('ListSchedules', { FlowName: flow, Limit: 10 });
    const entries = listed['Schedules'] as Body[];
    assert.deepEqual(
      entries.map((entry) => ({ ...entry })),
      [without(updated)],
    );
    assert.deepEqual(Object.keys(await client.call('DeleteSchedule', key)), ['RequestId']);
    await assert.rejects(client.call('DescribeSchedule', key), { code: 'ScheduleNotExists' });
    await client.call('DeleteFlow', { Name: flow });
    await assert.rejects(client.call('ListSchedules', { FlowName: flow }), { code: 'FlowNotExists' });
  });
}
