/** An execution that has ended holds its input and its output and nothing of the states between. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/base/json.ts';
import { MemoryBudget } from '../../../src/base/memory-budget.ts';
import { decide } from '../../../src/interpreter/decide.ts';
import { Execution } from '../../../src/interpreter/execution.ts';
import type { Command } from '../../../src/interpreter/commands.ts';
import type { Input } from '../../../src/interpreter/input.ts';
import { ExecutionAccount } from '../../../src/runtime/memory/execution-account.ts';
import { LIMITS, planOf } from '../../support/flows.ts';
import { drawFrom, randomFlow, randomInput, randomValue } from '../../support/random-flow.ts';
import type { Draw } from '../../support/random-flow.ts';

function answer(command: Command, draw: Draw): Input {
  const { id } = command;
  if (command.kind === 'timer') return { kind: 'timer-due', id };
  if (draw(4) === 3) return { kind: 'task-failed', id, failure: { error: 'X', cause: '' } };
  const large = draw(3) === 2 ? { large: Array.from({ length: 100 }, () => ({ n: 1 })) } : randomValue(draw);
  return { kind: 'task-succeeded', id, output: large };
}

/** Runs a random flow to its end, and weighs it after each decision. */
function run(budget: MemoryBudget, flow: JsonObject, input: JsonObject, draw: Draw) {
  const start = { name: 'e', flowName: 'f', input, roleArn: '', environment: {}, longestSeconds: 300 };
  const execution = new Execution(planOf(flow), start, { ...LIMITS, waitSeconds: 20, events: 2_000 });
  const account = new ExecutionAccount(budget, execution, '');
  let nowMs = 0;
  for (let next: Input = { kind: 'start' }; ; ) {
    decide(execution, next, { nowMs: (nowMs += 1), random: () => 0.5 }, null, 20_000);
    account.weigh();
    assert.equal(account.bytes, budget.bytes);
    if (execution.status !== 'Running') return { execution, account };
    const open = [...execution.commands.values()];
    const command = open[draw(Math.max(1, open.length))];
    next = execution.canContinue || command === undefined ? { kind: 'continue' } : answer(command, draw);
  }
}

test('the states of an execution leave nothing behind', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 100 }), { minLength: 60, maxLength: 400, size: 'max' }), (tape) => {
      const draw = drawFrom(tape);
      const budget = new MemoryBudget(Number.POSITIVE_INFINITY);
      const { execution, account } = run(budget, randomFlow(draw), randomInput(draw), draw);
      const fresh = new ExecutionAccount(new MemoryBudget(Number.POSITIVE_INFINITY), execution, '');
      fresh.weigh();
      assert.equal(account.bytes, fresh.bytes);
      account.close();
      assert.equal(budget.bytes, 0);
      assert.equal(budget.executions, 0);
    }),
    { numRuns: 200 },
  );
});
