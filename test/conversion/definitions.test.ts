/** Each of the `definitions/` is converted and run with the answers of its tasks, and has its expected results. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { taskFailed, taskSucceeded } from '../../src/testing/stand-ins.ts';
import { planOf } from '../support/flows.ts';
import { ExpectedTasks, readDefinitions } from './definition-files.ts';
import { convert, run } from './support.ts';

const definitions = readDefinitions();

/** `price` or `price:prod` of a function, `flow/child` of a flow, the URL of a request. */
function targetOf({ parameters }: TaskCall): string {
  const arn = parameters['resourceArn'];
  if (typeof arn !== 'string') return String(parameters['url']);
  const [, name, qualifier] = /:functions\/(.*)\/(.*)$/.exec(arn) ?? [];
  if (name === undefined) return arn.replace(/^acs:fnf:::/, '');
  return qualifier === 'LATEST' ? name : `${name}:${qualifier}`;
}

/** The value that the callee gets. A text is the event of a function as it is, any other value as JSON. */
function inputOf({ action, parameters }: TaskCall): JsonValue {
  const { body = null, input = null } = parameters;
  return action.startsWith('FC:') && typeof body === 'string' ? (JSON.parse(body) as JsonValue) : (body ?? input);
}

function withoutToken(value: JsonValue, token: string | null): JsonValue {
  if (token === null) return value;
  return JSON.parse(JSON.stringify(value).replaceAll(token, 'TOKEN')) as JsonValue;
}

function outputOf({ action, mode }: TaskCall, returns: JsonValue): JsonValue {
  if (mode === 'WaitForCustomCallback' || action.startsWith('FNF:')) return returns;
  if (action.startsWith('HTTP:')) return { Code: 200, Header: { 'Content-Type': 'application/json' }, Body: returns };
  return { StatusCode: 200, Headers: { 'X-Fc-Region': 'r' }, RequestId: 'request', Body: returns };
}

for (const { name, definition, stub = false, notes = [], runs } of definitions) {
  test(`${name} does the same after the conversion`, async () => {
    const { text, refusals, notes: remarks } = convert(definition, { stubs: stub });
    assert.ok(text !== null, JSON.stringify(refusals));
    const said = remarks.map(({ line, message }) => `${line}: ${message}`);
    for (const note of notes) {
      const isThere = said.some((each) => each.startsWith(note));
      assert.ok(isThere, `${note}\n  is not among\n${said.join('\n')}`);
    }
    const plan = planOf(text, 'Standard');
    for (const each of runs) {
      const tasks = new ExpectedTasks(each);
      const answer = (call: TaskCall): TaskResult => {
        const given = withoutToken(inputOf(call), call.taskToken);
        const task = tasks.take(given, targetOf(call));
        assert.ok(task !== null, `${targetOf(call)} was called with ${JSON.stringify(given)}\n${text}`);
        const fails = task.fails ?? null;
        return fails === null ? taskSucceeded(outputOf(call, task.returns ?? null)) : taskFailed(...fails);
      };
      const { output, error, cause } = await run(plan, each.input ?? {}, answer);
      assert.deepEqual(
        { output, error },
        { output: each.output ?? null, error: each.error ?? null },
        `${cause}\n${text}`,
      );
      assert.deepEqual(tasks.left(), [], 'tasks that were not called');
    }
  });
}

test('there are forty definitions or more', () => {
  assert.ok(definitions.length >= 40, `${definitions.length} definitions`);
});
