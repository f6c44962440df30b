/** Flows that wait for people. The token is in a message of a topic, which the server itself pushes, or in the event of a function. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import type { Service } from '../../src/testing/http-service.ts';
import { startClassicServer } from './support.ts';
import type { ClassicServer } from './support.ts';
import { fileEnd } from '../support/at-end.ts';

type Value = Record<string, unknown>;

let server: ClassicServer;
let desk: Service;
/** The answers of the desk, by the id of the order or by the step. Each request gets the next one. */
const answers = new Map<string, Value[]>();

const report = async (taskToken: unknown, { error, ...output }: Value): Promise<void> => {
  const token = { TaskToken: taskToken };
  if (error === undefined) await server.client.call('ReportTaskSucceeded', { ...token, Output: output });
  else await server.client.call('ReportTaskFailed', { ...token, Error: error, Cause: 'as the desk says' });
};

before(async () => {
  desk = await startService(fileEnd, (_request, body, response) => {
    answerJson(response, {});
    const { taskToken, token, order, step } = JSON.parse(body) as Value;
    const answer = answers.get(order === undefined ? String(step) : (order as { id: string }).id)?.shift();
    if (answer !== undefined) void report(taskToken ?? token, answer);
  });
  server = await startClassicServer(fileEnd, ['desk'], `mns: { subscriptions: { approvals: "${desk.url}/topic" } }\n`);
  await server.create('approval');
  await server.create('ask');
});

describe('an approval by a message of a topic', () => {
  const order = (id: string, total: number, ...said: Value[]): Value => {
    answers.set(id, said);
    return { order: { id, total } };
  };

  it('is requested only above the limit', async () => {
    const { output, steps } = await server.trace('Standard', 'approval', order('small', 100));
    assert.deepEqual([output, steps], [{ shipped: true }, ['large', 'ship']]);
  });

  it('ends the wait with the output of the report', async () => {
    const end = await server.run('Standard', 'approval', order('big', 500, { status: 'Approved', by: 'Ada' }));
    assert.deepEqual(end.output, { approvedBy: 'Ada', status: 'Approved', shipped: true });
  });

  it('is requested again while the answer is not final, and a missing member is null', async () => {
    const said = [{ status: 'Pending', by: 'Bob' }, { status: 'Approved' }];
    const { output, steps } = await server.trace('Standard', 'approval', order('slow', 500, ...said));
    assert.deepEqual(output, { approvedBy: null, status: 'Approved', shipped: true });
    assert.deepEqual(steps, ['large', 'ask', 'decided', 'ask', 'decided', 'ship']);
  });

  it('is caught when it is refused', async () => {
    const end = await server.run('Standard', 'approval', order('dear', 9000, { error: 'RefusedError' }));
    assert.deepEqual(end.output, { status: 'refused', why: 'as the desk says', shipped: false });
  });

  it('fails the flow when it fails in another way', async () => {
    const end = await server.run('Standard', 'approval', order('odd', 9000, { error: 'DeskClosed' }));
    assert.deepEqual(end, { status: 'Failed', output: null, error: 'DeskClosed' });
  });
});

describe('a token in the event of a function', () => {
  it('belongs to its step, and a report ends its branch', async () => {
    answers.set('askLegal', [{ answer: 'yes' }]);
    answers.set('askFinance', [{ error: 'AskAgain' }, { answer: 'yes' }]);
    const end = await server.run('Standard', 'ask', { desk: desk.url });
    assert.deepEqual(end.output, { answers: ['yes', 'yes'] });
  });

  it('can be reported with a refusal, which fails the flow', async () => {
    answers.set('askLegal', [{ answer: 'no' }]);
    answers.set('askFinance', [{ answer: 'yes' }]);
    const end = await server.run('Standard', 'ask', { desk: desk.url });
    assert.deepEqual(end, { status: 'Failed', output: null, error: 'NotAgreed' });
  });
});
