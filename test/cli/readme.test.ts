/**
 * The commands of README.md do what it says. They run one after the other, as a reader types them; only the ports and the path of
 * the program differ from the printed ones.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileEnd } from '../support/at-end.ts';
import { startServer } from '../../src/testing/server-process.ts';
import type { ServerProcess } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const execute = promisify(execFile);
const hasCurl = await execute('curl', ['--version']).then(
  () => true,
  () => false,
);

/** The lines of the shell blocks below a heading. */
function linesBelow(heading: string): string[] {
  const part = README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  assert.ok(part !== undefined, heading);
  return [...part.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
}

describe('the lines of the README', { skip: hasCurl ? false : 'curl is not installed' }, () => {
  const folder = temporaryFolder(fileEnd);
  let server: ServerProcess;
  let desk = '';

  before(async () => {
    server = await startServer(fileEnd, {
      env: { MILLRACE_AUTH: 'off', MILLRACE_ACCESS_KEY_ID: null, MILLRACE_ACCESS_KEY_SECRET: null },
    });
    cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
    desk = await startDesk();
    const flow = join(folder, 'examples/approval.yaml');
    writeFileSync(flow, readFileSync(flow, 'utf8').replace('http://127.0.0.1:7781', desk));
  });

  /** Starts `npx node examples/approver.mjs`, and returns its address. */
  async function startDesk(): Promise<string> {
    assert.ok(linesBelow('Standard flows').includes('npx node examples/approver.mjs'));
    const program = spawn(process.execPath, [join(ROOT, 'examples/approver.mjs')], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    fileEnd.after(() => program.kill());
    for await (const text of program.stdout.iterator({ destroyOnReturn: false })) {
      const url = /listening on (\S+)/.exec(String(text))?.[1];
      if (url !== undefined) {
        program.stdout.resume();
        return url;
      }
    }
    assert.fail('examples/approver.mjs does not listen');
  }

  async function type(line: string): Promise<string> {
    const typed = line
      .replaceAll('http://127.0.0.1:7780', server.url)
      .replaceAll('http://127.0.0.1:7781', desk)
      .replace('npx millrace', `'${process.execPath}' '${join(ROOT, 'bin/millrace.js')}'`);
    const env = { ...process.env, MILLRACE_LISTEN: server.endpoint, MILLRACE_DATA: server.folder };
    return (await execute('sh', ['-c', typed], { cwd: folder, env })).stdout;
  }

  /** Runs the one line that contains all `words`. */
  function typeLine(lines: readonly string[], ...words: string[]): Promise<string> {
    const found = lines.filter((line) => words.every((word) => line.includes(word)));
    assert.equal(found.length, 1, words.join(' '));
    return type(found[0] as string);
  }

  it('run an Express flow', async () => {
    const lines = linesBelow('Start');
    assert.match(await typeLine(lines, 'CreateFlow'), /"Name":"hello"/);
    const reply = JSON.parse(await typeLine(lines, 'StartSyncExecution')) as Record<string, string>;
    const printed = /^\{"RequestId".*\}$/m.exec(README)?.[0] ?? '';
    const shown = JSON.parse(printed) as Record<string, string>;
    assert.deepEqual(Object.keys(reply), Object.keys(shown));
    for (const member of ['FlowName', 'Status', 'Output']) assert.equal(reply[member], shown[member], member);
  });

  it('run a Standard flow, show what it waits for, report its task, read its end, and redrive another execution', async () => {
    const lines = linesBelow('Standard flows');
    assert.match(await typeLine(lines, 'CreateFlow'), /"ExecutionMode":"Standard"/);
    assert.match(await typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    await whenCalled('approval', 'order-1');
    const printed = /^```text\n([\s\S]*?)^```/m.exec(README)?.[1] ?? '';
    assert.equal(withoutTimes(await typeLine(lines, 'millrace why')), withoutTimes(printed));
    assert.match(await typeLine(lines, 'ReportTaskSucceeded'), /"EventId":6/);
    const ended = JSON.parse(await typeLine(lines, 'DescribeExecution')) as Record<string, string>;
    assert.equal(ended['Status'], 'Succeeded');
    assert.ok(README.includes(`\`${ended['Output']}\``), ended['Output']);
    assert.match(await typeLine(lines, 'GetExecutionHistory'), /"ExecutionSucceeded"/);

    const start = lines.find((line) => line.includes('StartExecution')) as string;
    await type(start.replace('order-1', 'order-2'));
    await type(
      `curl -s 'http://127.0.0.1:7780/?Action=StopExecution&Version=2019-03-15' -d FlowName=approval -d ExecutionName=order-2`,
    );
    assert.equal(await typeLine(lines, 'millrace redrive'), 'order-2 of approval is Running again.\n');
  });

  it('run a classic flow that sends a message', async () => {
    const lines = linesBelow('Classic flows, queues and topics');
    assert.match(await typeLine(lines, 'CreateFlow'), /"Name":"classic-approval"/);
    assert.match(await typeLine(lines, 'StartExecution'), /"Status":"Running"/);
    await whenCalled('classic-approval', 'order-1');
    const shown = await typeLine(lines, 'millrace messages');
    const token = /"token":"([\w-]+)"/.exec(shown)?.[1];
    assert.ok(token !== undefined, shown);
    const report = linesBelow('Standard flows').find((line) => line.includes('ReportTaskSucceeded')) as string;
    assert.match(await type(report.replace(/TaskToken=\$\(.*?\)/, `TaskToken=${token}`)), /"EventId":6/);
  });

  /** The task is called after StartExecution has answered, and accepted after that. */
  async function whenCalled(flow: string, order: string): Promise<void> {
    const why = `MILLRACE_AUTH=off npx millrace why ${flow} ${order}`;
    for (let tries = 0; tries < 100; tries++) if ((await type(why)).includes('has accepted the work')) return;
    assert.fail(`the task of ${order} was not accepted`);
  }

  it('check and run definitions without a server', async () => {
    const lines = linesBelow('Without a server');
    // A good definition prints nothing on standard output, and `type` has not rejected.
    assert.equal(await typeLine(lines, 'millrace validate examples/hello.yaml'), '');
    assert.equal(await typeLine(lines, 'validate --mode standard'), '');
    assert.match(await typeLine(lines, 'millrace run'), /Hello, Ada!/);
    assert.match(await typeLine(lines, 'millrace convert'), /^Type: StateMachine$/m);
  });
});

function withoutTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>').replace(/waited .*?, since/, 'waited <a while>, since');
}
