/** `millrace convert`: the definition on standard output, notes and faults on standard error, exit codes. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runMillrace } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

const CLASSIC = 'version: v1\ntype: flow\nsteps:\n  - {type: wait, name: w, duration: 400}\n';
const ASL = '{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"a":1},"End":true}}}';

function fileOf(t: CleanUp, name: string, text: string): string {
  const file = join(temporaryFolder(t), name);
  writeFileSync(file, text);
  return file;
}

describe('millrace convert', () => {
  it('writes a state machine that validates, and notes', async (t) => {
    const file = fileOf(t, 'orders.classic.yaml', CLASSIC);
    const ended = await runMillrace(['convert', file]);
    assert.equal(ended.code, 0);
    assert.match(ended.stdout, /^Type: StateMachine\nSpecVersion: v1\nName: orders\nStartAt: w\n/);
    assert.equal(ended.stderr, 'note: line 4: a Wait can take 300 seconds at most, so 2 Waits replace it\n');
    const checked = await runMillrace(['validate', '--mode', 'standard', fileOf(t, 'flow.yaml', ended.stdout)]);
    assert.deepEqual([checked.code, checked.stdout], [0, '']);
  });

  it('reads Amazon States Language, and uses the name of --name', async (t) => {
    const ended = await runMillrace([
      'convert',
      '--from',
      'asl',
      '--to',
      'statemachine',
      '--name',
      'given',
      fileOf(t, 'a.json', ASL),
    ]);
    assert.deepEqual([ended.code, ended.stderr], [0, '']);
    assert.match(ended.stdout, /Name: given\n[^]*a: 1\n/);
  });

  it('prints the place of each fault, writes nothing and exits with 1', async (t) => {
    const file = fileOf(t, 'late.yaml', CLASSIC.replaceAll('400', '4000'));
    const ended = await runMillrace(['convert', file]);
    assert.deepEqual([ended.code, ended.stdout], [1, '']);
    assert.match(ended.stderr, /late\.yaml:4:\d+: error: a Wait of 4000 seconds is too long/);
    assert.match(ended.stderr, /late\.yaml was not converted\n$/);
  });

  it('refuses a resource without an equivalent, and names --stub, with which a function replaces it', async (t) => {
    const task = '{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{"Key":"k"},"End":true}';
    const file = fileOf(t, 'a.json', `{"StartAt":"A",\n"States":{\n"A":${task}}}`);
    const refused = await runMillrace(['convert', file]);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /a\.json:3:\d+: error: .*dynamodb:getItem.*--stub calls a function in its place\n/);
    const ended = await runMillrace(['convert', '--stub', file]);
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /^note: line 3: the function "dynamodb-getItem" replaces the resource/m);
    const checked = await runMillrace(['validate', '--mode', 'standard', fileOf(t, 'flow.yaml', ended.stdout)]);
    assert.deepEqual([checked.code, checked.stdout], [0, '']);
  });

  it('names a file that does not exist', async () => {
    const ended = await runMillrace(['convert', '/nowhere/at-all.yaml']);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /there is no such file/);
  });

  for (const [argv, hint] of [
    [['convert'], /missing required argument 'file'/],
    [['convert', '--to', 'classic', 'x'], /Allowed choices are statemachine/],
    [['convert', '--from', 'bpmn', 'x'], /Allowed choices are classic, asl/],
    [['convert', '--name', '1 x', 'x'], /A name has 1 to 128 characters/],
  ] as const) {
    it(`answers "millrace ${argv.join(' ')}" with a hint and exit code 2`, async () => {
      const ended = await runMillrace(argv);
      assert.deepEqual([ended.code, ended.stdout], [2, '']);
      assert.match(ended.stderr, hint);
    });
  }
});
