/** The operations on schedules, over every store (rules.md 5.20). test/schedules/ has the executions that they start. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/json.ts';
import { startApi, STORES } from './api-harness.ts';
import type { ApiHarness } from './api-harness.ts';

const DEFINITION =
  'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: P\nStates: [{Name: P, Type: Pass, End: true}]\n';
const NIGHTLY = { FlowName: 'f', ScheduleName: 'nightly' };
const CRON = '0 0 3 * * ?';

async function createFlow({ call }: ApiHarness, name = 'f'): Promise<void> {
  await call('CreateFlow', { Name: name, Definition: DEFINITION, Type: 'FDL' });
}

function namesOf(page: JsonObject): string[] {
  return (page['Schedules'] as { ScheduleName: string }[]).map(({ ScheduleName }) => ScheduleName);
}

for (const kind of STORES) {
  describe(`schedules: ${kind}`, () => {
    it('are created, described, updated in parts, and deleted', async (t) => {
      const api = await startApi(t, kind);
      const { call, fails, time } = api;
      await createFlow(api);
      const created = await call('CreateSchedule', { ...NIGHTLY, CronExpression: ` ${CRON} `, Payload: '{"a": 1}' });
      const { ScheduleId: id, ...members } = created;
      assert.match(String(id), /^[0-9a-f-]{36}$/);
      assert.deepEqual(members, {
        Description: '',
        Payload: '{"a": 1}',
        ScheduleName: 'nightly',
        CreatedTime: '2026-01-01T00:00:00.000Z',
        LastModifiedTime: '2026-01-01T00:00:00.000Z',
        CronExpression: ` ${CRON} `,
        Enable: true,
      });
      assert.deepEqual(await call('DescribeSchedule', NIGHTLY), created);
      await time.pass(1_500);
      const changed = await call('UpdateSchedule', { ...NIGHTLY, Description: 'each night', Enable: 'false' });
      const expected = { ...created, Description: 'each night', Enable: false };
      assert.deepEqual(changed, { ...expected, LastModifiedTime: '2026-01-01T00:00:01.500Z' });
      const cleared = await call('UpdateSchedule', {
        ...NIGHTLY,
        Description: '',
        Payload: '',
        CronExpression: '@every 5m',
      });
      assert.deepEqual([cleared['Description'], cleared['Payload']], ['', '']);
      assert.deepEqual([cleared['CronExpression'], cleared['Enable']], ['@every 5m', false]);
      assert.deepEqual(await call('DescribeSchedule', NIGHTLY), cleared);
      assert.deepEqual(await call('DeleteSchedule', NIGHTLY), {});
      await fails('DeleteSchedule', NIGHTLY, 'ScheduleNotExists', /^The schedule nightly for flow f does not exist\.$/);
    });

    it('have names that are unique within their flow', async (t) => {
      const api = await startApi(t, kind);
      await createFlow(api);
      await createFlow(api, 'g');
      const { call, fails } = api;
      const { ScheduleId: first } = await call('CreateSchedule', { ...NIGHTLY, CronExpression: CRON });
      const message = /^The schedule nightly already exists in flow f\.$/;
      await fails(
        'CreateSchedule',
        { ...NIGHTLY, CronExpression: CRON, Payload: '1' },
        'ScheduleAlreadyExists',
        message,
      );
      await call('CreateSchedule', { ...NIGHTLY, FlowName: 'g', CronExpression: CRON });
      const kept = await call('DescribeSchedule', NIGHTLY);
      assert.deepEqual([kept['ScheduleId'], kept['Payload']], [first, '']);
    });

    it('of a flow that does not exist, and schedules that do not exist, have their own errors', async (t) => {
      const api = await startApi(t, kind);
      const { fails } = api;
      const noFlow = /^Flow 'f' does not exist\.$/;
      const calls = {
        CreateSchedule: { CronExpression: CRON },
        DescribeSchedule: {},
        UpdateSchedule: {},
        DeleteSchedule: {},
      };
      for (const [action, more] of Object.entries(calls)) {
        await fails(action, { ...NIGHTLY, ...more }, 'FlowNotExists', noFlow);
      }
      await fails('ListSchedules', { FlowName: 'f' }, 'FlowNotExists', noFlow);
      await createFlow(api);
      const noSchedule = /^The schedule nightly for flow f does not exist\.$/;
      for (const action of ['DescribeSchedule', 'UpdateSchedule', 'DeleteSchedule']) {
        await fails(action, NIGHTLY, 'ScheduleNotExists', noSchedule);
      }
    });

    it('are listed by name, in pages', async (t) => {
      const api = await startApi(t, kind);
      await createFlow(api);
      for (const name of ['c', 'A', 'b']) {
        await api.call('CreateSchedule', { FlowName: 'f', ScheduleName: name, CronExpression: CRON });
      }
      const first = await api.call('ListSchedules', { FlowName: 'f', Limit: '2' });
      assert.deepEqual([namesOf(first), first['NextToken']], [['A', 'b'], 'c']);
      const last = await api.call('ListSchedules', { FlowName: 'f', Limit: '2', NextToken: 'c' });
      assert.deepEqual([namesOf(last), last['NextToken']], [['c'], undefined]);
      const [entry] = last['Schedules'] as readonly JsonObject[];
      assert.deepEqual(entry, await api.call('DescribeSchedule', { FlowName: 'f', ScheduleName: 'c' }));
    });

    it('with large payloads come in shorter pages', async (t) => {
      const api = await startApi(t, kind);
      await createFlow(api);
      for (let i = 0; i < 40; i++) {
        const name = `s${String(i).padStart(2, '0')}`;
        const payload = 'x'.repeat(65_000);
        await api.call('CreateSchedule', { FlowName: 'f', ScheduleName: name, CronExpression: CRON, Payload: payload });
      }
      const first = await api.call('ListSchedules', { FlowName: 'f' });
      const shown = namesOf(first).length;
      assert.ok(shown > 30 && shown < 40, String(shown));
      assert.equal(first['NextToken'], `s${shown}`);
    });

    it('accept a payload of any text up to the limit of an input, and refuse broken JSON', async (t) => {
      const api = await startApi(t, kind);
      const { call, fails } = api;
      await createFlow(api);
      await call('CreateSchedule', { ...NIGHTLY, CronExpression: CRON });
      for (const payload of ['words', '"text"', '1', 'null', '[1]', ' {"a":"é"} ', '-', '<a/>']) {
        const changed = await call('UpdateSchedule', { ...NIGHTLY, Payload: payload });
        assert.equal(changed['Payload'], payload);
      }
      const rest = '{"triggerTime":"1970-01-01T00:00:00Z","triggerName":"nightly","payload":""}'.length;
      const most = 65_536 - rest;
      await call('UpdateSchedule', { ...NIGHTLY, Payload: 'x'.repeat(most) });
      const message = /maximum allowed size \(65536 bytes\)/;
      await fails('UpdateSchedule', { ...NIGHTLY, Payload: 'x'.repeat(most + 1) }, 'EntityTooLarge', message);
      // Two bytes each in the input.
      await fails('UpdateSchedule', { ...NIGHTLY, Payload: 'é'.repeat(most / 2 + 1) }, 'EntityTooLarge', message);
      await fails('UpdateSchedule', { ...NIGHTLY, Payload: '{"a":1' }, 'InvalidArgument', /^Payload begins like JSON/);
      assert.equal((await call('DescribeSchedule', NIGHTLY))['Payload'], 'x'.repeat(most));
    });

    it('are not changed by an update that is refused', async (t) => {
      const api = await startApi(t, kind);
      await createFlow(api);
      const created = await api.call('CreateSchedule', { ...NIGHTLY, CronExpression: CRON });
      const bad = { ...NIGHTLY, Description: 'other', CronExpression: '0 0 0 31 FEB,APR ?' };
      await api.fails('UpdateSchedule', bad, 'InvalidArgument', /^CronExpression "0 0 0 31 FEB,APR \?" never fires/);
      assert.deepEqual(await api.call('DescribeSchedule', NIGHTLY), created);
    });

    it('are updated by many callers at once, each for its own part', async (t) => {
      const api = await startApi(t, kind);
      await createFlow(api);
      await api.call('CreateSchedule', { ...NIGHTLY, CronExpression: CRON });
      const parts = { Description: 'd', Payload: 'p', CronExpression: '@every 7m', Enable: 'false' };
      await Promise.all(
        Object.entries(parts).map(([part, value]) => api.call('UpdateSchedule', { ...NIGHTLY, [part]: value })),
      );
      const after = await api.call('DescribeSchedule', NIGHTLY);
      const actual = Object.fromEntries(Object.keys(parts).map((part) => [part, String(after[part])]));
      assert.deepEqual(actual, parts);
    });
  });
}
