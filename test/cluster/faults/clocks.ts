/** Three nodes whose clocks are an hour apart, and one of which is killed now and then: the database's clock decides what is due. */
import { setTimeout as delay } from 'node:timers/promises';
import { systemScheduler } from '../../../src/base/scheduler.ts';
import { openPostgresStores } from '../../../src/store/postgres/stores.ts';
import { flowRecord } from '../../../src/testing/flow-record.ts';
import type { Body } from '../../support/clients.ts';
import { callback, constant, count, machine, wait } from '../flows.ts';
import { listed } from '../servers.ts';
import { startTaskService } from '../task-service.ts';
import type { TaskCall } from '../task-service.ts';
import { FaultCluster, GRACE_MS, LEASE_MS } from './cluster.ts';
import { FaultyDatabase } from './database.ts';
import { seconds } from './stage.ts';
import type { Row } from './stage.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SHIFTS: Readonly<Record<string, number>> = { early: -HOUR_MS, right: 0, late: HOUR_MS };
const PRELOAD = new URL('shifted-clock.ts', import.meta.url).href;

const EXECUTIONS = 60;
const WAIT_SECONDS = 3;
const TIMEOUT_SECONDS = 2;
const RETRY_SECONDS = 2;
const SCHEDULES = 5;
const FIRST_DUE_MS = 15_000;
/** A timer may seem early by this: events cut times to a millisecond, and servers measure the clock of the database. */
const TOLERANCE_MS = 20;

export const CLOCKS: Row = {
  name: 'clocks of nodes an hour apart',
  async play(stage) {
    const database = await FaultyDatabase.start(stage.t);
    const { flows, schedules, close } = await openPostgresStores(database.options('faults'), systemScheduler);
    const dueMs = Math.floor(Date.now() / 1_000) * 1_000 + FIRST_DUE_MS;
    const report = machine('report', [constant('P', 1)]);
    await flows.create(flowRecord('report', { definition: report, executionMode: 'Standard' }));
    for (let i = 0; i < SCHEDULES; i++) {
      await schedules.create({
        ...{ flowName: 'report', name: `s${i}`, id: `id-${i}`, description: '', payload: '', revision: 1 },
        ...{ cronExpression: '@every 1m', isEnabled: true, createdMs: dueMs, lastModifiedMs: dueMs },
        ...{ nextDueMs: dueMs, lastDueMs: null },
      });
    }
    await close();

    const names = Object.keys(SHIFTS);
    const cluster = await FaultCluster.start(stage, names, {
      database,
      env: (name) => ({ NODE_OPTIONS: `--import ${PRELOAD}`, CLOCK_SHIFT_MS: String(SHIFTS[name]) }),
    });
    const service = await startTaskService(stage.t);
    const rule = { Errors: ['FnF.ALL'], IntervalSeconds: RETRY_SECONDS, MaxAttempts: 1, BackoffRate: 1 };
    const states = [
      count('S1', service.url),
      wait('W', WAIT_SECONDS),
      count('S2', service.url),
      {
        ...callback('A', service.url),
        ...{ Timeout: TIMEOUT_SECONDS, Retry: [rule], Catch: [{ Errors: ['FnF.ALL'], Next: 'P' }] },
      },
      constant('P', 1),
    ];
    const flow = { Name: 'timed', Type: 'FDL', ExecutionMode: 'Standard', Definition: machine('timed', states) };
    await cluster.ask('CreateFlow', flow);
    const executions = Array.from({ length: EXECUTIONS }, (_, i) => `e${i}`);
    const about = (ExecutionName: string) => ({ FlowName: 'timed', ExecutionName });
    const underWay = executions.map(async (name) => {
      await delay(stage.random.below(4_000));
      await cluster.insist('StartExecution', { ...about(name), Input: '{"n":0}' }, 'ExecutionAlreadyExists');
      let reply: Body;
      do reply = await cluster.ask('DescribeExecution', { ...about(name), WaitTimeSeconds: 5 });
      while (reply['Status'] === 'Running');
      if (reply['Output'] !== '{"v":1}') stage.violation(`${name}: ${JSON.stringify(reply)}`);
    });
    // Waits and timeouts continue at a node with another clock.
    for (let kills = 0; kills < 2; kills++) {
      await delay(3_000);
      const name = stage.random.pick(names);
      await cluster.remove(name).server.kill();
      await cluster.add(name);
    }
    await Promise.all(underWay);
    for (const name of executions) {
      const events = await listed(cluster.servers, 'GetExecutionHistory', 'Events', about(name));
      checkTimeouts(events, name, (sentence) => stage.violation(sentence));
    }
    const lateMs = Math.max(
      ...executions.map((name) => checkTimes(service.calls, name, (sentence) => stage.violation(sentence))),
    );

    await delay(Math.max(0, dueMs + MINUTE_MS + 5_000 - Date.now()));
    const started = await listed(cluster.servers, 'ListExecutions', 'Executions', { FlowName: 'report' });
    const times = started.map((each) => ({
      name: String(each['Name']),
      atMs: Date.parse(String(each['StartedTime'])),
    }));
    for (const { name, atMs } of times) {
      const due = dueOf(name);
      if (atMs < due) stage.violation(`${name} started ${due - atMs} ms early`);
    }
    if (new Set(times.map(({ name }) => name)).size !== times.length) stage.violation('a due time has two executions');
    if (times.length !== 2 * SCHEDULES) stage.violation(`${times.length} executions of ${2 * SCHEDULES} due times`);
    const lateStart = Math.max(...times.map(({ name, atMs }) => atMs - dueOf(name)));
    return `${EXECUTIONS} executions, none early, late by ${seconds(lateMs)} at most with 2 kills; ${times.length} due times, none early or twice, late by ${seconds(lateStart)} at most`;
  },
};

