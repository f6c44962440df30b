/** A branch, an item or a sibling that computes for long does not delay the first calls of the others, in either mode. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { taskSucceeded } from '../../src/testing/stand-ins.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

const LOOP = '{StartAt: A, States: [{Type: Pass, Name: A, Next: B}, {Type: Pass, Name: B, Next: A}]}';

const machine = (name: string, states: string): string =>
  `Type: StateMachine\nSpecVersion: v1\nName: ${name}\nTimeout: 2\nStartAt: All\nStates:\n${states}`;

const parallel = (...branches: readonly string[]): string =>
  `  - Type: Parallel\n    Name: All\n    Branches:\n${[LOOP, ...branches].map((branch) => `      - ${branch}\n`).join('')}    End: true\n`;

const one = (state: string): string => `{StartAt: C, States: [{Name: C, ${state}, End: true}]}`;

const CASES = {
  'a task': machine('f', parallel(one('Type: Task, Action: Test:Call'))),
  'a Parallel inside': machine(
    'f',
    parallel(
      `{StartAt: P, States: [{Type: Parallel, Name: P, End: true, Branches: [${LOOP}, ${one('Type: Task, Action: Test:Call')}]}]}`,
    ),
  ),
  'an Express child': machine(
    'f',
    parallel(one('Type: Task, Action: FNF:StartSyncExecution, Parameters: {flowName: express}')),
  ),
  'a Standard child': machine(
    'f',
    parallel(one('Type: Task, Action: FNF:StartExecution, Parameters: {resourceArn: "acs:fnf:::flow/standard"}')),
  ),
  'an item after it': machine(
    'f',
    `  - Type: Map
    Name: All
    ItemsPath: $Input.list
    Processor:
      StartAt: Which
      States:
        - {Type: Choice, Name: Which, Branches: [{Condition: $Input == true, Next: A}], Default: C}
        - {Type: Pass, Name: A, Next: B}
        - {Type: Pass, Name: B, Next: A}
        - {Type: Task, Name: C, Action: Test:Call, End: true}
    End: true
`,
  ),
};

const CHILD =
  'Type: StateMachine\nSpecVersion: v1\nName: c\nStartAt: C\nStates: [{Type: Task, Name: C, Action: Test:Call, End: true}]\n';

async function calls(t: TestContext, definition: string, mode: 'Standard' | 'Express'): Promise<number> {
  let count = 0;
  const engine = await startTestEngine(t, {
    time: new VirtualTime({ busyTurnMs: 50 }),
    task() {
      count++;
      return taskSucceeded();
    },
  });
  await engine.createFlow('express', CHILD, 'Express');
  await engine.createFlow('standard', CHILD, 'Standard');
  await engine.createFlow('f', definition, mode);
  const input = { list: [true, true, false] };
  if (mode === 'Express') await engine.run('f', { input });
  else {
    await engine.start('f', { name: 'one', input });
    await engine.time.pass(5_000);
  }
  return count;
}

for (const [what, definition] of Object.entries(CASES)) {
  for (const mode of ['Express', 'Standard'] as const) {
    test(`beside a branch that loops, ${what} is called (${mode})`, async (t) => {
      assert.equal(await calls(t, definition, mode), 1);
    });
  }
}
