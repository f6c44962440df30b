/** A server with two workers: one port, one store and one set of flows for the callers of both. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { ROOT_KEY, runMillrace } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { formOf, signRpc } from '../support/signed-request.ts';
import { callerOfEach, createFlow, linesOf, logLine, machine, openCaller, pidOf, startWithWorkers } from './support.ts';
import type { Caller, Reply } from './support.ts';

const PASS = machine({ Type: 'Pass', Name: 'A' });
const LONG = '{"long":12345678901234567890}';

async function twoCallers(...given: Parameters<typeof callerOfEach>): Promise<[Caller, Caller]> {
  const callers = await callerOfEach(...given);
  return [callers.get(1) as Caller, callers.get(2) as Caller];
}

describe('a server with two workers', () => {
  it('spreads connections evenly, and each worker runs Express flows', async (t) => {
    const server = await startWithWorkers(t);
    const callers = Array.from({ length: 6 }, () => openCaller(t, server));
    await createFlow(callers[0] as Caller, 'flow', PASS);
    const workers: number[] = [];
    for (const caller of callers) {
      const { body } = await caller.call('StartSyncExecution', { FlowName: 'flow', Input: LONG });
      assert.equal(body['Output'], LONG);
      workers.push(await caller.worker());
    }
    assert.deepEqual(workers.sort(), [1, 1, 1, 2, 2, 2]);
    const started = linesOf(server).filter(({ msg }) => msg === 'an execution started');
    assert.deepEqual(new Set(started.map(({ worker }) => worker)), new Set([1, 2]));
  });

  it('has one set of Standard executions, with one call of the main process for each call', async (t) => {
    const server = await startWithWorkers(t, { env: { MILLRACE_STORE: 'sqlite' } });
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'standard', PASS, 'Standard');
    const names = { FlowName: 'standard', ExecutionName: 'first' };
    const started = await other.call('StartExecution', { ...names, Input: LONG });
    assert.equal(started.status, 200);
    const ended = await one.call('DescribeExecution', { ...names, WaitTimeSeconds: '30' });
    assert.deepEqual([ended.body['Status'], ended.body['Output']], ['Succeeded', LONG]);
    const history = await other.call('GetExecutionHistory', names);
    assert.ok(JSON.stringify(history.body['Events']).includes('12345678901234567890'));
    const again = await one.call('StartExecution', names);
    assert.deepEqual([again.status, again.body['Code']], [400, 'ExecutionAlreadyExists']);
    const listed = await other.call('ListExecutions', { FlowName: 'standard' });
    assert.equal((listed.body['Executions'] as unknown[]).length, 1);
    const absent = await one.call('DescribeExecution', { ...names, ExecutionName: 'other' });
    assert.equal(absent.body['Code'], 'ExecutionNotExists');
  });

  it('ends a callback at any worker, once, with the token that another one has shown', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    const send = {
      ...{ Type: 'Task', Name: 'Ask', Action: 'MNS:SendMessage', TaskMode: 'WaitForCustomCallback', Timeout: 600 },
      Parameters: {
        resourceArn: 'acs:mns:::/queues/questions/messages',
        message: { 'token.$': '$Context.Current.TaskToken' },
      },
    };
    await createFlow(one, 'asks', machine(send), 'Standard');
    const names = { FlowName: 'asks', ExecutionName: 'first' };
    await one.call('StartExecution', names);
    const token = await tokenOf(other, one, names);
    const report = { TaskToken: token, Output: '{"ok":true}' };
    const reports = await Promise.all([one, other].map((caller) => caller.call('ReportTaskSucceeded', report)));
    const codes = reports.map(({ body }) => body['Code'] ?? 'accepted').sort();
    assert.deepEqual(codes, ['TaskAlreadyCompleted', 'accepted']);
    const { body } = await other.call('DescribeExecution', { ...names, WaitTimeSeconds: '30' });
    assert.equal(body['Status'], 'Succeeded');
  });

  it('pushes a message that an Express flow in a worker sends, once', async (t) => {
    const pushed = Promise.withResolvers<string>();
    let pushes = 0;
    const service = await startService(t, (_, body, response) => {
      pushes++;
      answerJson(response, {});
      pushed.resolve(body);
    });
    const server = await startWithWorkers(t, { settings: `mns: {subscriptions: {news: "${service.url}"}}` });
    const [one] = await twoCallers(t, server);
    const send = {
      ...{ Type: 'Task', Name: 'Send', Action: 'MNS:SendMessage' },
      Parameters: { resourceArn: 'acs:mns:::/topics/news/messages', message: { text: 'hello' } },
    };
    await createFlow(one, 'sends', machine(send));
    const { body } = await one.call('StartSyncExecution', { FlowName: 'sends' });
    assert.equal(body['Status'], 'Succeeded');
    assert.match(await pushed.promise, /hello/);
    const ended = await server.stop();
    assert.deepEqual([ended.code, pushes], [0, 1]);
  });

  it('starts a Standard flow from an Express one in a worker', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'child', PASS, 'Standard');
    const start = {
      ...{ Type: 'Task', Name: 'Start', Action: 'FNF:StartExecution' },
      Parameters: { resourceArn: 'acs:fnf:::flow/child', executionName: 'from-express', input: { a: 1 } },
    };
    await createFlow(one, 'parent', machine(start));
    const parent = await other.call('StartSyncExecution', { FlowName: 'parent' });
    assert.equal(parent.body['Status'], 'Succeeded');
    const names = { FlowName: 'child', ExecutionName: 'from-express', WaitTimeSeconds: '30' };
    const { body } = await one.call('DescribeExecution', names);
    assert.equal(body['Output'], '{"a":1}');
  });

  it('has the health of the main process, and one line on standard output', async (t) => {
    const server = await startWithWorkers(t);
    for (const path of ['/healthz', '/readyz']) {
      const response = await fetch(`${server.url}${path}`);
      assert.equal(response.status, 200, path);
    }
    const ended = await server.stop();
    assert.deepEqual([ended.code, ended.stdout], [0, `millrace ready ${server.url}\n`]);
  });

  it('checks and converts definitions in each worker', async (t) => {
    const server = await startWithWorkers(t);
    const large = `${machine({ Name: 'P', Type: 'Pass' })}\n# ${'x'.repeat(100_000)}`;
    for (const caller of (await callerOfEach(t, server)).values()) {
      for (const text of [large, machine({ Name: 'P', Type: 'Pass' })]) {
        const { body } = await caller.call('CheckDefinition', { Definition: text });
        assert.match(String(body['Graph']), /"nodes":\[\{"index":0,"name":"P"/);
      }
      const asl = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Succeed' } } });
      const { body } = await caller.call('ConvertDefinition', { Definition: asl });
      assert.match(String(body['Definition']), /^Type: StateMachine$/m);
      assert.equal((await caller.call('DescribeLanguage')).status, 200);
    }
  });

  it('gives a caller that has ended its side of the connection the answer', async (t) => {
    const server = await startWithWorkers(t);
    const { port, host } = new URL(server.url);
    const body = formOf(signRpc(ROOT_KEY, { Action: 'DescribeRegions' }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(
      `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    let text = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    assert.match(text, /^HTTP\/1\.1 200 [^]*RequestId/);
  });

  it('serves HTTPS, and a worker resumes the TLS sessions of the other', async (t) => {
    const file = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));
    const server = await startWithWorkers(t, {
      env: { MILLRACE_TLS_CERT: file('certificate.pem'), MILLRACE_TLS_KEY: file('key.pem') },
    });
    const ca = readFileSync(file('certificate.pem'), 'utf8');
    const options = { host: '127.0.0.1', port: Number(new URL(server.url).port), ca, servername: 'localhost' };
    const first = tls.connect(options);
    t.after(() => first.destroy());
    const [session] = (await once(first, 'session')) as [Buffer];
    // The first connection is open, so the other worker gets the second one.
    const second = tls.connect({ ...options, session });
    t.after(() => second.destroy());
    await once(second, 'secureConnect');
    assert.ok(second.isSessionReused());
  });
});

describe('what the workers of a server share', () => {
  it('is the history of Express executions: each worker shows those of all', async (t) => {
    const held = Promise.withResolvers<ServerResponse>();
    const service = await startService(t, (_, __, response) => held.resolve(response));
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'flow', PASS);
    const names: unknown[] = [];
    for (const caller of [one, other, one, other]) {
      const { body } = await caller.call('StartSyncExecution', { FlowName: 'flow', Input: LONG });
      names.unshift(body['Name']);
    }
    for (const caller of [one, other]) {
      const { body } = await caller.call('ListExecutions', { FlowName: 'flow' });
      const listed = (body['Executions'] as { Name: string }[]).map(({ Name }) => Name);
      assert.deepEqual(listed.sort(), [...names].sort());
      for (const name of names) {
        const found = { FlowName: 'flow', ExecutionName: String(name) };
        assert.equal((await caller.call('DescribeExecution', found)).body['Output'], LONG);
        const history = await caller.call('GetExecutionHistory', found);
        assert.ok((history.body['Events'] as unknown[]).length > 2);
      }
    }
    const task = { Type: 'Task', Name: 'Call', Action: 'HTTP:Request', Parameters: { url: service.url } };
    await createFlow(one, 'calls', machine(task));
    const call = one.call('StartSyncExecution', { FlowName: 'calls', ExecutionName: 'long' });
    const response = await held.promise;
    const { body } = await other.call('ListExecutions', { FlowName: 'calls' });
    const [running] = body['Executions'] as { Name: string; Status: string }[];
    assert.equal(running?.Status, 'Running');
    const ended = other.call('DescribeExecution', {
      ...{ FlowName: 'calls', ExecutionName: String(running?.Name), WaitTimeSeconds: '30' },
    });
    answerJson(response, {});
    assert.equal((await ended).body['Status'], 'Succeeded');
    await call;
    await other.call('DeleteFlow', { Name: 'flow' });
    await createFlow(one, 'flow', PASS);
    const gone = await one.call('ListExecutions', { FlowName: 'flow' });
    assert.deepEqual(gone.body['Executions'], []);
  });

  it('is what nonces were used: a replayed request is refused, also by a worker that started later', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    const request = formOf(signRpc(ROOT_KEY, { Action: 'ListFlows' }));
    assert.equal((await one.send(request)).status, 200);
    assert.equal((await one.send(request)).body['Code'], 'SignatureNonceUsed');
    await isRefusedLater(one, other);
    // The earlier one has been shared before it.
    assert.equal((await other.send(request)).body['Code'], 'SignatureNonceUsed');
    process.kill(pidOf(server, 2), 'SIGKILL');
    await logLine(server, isReplacement);
    let third = openCaller(t, server);
    while ((await third.worker()) !== 3) third = openCaller(t, server);
    assert.equal((await third.send(request)).body['Code'], 'SignatureNonceUsed');
  });

  it('are the limits of Express executions', async (t) => {
    const released = Promise.withResolvers<void>();
    const service = await startService(t, (_, __, response) => {
      void released.promise.then(() => answerJson(response, {}));
    });
    const server = await startWithWorkers(t, { settings: 'limits: {concurrentExecutions: 6}' });
    const [one, other] = await twoCallers(t, server);
    const task = { Type: 'Task', Name: 'Call', Action: 'HTTP:Request', Parameters: { url: service.url } };
    await createFlow(one, 'calls', machine(task));
    const callers = Array.from({ length: 8 }, () => openCaller(t, server));
    const calls = callers.map((caller) => caller.call('StartSyncExecution', { FlowName: 'calls' }));
    const early = await firstOf(calls, 4);
    assert.ok(early.every(({ body }) => body['Code'] === 'ResourceThrottled'));
    assert.match(String(early[0]?.body['Message']), /limit is 6 .*share of this process, one of 3, is 2/);
    released.resolve();
    const all = await Promise.all(calls);
    assert.equal(all.filter(({ status }) => status === 200).length, 4);
    assert.equal((await other.call('ListFlows')).status, 200);
  });
});

describe('a change of a flow', () => {
  it('reaches every worker before it is answered', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'flow', versionOf(0));
    let answered = 0;
    let isOver = false;
    let starts = 0;
    const starting = [...Array.from({ length: 6 }, () => openCaller(t, server)), one].map(async (caller) => {
      while (!isOver) {
        const least = answered;
        const { body } = await caller.call('StartSyncExecution', { FlowName: 'flow' });
        const { version } = JSON.parse(String(body['Output'])) as { version: number };
        assert.ok(version >= least, `a start after the answer of update ${least} ran version ${version}`);
        starts++;
      }
    });
    const updating = (async () => {
      for (let version = 1; version <= 150 || starts < 2_000; version++) {
        const { status } = await other.call('UpdateFlow', { Name: 'flow', Definition: versionOf(version) });
        assert.equal(status, 200);
        answered = version;
      }
    })().finally(() => {
      isOver = true;
    });
    await Promise.all([updating, ...starting]);
  });

  it('reaches the plans of aliases and versions', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'flow', versionOf(1));
    await one.call('PublishFlowVersion', { FlowName: 'flow' });
    await one.call('UpdateFlow', { Name: 'flow', Definition: versionOf(2) });
    await other.call('PublishFlowVersion', { FlowName: 'flow' });
    const alias = { FlowName: 'flow', Name: 'live' };
    const route = (version: number): string => JSON.stringify([{ Version: String(version), Weight: 100 }]);
    await one.call('CreateFlowAlias', { ...alias, RoutingConfigurations: route(1) });
    const run = async (caller: Caller): Promise<unknown> => {
      const { body } = await caller.call('StartSyncExecution', { FlowName: 'flow', Qualifier: 'live' });
      return body['Output'] ?? body['Code'];
    };
    assert.deepEqual([await run(one), await run(other)], ['{"version":1}', '{"version":1}']);
    await other.call('UpdateFlowAlias', { ...alias, RoutingConfigurations: route(2) });
    assert.deepEqual([await run(one), await run(other)], ['{"version":2}', '{"version":2}']);
    await one.call('DeleteFlowAlias', alias);
    assert.deepEqual([await run(one), await run(other)], ['FlowAliasNotExists', 'FlowAliasNotExists']);
    await other.call('DeleteFlow', { Name: 'flow' });
    assert.deepEqual([await run(one), await run(other)], ['FlowNotExists', 'FlowNotExists']);
  });

  it('does not wait for a worker that hangs: it is ended and replaced', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'flow', versionOf(1));
    await other.call('StartSyncExecution', { FlowName: 'flow' });
    process.kill(pidOf(server, 2), 'SIGSTOP');
    const updated = await one.call('UpdateFlow', { Name: 'flow', Definition: versionOf(2) });
    assert.equal(updated.status, 200);
    await logLine(server, ({ number, msg }) => number === 2 && String(msg).includes('does not do what it has to'));
    await logLine(server, isReplacement);
    const late = await one.call('StartSyncExecution', { FlowName: 'flow' });
    assert.equal(late.body['Output'], '{"version":2}');
  });

  it('counts in one quota of flows', async (t) => {
    const server = await startWithWorkers(t, { settings: 'limits: {flows: 3}' });
    const [one, other] = await twoCallers(t, server);
    const creations = Array.from({ length: 8 }, (_, i) =>
      (i % 2 === 0 ? one : other).call('CreateFlow', {
        ...{ Name: `flow-${i}`, Type: 'FDL', ExecutionMode: 'Express', Description: '', Definition: PASS },
      }),
    );
    const statuses = (await Promise.all(creations)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 3);
  });
});

describe('a worker that dies', () => {
  it('loses its calls under way only, and is replaced', async (t) => {
    const held: { readonly path: string; readonly response: ServerResponse }[] = [];
    const arrived = Promise.withResolvers<void>();
    const service = await startService(t, (request, _, response) => {
      held.push({ path: String(request.url), response });
      if (held.length === 3) arrived.resolve();
    });
    const server = await startWithWorkers(t, { env: { MILLRACE_STORE: 'sqlite' } });
    const [one, other] = await twoCallers(t, server);
    const task = (path: string): string =>
      machine({ Type: 'Task', Name: 'Call', Action: 'HTTP:Request', Parameters: { url: `${service.url}/${path}` } });
    await createFlow(one, 'first', task('first'));
    await createFlow(one, 'second', task('second'));
    await createFlow(one, 'standard', task('standard'), 'Standard');
    const lost = one.call('StartSyncExecution', { FlowName: 'first' });
    const unaffected = other.call('StartSyncExecution', { FlowName: 'second' });
    const names = { FlowName: 'standard', ExecutionName: 'first' };
    await openCaller(t, server).call('StartExecution', names);
    await arrived.promise;
    process.kill(pidOf(server, 1), 'SIGKILL');
    await assert.rejects(lost);
    const ended = await logLine(server, ({ msg }) => String(msg).startsWith('a worker has ended'));
    assert.deepEqual([ended['number'], ended['signal'], ended['pauseMs']], [1, 'SIGKILL', 0]);
    await logLine(server, isReplacement);
    for (const { response } of held) answerJson(response, {});
    assert.equal((await unaffected).body['Status'], 'Succeeded');
    const { body } = await other.call('DescribeExecution', { ...names, WaitTimeSeconds: '30' });
    assert.equal(body['Status'], 'Succeeded');
    assert.equal(held.filter(({ path }) => path === '/standard').length, 1);
    const callers = Array.from({ length: 2 }, () => openCaller(t, server));
    const workers = await Promise.all(callers.map((caller) => caller.worker()));
    assert.ok(workers.includes(3), `new connections went to ${workers}`);
  });

  it('under load, fails only the calls of its own connections', async (t) => {
    const server = await startWithWorkers(t);
    const [one] = await twoCallers(t, server);
    await createFlow(one, 'flow', PASS);
    let isOver = false;
    let calls = 0;
    const failures: { readonly failed: number }[] = [];
    const load = Array.from({ length: 8 }, async () => {
      // Each call has a connection of its own half of the time: some are on their way to the worker when it dies.
      for (let i = 0; !isOver; i++) {
        const caller = openCaller(t, server);
        for (let each = 0; each < 2 && !isOver; each++) {
          try {
            const { status } = await caller.call('StartSyncExecution', { FlowName: 'flow' });
            assert.equal(status, 200);
            calls++;
          } catch (error) {
            assert.ok(['ECONNRESET', 'EPIPE'].includes(String((error as NodeJS.ErrnoException).code)), String(error));
            failures.push({ failed: i });
            break;
          }
        }
      }
    });
    const enough = async (more: number): Promise<void> => {
      const goal = calls + more;
      while (calls < goal) await openCaller(t, server).call('ListFlows');
    };
    await enough(200);
    process.kill(pidOf(server, 1), 'SIGKILL');
    await logLine(server, isReplacement);
    await enough(200);
    isOver = true;
    await Promise.all(load);
    assert.ok(failures.length <= 8, `${failures.length} calls failed`);
  });

  it('again and again is replaced later and later', async (t) => {
    const server = await startWithWorkers(t);
    const [, other] = await twoCallers(t, server);
    let [number, pid] = [1, pidOf(server, 1)];
    for (const pauseMs of [0, 250, 500]) {
      process.kill(pid, 'SIGKILL');
      const ended = await logLine(server, (line) => line['number'] === number && line['signal'] === 'SIGKILL');
      assert.deepEqual([ended['process'], ended['pauseMs']], [pid, pauseMs]);
      const known = number;
      const next = await logLine(server, (line) => isReplacement(line) && (line['number'] as number) > known);
      [number, pid] = [next['number'] as number, next['process'] as number];
    }
    assert.equal(number, 5);
    assert.equal((await other.call('ListFlows')).status, 200);
  });

  it('is replaced by one with the settings of the start, although their file has changed', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'settings.yaml');
    writeFileSync(file, 'region: cn-shanghai\n');
    const server = await startWithWorkers(t, { env: { MILLRACE_CONFIG: file } });
    const [one, other] = await twoCallers(t, server);
    await createFlow(one, 'flow', PASS);
    writeFileSync(file, 'region: [nothing');
    process.kill(pidOf(server, 1), 'SIGKILL');
    await logLine(server, isReplacement);
    const third = openCaller(t, server);
    const { body } = await third.call('DescribeRegions');
    assert.match(JSON.stringify(body), /cn-shanghai/);
    assert.equal((await other.call('ListFlows')).status, 200);
  });
});

describe('the end of a server with workers', () => {
  it('lets calls under way end, and exits with 0', async (t) => {
    const held = Promise.withResolvers<ServerResponse>();
    const service = await startService(t, (_, __, response) => held.resolve(response));
    const server = await startWithWorkers(t);
    const [one] = await twoCallers(t, server);
    const task = { Type: 'Task', Name: 'Call', Action: 'HTTP:Request', Parameters: { url: service.url } };
    await createFlow(one, 'calls', machine(task));
    const call = one.call('StartSyncExecution', { FlowName: 'calls' });
    const response = await held.promise;
    const ended = server.stop();
    await logLine(server, ({ msg }) => msg === 'stopping');
    answerJson(response, { late: true });
    assert.equal((await call).body['Status'], 'Succeeded');
    const { code } = await ended;
    assert.equal(code, 0);
  });

  it('ends the workers when the main process is killed', async (t) => {
    const server = await startWithWorkers(t);
    await callerOfEach(t, server);
    // Its output ends when no process has it open any more, so the workers have ended too.
    assert.equal((await server.kill()).signal, 'SIGKILL');
  });

  it('is for the main process: a signal to a worker alone changes nothing', async (t) => {
    const server = await startWithWorkers(t);
    const [one, other] = await twoCallers(t, server);
    for (const worker of [1, 2]) process.kill(pidOf(server, worker), 'SIGINT');
    assert.equal((await one.call('ListFlows')).status, 200);
    assert.equal((await other.call('ListFlows')).status, 200);
    assert.equal((await server.stop()).code, 0);
  });
});

describe('a server with workers that cannot start', () => {
  it('says in a sentence that the port is in use', async (t) => {
    const server = await startWithWorkers(t);
    const env = {
      MILLRACE_LISTEN: new URL(server.url).host,
      MILLRACE_DATA: temporaryFolder(t),
      MILLRACE_STORE: 'memory',
      MILLRACE_WORKERS: '2',
    };
    const { code, stderr } = await runMillrace(['serve'], { env });
    assert.equal(code, 1);
    assert.match(stderr, /millrace: cannot serve on .*in use/);
  });

  it('says that a worker is no command for people', async () => {
    const { code, stderr } = await runMillrace(['worker', '1']);
    assert.equal(code, 2);
    assert.match(stderr, /start it with "millrace serve"/);
  });
});

function isReplacement({ msg }: Readonly<Record<string, unknown>>): boolean {
  return String(msg).includes('serves in place of one');
}

function versionOf(version: number): string {
  return machine({ Type: 'Pass', Name: 'A', OutputConstructor: { version } });
}

/** The token of the only task that has sent a message. */
async function tokenOf(caller: Caller, starter: Caller, names: Readonly<Record<string, string>>): Promise<string> {
  for (;;) {
    const { body } = await caller.call('ListMessages', {});
    const [message] = (body['Messages'] ?? []) as Readonly<Record<string, unknown>>[];
    if (message !== undefined) return (JSON.parse(String(message['MessageBody'])) as { token: string }).token;
    await starter.call('DescribeExecution', { ...names, WaitTimeSeconds: '1' });
  }
}

/** Resolves when a request that one worker has accepted is refused by the other a second later. */
async function isRefusedLater(one: Caller, other: Caller): Promise<void> {
  for (;;) {
    const request = formOf(signRpc(ROOT_KEY, { Action: 'ListFlows' }));
    await one.send(request);
    const sentMs = performance.now();
    while (performance.now() - sentMs < 1_000) await other.call('DescribeRegions');
    // A machine that is busy may need longer than the second.
    if ((await other.send(request)).body['Code'] === 'SignatureNonceUsed') return;
  }
}

/** The first results of these calls. */
function firstOf(calls: readonly Promise<Reply>[], count: number): Promise<readonly Reply[]> {
  return new Promise((resolve, reject) => {
    const replies: Reply[] = [];
    for (const call of calls) {
      call.then((reply) => {
        replies.push(reply);
        if (replies.length === count) resolve(replies);
      }, reject);
    }
  });
}
