/** The commands of README.md, typed in as a reader types them, show what it says. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../support/at-end.ts';
import { hasCurl, Page, printedWaits, Typist, withoutTimes } from './typed-page.ts';

const README = new Page('README.md');

describe('the commands of the README', { skip: hasCurl ? false : 'curl is not installed' }, () => {
  let typist: Typist;

  before(async () => {
    typist = await Typist.start(fileEnd);
  });

  it('run an Express flow', async () => {
    const lines = README.linesBelow('Start');
    assert.match(await typist.typeLine(lines, 'CreateFlow'), /"Name":"hello"/);
    const reply = JSON.parse(await typist.typeLine(lines, 'StartSyncExecution')) as Record<string, string>;
    const printed = /^\{"RequestId".*\}$/m.exec(README.text)?.[0] ?? '';
    const shown = JSON.parse(printed) as Record<string, string>;
    assert.deepEqual(Object.keys(reply), Object.keys(shown));
    for (const member of ['FlowName', 'Status', 'Output']) assert.equal(reply[member], shown[member], member);
  });

  it('call any action with the key of the environment', async () => {
    const lines = README.linesBelow('With authentication');
    const key = lines.filter((line) => line.startsWith('export '))[1] as string;
    const call = lines.find((line) => line.includes('millrace call')) as string;
    assert.match(await typist.type(`${key} && ${call}`), /Hello, Ada!/);
  });

  it('run a Standard flow, say what it waits for, report its task, read how it ended and redrive another', async () => {
    const lines = README.linesBelow('Standard flows');
    assert.ok(lines.includes('npx node examples/approver.mjs'));
    assert.match(await typist.typeLine(lines, 'CreateFlow'), /"ExecutionMode":"Standard"/);
    assert.match(await typist.typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    await typist.whenCalled('approval', 'order-1');
    assert.equal(withoutTimes(await typist.typeLine(lines, 'millrace why')), printedWaits(README));
    assert.match(await typist.typeLine(lines, 'ReportTaskSucceeded'), /"EventId":6/);
    const ended = JSON.parse(await typist.typeLine(lines, 'DescribeExecution')) as Record<string, string>;
    assert.equal(ended['Status'], 'Succeeded');
    assert.ok(README.text.includes(`\`${ended['Output']}\``), ended['Output']);
    assert.match(await typist.typeLine(lines, 'GetExecutionHistory'), /"ExecutionSucceeded"/);

    const start = lines.find((line) => line.includes('StartExecution')) as string;
    await typist.type(start.replace('order-1', 'order-2'));
    await typist.type(
      `curl -s 'http://127.0.0.1:7780/?Action=StopExecution&Version=2019-03-15' -d FlowName=approval -d ExecutionName=order-2`,
    );
    assert.equal(await typist.typeLine(lines, 'millrace redrive'), 'order-2 of approval is Running again.\n');
  });

  it('run a Map over a file', async () => {
    const lines = README.linesBelow('A Map over a file');
    assert.match(await typist.typeLine(lines, 'CreateFlow'), /"Name":"orders"/);
    assert.match(await typist.typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    const ended = JSON.parse(await typist.typeLine(lines, 'DescribeExecution')) as Record<string, string>;
    assert.equal(ended['Status'], 'Succeeded');
    assert.ok(README.text.includes(`\`${ended['Output']}\``), ended['Output']);
  });

  it('run a classic flow that sends a message', async () => {
    const lines = README.linesBelow('Classic flows, queues and topics');
    assert.match(await typist.typeLine(lines, 'CreateFlow'), /"Name":"classic-approval"/);
    assert.match(await typist.typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    await typist.whenCalled('classic-approval', 'order-1');
    const shown = await typist.typeLine(lines, 'millrace messages');
    const token = /"token":"([\w-]+)"/.exec(shown)?.[1];
    assert.ok(token !== undefined, shown);
    const report = README.linesBelow('Standard flows').find((line) => line.includes('ReportTaskSucceeded')) as string;
    assert.match(await typist.type(report.replace(/TaskToken=\$\(.*?\)/, `TaskToken=${token}`)), /"EventId":6/);
  });

  it('check and run definitions without a server', async () => {
    const lines = README.linesBelow('Without a server');
    // Without errors `validate` prints no line on standard output and ends with 0.
    assert.equal(await typist.typeLine(lines, 'millrace validate examples/hello.yaml'), '');
    assert.equal(await typist.typeLine(lines, 'validate --mode standard'), '');
    assert.match(await typist.typeLine(lines, 'millrace run'), /Hello, Ada!/);
    assert.match(await typist.typeLine(lines, 'millrace convert'), /^Type: StateMachine$/m);
  });
});
