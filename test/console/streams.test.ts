/** The streams of changes, over a real server: of one execution, and of lists. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { before, describe, it } from 'node:test';
import { ROOT_KEY, answerJson, startServer, startService } from '../../src/testing/index.ts';
import type { ServerProcess, Service } from '../../src/testing/index.ts';
import { fileEnd } from '../support/at-end.ts';
import { Refusal, createFlow, faultsIn, machine, signedIn } from './support.ts';
import type { OpenStream, Visitor } from './support.ts';

let server: ServerProcess;
let root: Visitor;
before(async () => {
  server = await startServer(fileEnd, { settings: 'limits: { events: 100000, stateData: 1MiB, input: 1MiB }\n' });
  root = await signedIn(fileEnd, server);
});

const WAIT = { Type: 'Wait', Name: 'Wait', Seconds: 300 };
const ASK = {
  ...{ Type: 'Task', Name: 'Ask', Action: 'MNS:SendMessage', TaskMode: 'WaitForCustomCallback', Timeout: 3600 },
  Parameters: { resourceArn: 'acs:mns:::/queues/questions/messages', message: {} },
};

async function start(flow: string, execution: string, input = '{}'): Promise<void> {
  await root.ok('StartExecution', { FlowName: flow, ExecutionName: execution, Input: input });
}

/** Waits until the history holds an event of a type. Returns its id. */
function typed(stream: OpenStream, type: string, at = 0): Promise<number> {
  return stream.until(() => stream.history.filter((each) => each.type === type).at(at)?.id);
}

const ended = (stream: OpenStream): Promise<unknown> => stream.first('execution', ({ status }) => status !== 'Running');

/** Asserts that the ids count up from the first one. */
function assertWhole(stream: OpenStream, from = 1): void {
  assert.deepEqual(
    stream.history.map(({ id }) => id),
    Array.from({ length: stream.history.length }, (_, i) => from + i),
  );
}

