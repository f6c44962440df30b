/** A server that may open few files: callers take what is theirs, and Standard executions start and call all the same. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { atEnd } from '../../src/testing/clean-up.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { ROOT_KEY, startServer } from '../../src/testing/server-process.ts';
import { callRpc } from '../support/signed-request.ts';

const CONNECTIONS = 400;

test('strangers with heads that never end do not use up the descriptors of the store and of tasks', async (t) => {
  const service = await startService(t, (_request, _body, response) => answerJson(response, {}));
  const server = await startServer(t, { openFiles: 160 });
  const port = Number(new URL(server.url).port);
  const strangers: Socket[] = [];
  atEnd(t, () => {
    for (const socket of strangers) socket.destroy();
  });
  for (let i = 0; i < CONNECTIONS; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    strangers.push(socket);
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nx: ');
  }
  const items = Array.from({ length: 60 }, (_, i) => i);
  const Definition = JSON.stringify({
    Type: 'StateMachine',
    SpecVersion: 'v1',
    StartAt: 'M',
    States: [
      {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.items',
        End: true,
        Processor: {
          StartAt: 'C',
          States: [
            {
              Type: 'Task',
              Name: 'C',
              Action: 'HTTP:Request',
              Parameters: { url: service.url, method: 'GET' },
              End: true,
            },
          ],
        },
      },
    ],
  });
  const call = async (Action: string, more: Record<string, string>): Promise<Record<string, unknown>> => {
    const reply = await callRpc(server.url, ROOT_KEY, { Action, ...more });
    assert.equal(reply.status, 200, reply.text);
    return reply.json();
  };
  await call('CreateFlow', { Name: 'f', Type: 'FDL', ExecutionMode: 'Standard', Description: 'd', Definition });
  const starts = Array.from({ length: 10 }, (_, i) =>
    call('StartExecution', { FlowName: 'f', ExecutionName: `e${i}`, Input: JSON.stringify({ items }) }),
  );
  await Promise.all(starts);
  for (let i = 0; i < 10; i++) {
    const done = await call('DescribeExecution', { FlowName: 'f', ExecutionName: `e${i}`, WaitTimeSeconds: '60' });
    assert.equal(done['Status'], 'Succeeded', JSON.stringify(done));
  }
  assert.match(server.stderr(), /http\.maxConnections/);
  assert.doesNotMatch(server.stderr(), /EMFILE|"level":50/);
});
