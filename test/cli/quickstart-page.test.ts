/** The commands of docs/quickstart.md, typed in from its beginning to its end, show what it says. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../support/at-end.ts';
import { hasCurl, Page, printedWaits, Typist, withoutTimes } from './typed-page.ts';

const PAGE = new Page('docs/quickstart.md');

describe('the commands of the quickstart', { skip: hasCurl ? false : 'curl is not installed' }, () => {
  let typist: Typist;

  before(async () => {
    typist = await Typist.start(fileEnd);
  });

  it('run, check and update an Express flow', async () => {
    const lines = PAGE.linesBelow('Run an Express flow');
    assert.match(await typist.typeLine(lines, 'CreateFlow'), /"Name":"hello"/);
    const reply = JSON.parse(await typist.typeLine(lines, 'StartSyncExecution')) as Record<string, string>;
    assert.ok(PAGE.text.includes(`\`${reply['Output']}\``), reply['Output']);
    assert.equal(await typist.typeLine(lines, 'millrace validate'), '');
    assert.match(await typist.typeLine(lines, 'UpdateFlow'), /"Name":"hello"/);
  });

  it('run a Standard flow, say what it waits for and report its task', async () => {
    const lines = PAGE.linesBelow('Run a Standard flow with a callback');
    assert.ok(lines.includes('npx node examples/approver.mjs'));
    assert.match(await typist.typeLine(lines, 'CreateFlow'), /"ExecutionMode":"Standard"/);
    assert.match(await typist.typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    await typist.whenCalled('approval', 'order-1');
    const waits = await typist.typeLine(PAGE.linesBelow('See what it waits for'), 'millrace why');
    assert.equal(withoutTimes(waits), printedWaits(PAGE));

    const report = PAGE.linesBelow('Report the answer');
    assert.match(await typist.typeLine(report, 'ReportTaskSucceeded'), /"EventId":6/);
    const ended = JSON.parse(await typist.typeLine(report, 'DescribeExecution')) as Record<string, string>;
    assert.equal(ended['Status'], 'Succeeded');
    assert.ok(PAGE.text.includes(`\`${ended['Output']}\``), ended['Output']);
    assert.match(await typist.typeLine(report, 'GetExecutionHistory'), /"ExecutionSucceeded"/);
  });

  it('redrive an execution whose service was not running', async () => {
    const lines = PAGE.linesBelow('Redrive an execution that failed');
    await typist.desk.stop();
    assert.match(await typist.typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    assert.match(await typist.typeLine(lines, 'DescribeExecution'), /"Status":"Failed"/);
    await typist.desk.start(fileEnd);
    assert.equal(await typist.typeLine(lines, 'millrace redrive'), 'order-2 of approval is Running again.\n');
    await typist.whenCalled('approval', 'order-2');
    const report = PAGE.linesBelow('Report the answer').map((line) => line.replaceAll('order-1', 'order-2'));
    await typist.typeLine(report, 'ReportTaskSucceeded');
    assert.match(await typist.typeLine(report, 'DescribeExecution'), /"Status":"Succeeded"/);
  });

  it('call it with the official Node client', async () => {
    const lines = PAGE.linesBelow('Call it from your program');
    assert.match(await typist.typeLine(lines, 'examples/call.mjs'), /Hello, Ada!/);
  });
});