/** Returns by how much a timer of the execution was late. */
function checkTimes(calls: readonly TaskCall[], name: string, violation: (sentence: string) => void): number {
  // The first call of each task: one that was under way at a killed node comes again.
  const firsts = [
    ...new Map(
      calls
        .filter((call) => call.execution === name)
        .toReversed()
        .map((call) => [call.event, call]),
    ).values(),
  ];
  const [s1, s2, a1, a2, ...more] = firsts.toSorted((x, y) => x.event - y.event);
  if (s1 === undefined || s2 === undefined || a1 === undefined || a2 === undefined || more.length > 0) {
    violation(`${name} has made ${firsts.length} calls, and 4 are expected`);
    return 0;
  }
  const waited = s2.atMs - s1.atMs - WAIT_SECONDS * 1_000;
  if (waited < -TOLERANCE_MS) violation(`${name}: its wait ended ${-waited} ms early`);
  // A call takes a moment to arrive, and its timeout counts from before; `checkTimeouts` looks whether that is early.
  const retried = a2.atMs - a1.atMs - (TIMEOUT_SECONDS + RETRY_SECONDS) * 1_000;
  const late = Math.max(waited, retried);
  if (late > 2 * (LEASE_MS + GRACE_MS)) violation(`${name}: a timer fired ${seconds(late)} late`);
  return late;
}

/** Timeouts and delays of retries by the times in the history, which are those of the database. */
function checkTimeouts(events: readonly Body[], name: string, violation: (sentence: string) => void): void {
  const timesOf = (type: string): number[] =>
    events
      .filter(({ Type, StepName }) => Type === type && StepName === 'A')
      .map(({ Time }) => Date.parse(String(Time)));
  const [began, ended] = [timesOf('TaskScheduled'), timesOf('TaskTimedOut')];
  const pairs = [
    [began[0], ended[0], TIMEOUT_SECONDS],
    [ended[0], began[1], RETRY_SECONDS],
    [began[1], ended[1], TIMEOUT_SECONDS],
  ] as const;
  for (const [from, to, longSeconds] of pairs) {
    if (from === undefined || to === undefined) violation(`${name}: a timeout is not in its history`);
    else if (to - from < longSeconds * 1_000 - TOLERANCE_MS)
      violation(`${name}: ${longSeconds} s took ${to - from} ms`);
  }
}

/** The due time in a name: `s1-20260101T000500Z`. */
function dueOf(name: string): number {
  const [, y, mo, d, h, mi, s] = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name) ?? [];
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}