describe('the stream of an execution', () => {
  it('has the events that are there, then those that come, then the status', async () => {
    await createFlow(root, 'asks', machine(ASK));
    await start('asks', 'one');
    const stream = await root.follow('asks', 'one');
    const id = await typed(stream, 'TaskSubmitted');
    const first = await stream.first('execution');
    assert.equal(first.data['status'], 'Running');
    assert.equal(first.data['stoppedTime'], '');
    const scheduled = await typed(stream, 'TaskScheduled');
    await root.post('report', { flow: 'asks', execution: 'one', eventId: scheduled, kind: 'succeeded', output: '{}' });
    const last = await stream.first('execution', ({ status }) => status === 'Succeeded');
    assertWhole(stream);
    assert.ok(stream.history.length > id);
    assert.equal(last.data['lastEvent'], stream.history.length);
    assert.match(String(last.data['stoppedTime']), /^\d{4}-.*Z$/);
    for (const { name, id: eventId, data } of stream.events) {
      if (name === 'events') assert.equal(eventId, String((data['events'] as { id: number }[]).at(-1)?.id));
    }
  });

  it('continues at each event without gap and doubling', async () => {
    const names = ['A', 'B', 'C', 'D'];
    const states = names.map((Name, i) => ({ Type: 'Pass', Name, ...(i < 3 && { Next: names[i + 1] }) }));
    await createFlow(root, 'four', machine(...states));
    await start('four', 'one');
    const whole = await root.follow('four', 'one');
    await ended(whole);
    const count = whole.history.length;
    for (let from = 1; from <= count + 1; from++) {
      const stream = await root.follow('four', 'one', from);
      const state = await stream.first('execution');
      assert.deepEqual([stream.history.length, state.data['lastEvent']], [count + 1 - from, count], `from ${from}`);
      assertWhole(stream, from);
      assert.deepEqual(stream.history, whole.history.slice(from - 1));
      stream.close();
    }
  });

  it('begins anew for an id that the execution cannot have reached, or that is none', async () => {
    await createFlow(root, 'short', machine({ Type: 'Pass', Name: 'A' }));
    await start('short', 'one');
    const whole = await root.follow('short', 'one');
    await ended(whole);
    const odd = ['1000', '999999999999999999999', '1e9', '-5', '0', '', 'x', 'Infinity', 'NaN', '1.5', '0x10', ' 2'];
    for (const from of odd) {
      const stream = await root.stream({ flow: 'short', execution: 'one', from });
      await stream.first('execution');
      assert.deepEqual(stream.history, whole.history, from);
      stream.close();
    }
  });

  it('says that there is no such execution, and ends', async () => {
    await createFlow(root, 'empty', machine({ Type: 'Pass', Name: 'A' }));
    for (const [flow, execution] of [
      ['empty', 'none'],
      ['none', 'none'],
      ['empty', '01234567-89ab-4def-8123-456789abcdef'],
      ['empty', 'x:01234567-89ab-4def-8123-456789abcdef'],
    ] as const) {
      const stream = await root.follow(flow, execution);
      await stream.first('absent');
      await stream.ended;
      assert.deepEqual(
        stream.events.map(({ name }) => name),
        ['absent'],
      );
    }
    for (const execution of ['\0', '你好🙂', 'x'.repeat(10_000), '../x', "'; --", '%00', '\ud800']) {
      await assert.rejects(root.follow('empty', execution), new Refusal(400), execution);
      await assert.rejects(root.follow(execution, 'x'), new Refusal(400), execution);
    }
    await assert.rejects(root.follow('', 'x'), new Refusal(400));
    await assert.rejects(root.stream({}), new Refusal(400));
    await assert.rejects(root.stream({ flow: 'empty' }), new Refusal(400));
  });

  it('ends with the deletion of the flow, of an execution that has ended too', async () => {
    await createFlow(root, 'gone', machine({ Type: 'Pass', Name: 'A' }));
    await start('gone', 'one');
    const stream = await root.follow('gone', 'one');
    await ended(stream);
    await root.ok('DeleteFlow', { Name: 'gone' });
    await stream.first('absent');
    await stream.ended;
  });

  it('does not take an execution for another one of its name', async () => {
    const definition = machine(WAIT);
    await createFlow(root, 'again', definition);
    await start('again', 'one');
    const stream = await root.follow('again', 'one');
    await stream.first('execution');
    await root.ok('DeleteFlow', { Name: 'again' });
    await createFlow(root, 'again', definition);
    await start('again', 'one');
    await stream.first('absent');
    await stream.ended;
    assertWhole(stream);
  });

  it('shows a stop and a redrive', async () => {
    await createFlow(root, 'waits', machine(WAIT));
    await start('waits', 'one');
    const stream = await root.follow('waits', 'one');
    await stream.first('execution', ({ status }) => status === 'Running');
    await root.ok('StopExecution', { FlowName: 'waits', ExecutionName: 'one' });
    await stream.first('execution', ({ status }) => status === 'Stopped');
    await root.ok('RedriveExecution', { FlowName: 'waits', ExecutionName: 'one' });
    await stream.until((events) => {
      const states = events.flatMap(({ name, data }) => (name === 'execution' ? [data['status']] : []));
      return states.at(-1) === 'Running' && states.includes('Stopped') ? true : undefined;
    });
    await root.ok('StopExecution', { FlowName: 'waits', ExecutionName: 'one' });
    await typed(stream, 'ExecutionStopped', 1);
    assertWhole(stream);
  });

  it('carries the variables of GlobalConstructor, with masks', async () => {
    const count = { Type: 'Pass', Name: 'Count', GlobalConstructor: { 'auth.$': '$Input', long: 1 } };
    await createFlow(root, 'globals', machine(count));
    await start('globals', 'one', '{"Authorization":"Bearer s3cr3t","id":12345678901234567890}');
    const stream = await root.follow('globals', 'one');
    await ended(stream);
    assert.deepEqual(
      stream.history.flatMap(({ type, global }) => (global === undefined ? [] : [[type, global]])),
      [['StateSucceeded', '{"auth":{"Authorization":"•••authorization•••","id":12345678901234567890},"long":1}']],
    );
    const { Events } = await root.ok('GetExecutionHistory', { FlowName: 'globals', ExecutionName: 'one' });
    assert.ok(!JSON.stringify(Events).includes('global'));
  });

  it('shows an Express execution while it runs', async (t) => {
    const service = await startHeld(t);
    const call = {
      ...{ Type: 'Task', Name: 'Call', Action: 'HTTP:Request' },
      Parameters: { url: service.url, method: 'GET' },
    };
    await createFlow(root, 'quick', machine(call), 'Express');
    const other = await signedIn(t, server);
    const list = await root.stream({ list: '1', flow: 'quick' });
    await list.first('hello');
    const running = other.ok('StartSyncExecution', { FlowName: 'quick' });
    const change = await list.first('changes');
    const [started] = change.data['changes'] as { execution: string; mode: string }[];
    const execution = started?.execution ?? '';
    assert.equal(started?.mode, 'Express');
    const stream = await root.follow('quick', execution);
    await typed(stream, 'TaskScheduled');
    await stream.first('execution', ({ status }) => status === 'Running');
    service.release();
    assert.equal((await running)['Status'], 'Succeeded');
    await stream.first('execution', ({ status }) => status === 'Succeeded');
    assertWhole(stream);
  });

  it('brings 5,000 events in order, in few messages', async () => {
    const items = Array.from({ length: 1_700 }, (_, i) => i);
    const map = {
      ...{ Type: 'Map', Name: 'Each', ItemsPath: '$Input.items', MaxConcurrency: 40 },
      Processor: { StartAt: 'One', States: [{ Type: 'Pass', Name: 'One', End: true }] },
    };
    await createFlow(root, 'many', machine(map));
    await start('many', 'one', JSON.stringify({ items }));
    const live = await root.follow('many', 'one');
    await ended(live);
    assert.ok(live.history.length > 5_000, `${live.history.length} events`);
    assertWhole(live);
    const later = await root.follow('many', 'one');
    await later.first('execution');
    assert.deepEqual(later.history, live.history);
    assert.ok(later.events.length < 60, `${later.events.length} messages`);
  });

  it('brings large events a few at a time, and waits for a slow reader', async (t) => {
    const text = 'x'.repeat(500_000);
    const names = Array.from({ length: 20 }, (_, i) => `S${i}`);
    const states = names.map((Name, i) => ({ Type: 'Pass', Name, ...(i < 19 && { Next: names[i + 1] }) }));
    await createFlow(root, 'large', machine(...states));
    await start('large', 'one', JSON.stringify({ text }));
    const whole = await root.follow('large', 'one');
    await ended(whole);
    const bytes = whole.history.reduce((sum, { detail }) => sum + detail.length, 0);
    assert.ok(bytes > 25_000_000, `${bytes}`);
    assertWhole(whole);
    for (const { data } of whole.events) {
      assert.ok(((data['events'] ?? []) as unknown[]).length <= 50);
    }

    const before = await memory();
    const slow = await Promise.all(Array.from({ length: 40 }, () => openRaw(t, '?flow=large&execution=one')));
    await root.ok('DescribeExecution', { FlowName: 'large', ExecutionName: 'one' });
    const after = await memory();
    // All of the history for each reader would be more than a gigabyte.
    assert.ok(after - before < 400_000_000, `${(after - before) / 1e6} MB`);
    for (const socket of slow) socket.destroy();
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});

describe('the stream of a Map run', () => {
  const distributed = (state: Record<string, unknown>) => ({
    ...{ Type: 'Map', Name: 'Each', ItemsPath: '$Input.items', ProcessorConfig: { ExecutionMode: 'Standard' } },
    ...{ MaxConcurrency: 2, Processor: { StartAt: 'One', States: [{ ...state, Name: 'One', End: true }] } },
  });

  async function runOf(flow: string, execution: string): Promise<Record<string, string>> {
    const stream = await root.follow(flow, execution);
    const event = await stream.until(() => stream.history.find(({ type }) => type === 'MapRunStarted'));
    stream.close();
    const { output } = JSON.parse(event.detail) as { output: { MapRunName: string } };
    return { flow, execution, mapRun: output.MapRunName };
  }

  const counts = ({ data }: { readonly data: Record<string, unknown> }) => data['ItemCounts'] as Record<string, number>;

  it('says how far it is, at first and after each change, as DescribeMapRun does', async () => {
    await createFlow(root, 'each-waits', machine(distributed({ Type: 'Wait', Seconds: 300 })));
    await start('each-waits', 'one', '{"items":[1,2,3]}');
    const query = await runOf('each-waits', 'one');
    const names = { FlowName: 'each-waits', ExecutionName: 'one', MapRunName: query['mapRun'] ?? '' };
    const stream = await root.stream(query);
    await stream.first('mapRun', ({ ItemCounts }) => (ItemCounts as { Running: number }).Running === 2);
    const { Executions } = await root.ok('ListExecutions', { FlowName: 'each-waits', MapRunName: names.MapRunName });
    const [child] = (Executions as { Name: string }[]).map(({ Name }) => Name);
    await root.ok('StopExecution', { FlowName: 'each-waits', ExecutionName: String(child) });
    await stream.first('mapRun', ({ Status }) => Status === 'Failed');
    assert.equal(counts(stream.events.at(-1) ?? { data: {} })['Failed'], 1);

    await start('each-waits', 'two', '{"items":[1,2,3]}');
    const second = { ...(await runOf('each-waits', 'two')) };
    const other = await root.stream(second);
    const of = { FlowName: 'each-waits', ExecutionName: 'two', MapRunName: second['mapRun'] ?? '' };
    await root.ok('UpdateMapRun', { ...of, Concurrency: '3' });
    await other.first('mapRun', ({ ItemCounts }) => (ItemCounts as { Running: number }).Running === 3);
    const { RequestId: _, ...described } = await root.ok('DescribeMapRun', of);
    assert.deepEqual(other.events.at(-1)?.data, described);
    await root.ok('StopExecution', { FlowName: 'each-waits', ExecutionName: 'two' });
    await other.first('mapRun', ({ Status }) => Status === 'Aborted');
    await root.ok('DeleteFlow', { Name: 'each-waits' });
    await Promise.all([stream.first('absent'), other.first('absent'), stream.ended, other.ended]);
  });

  it('gathers the ends of many items', async () => {
    await createFlow(root, 'each-ends', machine({ ...distributed({ Type: 'Pass' }), MaxConcurrency: 50 }));
    await start('each-ends', 'one', JSON.stringify({ items: Array.from({ length: 400 }, (_, i) => i) }));
    const stream = await root.stream(await runOf('each-ends', 'one'));
    const last = await stream.first('mapRun', ({ Status }) => Status === 'Succeeded');
    assert.deepEqual([counts(last)['Succeed'], counts(last)['Total']], [400, 400]);
    assert.ok(stream.events.length < 100, `${stream.events.length} messages`);
  });

  it('says that there is none, and refuses what can be none', async () => {
    await createFlow(root, 'no-map', machine({ Type: 'Pass', Name: 'A' }));
    await start('no-map', 'one');
    for (const execution of ['one', 'two']) {
      const stream = await root.stream({ flow: 'no-map', execution, mapRun: 'none' });
      await stream.first('absent');
      await stream.ended;
    }
    await assert.rejects(root.stream({ flow: 'no map', execution: 'one', mapRun: 'none' }), new Refusal(400));
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});

/** Resident memory of the server's process. */
async function memory(): Promise<number> {
  const { Processes } = await root.ok('DescribeSystem');
  return (Processes as { ResidentMemory: number }[]).reduce((sum, each) => sum + each.ResidentMemory, 0);
}

/** A stream on a connection that reads nothing after its head. */
async function openRaw(t: { after(work: () => void): void }, query: string, times = 1): Promise<Socket> {
  const { hostname, port, host } = new URL(root.url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  const lines = Object.entries({ host, ...root.headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /console/stream${query} HTTP/1.1\r\n${lines.join('')}\r\n`.repeat(times));
  await new Promise<void>((resolve, reject) => {
    socket.once('data', () => {
      socket.pause();
      resolve();
    });
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
  return socket;
}

/** A service whose answers wait until the test releases them. */
async function startHeld(t: { after(work: () => unknown): void }): Promise<Service & { release(): void }> {
  const released = Promise.withResolvers<void>();
  const service = await startService(t, (_request, _body, response) => {
    void released.promise.then(() => answerJson(response, {}));
  });
  return { ...service, release: released.resolve };
}

describe('the stream of lists', () => {
  it('begins with the life of the server, and shows starts, ends and flows', async () => {
    const stream = await root.stream({ list: '1' });
    const hello = await stream.first('hello');
    assert.match(String(hello.data['server']), /^[\da-f-]{36}$/);
    assert.equal(stream.events[0]?.name, 'hello');
    /** Waits until the stream has named the flow so often. */
    const named = (times: number): Promise<true> =>
      stream.until((events) => {
        const flows = events.flatMap(({ name, data }) => (name === 'flows' ? (data['flows'] as string[]) : []));
        return flows.filter((each) => each === 'listed').length >= times || undefined;
      });
    await createFlow(root, 'listed', machine({ Type: 'Pass', Name: 'A' }));
    await named(1);
    await start('listed', 'one');
    const changes = await stream.until((events) => {
      const all = events.flatMap(({ name, data }) =>
        name === 'changes' ? (data['changes'] as { flow: string }[]) : [],
      );
      const own = all.filter(({ flow }) => flow === 'listed');
      return own.length >= 2 ? own : undefined;
    });
    assert.partialDeepStrictEqual(changes, [
      { flow: 'listed', execution: 'one', mode: 'Standard', status: 'Running' },
      { flow: 'listed', execution: 'one', mode: 'Standard', status: 'Succeeded' },
    ]);
    await root.ok('CreateSchedule', {
      FlowName: 'listed',
      ScheduleName: 's',
      CronExpression: '0 0 3 1 1 ?',
      Payload: '{}',
    });
    await named(2);
    await root.ok('PublishFlowVersion', { FlowName: 'listed' });
    await named(3);
  });

  it('says that there are other messages', async () => {
    const { TaskMode: _, ...sends } = ASK;
    await createFlow(root, 'sends', machine(sends), 'Express');
    const [all, ofFlow] = await Promise.all([root.stream({ list: '1' }), root.stream({ list: '1', flow: 'sends' })]);
    await Promise.all([all.first('hello'), ofFlow.first('hello')]);
    await root.ok('StartSyncExecution', { FlowName: 'sends' });
    await all.first('messages');
    await ofFlow.first('changes');
    assert.ok(ofFlow.events.every(({ name }) => name !== 'messages'));
  });

  it('is of one flow, if it names one', async () => {
    await createFlow(root, 'this', machine({ Type: 'Pass', Name: 'A' }));
    await createFlow(root, 'that', machine({ Type: 'Pass', Name: 'A' }));
    const stream = await root.stream({ list: '1', flow: 'this' });
    await stream.first('hello');
    await start('that', 'one');
    await start('this', 'one');
    await stream.first('changes', ({ changes }) => JSON.stringify(changes).includes('Succeeded'));
    assert.ok(!JSON.stringify(stream.events).includes('that'));
  });

  it('gathers changes, and counts those that it leaves out', async (t) => {
    await createFlow(root, 'burst', machine({ Type: 'Pass', Name: 'A' }), 'Express');
    const stream = await root.stream({ list: '1', flow: 'burst' });
    await stream.first('hello');
    const visitor = await signedIn(t, server, ROOT_KEY, { sockets: 30 });
    await Promise.all(Array.from({ length: 1_500 }, () => visitor.ok('StartSyncExecution', { FlowName: 'burst' })));
    const total = (): number =>
      stream.events.reduce(
        (sum, { name, data }) =>
          name === 'changes' ? sum + (data['changes'] as unknown[]).length + Number(data['lost']) : sum,
        0,
      );
    await stream.until(() => (total() === 3_000 ? true : undefined));
    assert.ok(stream.events.every(({ data }) => ((data['changes'] ?? []) as unknown[]).length <= 200));
  });

  it('leaves no defect', () => assert.deepEqual(faultsIn(server), []));
});

describe('streams', () => {
  it('are 256 at most, and each that ends makes room, however it ends', async (t) => {
    const one = await startServer(t);
    const visitor = await signedIn(t, one);
    const open = await Promise.all(Array.from({ length: 256 }, () => visitor.stream({ list: '1' })));
    await assert.rejects(visitor.stream({ list: '1' }), new Refusal(429));
    assert.equal((await visitor.get('stream?list=1')).headers['retry-after'], '2');
    open[0]?.close();
    for (;;) {
      const next = await visitor.stream({ list: '1' }).catch((error: unknown) => error as Refusal);
      if (!(next instanceof Error)) break;
      assert.equal(next.status, 429);
    }
    for (const each of open) each.close();
    assert.deepEqual(faultsIn(one), []);
  });

  it('that wait behind another one on their connection end with it', async (t) => {
    for (let i = 0; i < 30; i++) (await openRaw(t, '?list=1', 14)).destroy();
    const open: OpenStream[] = [];
    for (let i = 0; i < 200; ) {
      const next = await root.stream({ list: '1' }).catch((error: unknown) => error as Refusal);
      if (next instanceof Error) {
        assert.equal(next.status, 429);
        continue;
      }
      open.push(next);
      i++;
    }
    for (const each of open) each.close();
    assert.deepEqual(faultsIn(server), []);
  });

  it('end with their session, and those of other sessions do not', async (t) => {
    const visitor = await signedIn(t, server);
    const other = await signedIn(t, server);
    const [list, execution, kept] = await Promise.all([
      visitor.stream({ list: '1' }),
      visitor.follow('asks', 'one'),
      other.stream({ list: '1' }),
    ]);
    await execution.first('execution');
    await visitor.ask({ method: 'DELETE', path: '/console/session' });
    await Promise.all([list.ended, execution.ended]);
    await createFlow(root, 'after-logout', machine({ Type: 'Pass', Name: 'A' }));
    await kept.first('flows', ({ flows }) => (flows as string[]).includes('after-logout'));
  });

  it('do not delay the end of the server, and neither do readers that do not read', async (t) => {
    const one = await startServer(t, { settings: 'shutdown: 1h\nlimits: { stateData: 1MiB, input: 1MiB }\n' });
    const visitor = await signedIn(t, one);
    const states = ['A', 'B', 'C'].map((Name, i) => ({ Type: 'Pass', Name, ...(i < 2 && { Next: 'BC'[i] }) }));
    await createFlow(visitor, 'large', machine(...states));
    const names = { FlowName: 'large', ExecutionName: 'one' };
    await visitor.ok('StartExecution', { ...names, Input: JSON.stringify({ text: 'x'.repeat(900_000) }) });
    await visitor.ok('DescribeExecution', { ...names, WaitTimeSeconds: '30' });
    const list = await visitor.stream({ list: '1' });
    const execution = await visitor.follow('large', 'one');
    await execution.first('execution');
    const shared = root;
    root = visitor;
    try {
      for (let i = 0; i < 5; i++) await openRaw(t, '?flow=large&execution=one');
    } finally {
      root = shared;
    }
    const end = await one.stop();
    assert.equal(end.code, 0);
    await Promise.all([list.ended, execution.ended]);
    assert.deepEqual(faultsIn(one), []);
  });
});
