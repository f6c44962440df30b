/**
 * Definitions of our own in the style of public ones, as data: `definitions/NAME.yaml`. Each is converted and run with the
 * given answers of its tasks. The expected results follow from the public specification of Amazon States Language.
 *
 * A file has `definition` (the text), `stub: true` for `--stub`, `notes` (the beginnings of notes that must be there), and
 * `runs` with `input`, `tasks` and `output` or `error`. A task is `call` (a function, a flow or a URL), `with` (its event, input
 * or body) and `returns`, or `fails` with `[error, cause]`; each is called once, or `times`. `TOKEN` is the token of the task.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { taskFailed, taskSucceeded } from '../../src/testing/stand-ins.ts';
import { planOf } from '../support/flows.ts';
import { convert, run } from './support.ts';

interface ExpectedTask {
  readonly call: string;
  readonly with?: JsonValue;
  readonly returns?: JsonValue;
  readonly fails?: readonly [error: string, cause: string] | null;
  readonly times?: number;
}

interface Case {
  readonly definition: string;
  readonly stub?: boolean;
  readonly notes?: readonly string[];
  readonly runs: readonly {
    readonly input?: JsonObject;
    readonly tasks?: readonly ExpectedTask[];
    readonly output?: JsonValue;
    readonly error?: string;
  }[];
}

const FOLDER = new URL('definitions/', import.meta.url);
const files = readdirSync(FOLDER).toSorted();

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

for (const file of files) {
  const {
    definition,
    stub = false,
    notes = [],
    runs,
  } = parse(readFileSync(new URL(file, FOLDER), 'utf8'), { merge: true }) as Case;
  test(`${file.replace('.yaml', '')} does the same after the conversion`, async () => {
    const converted = convert(definition, { stubs: stub });
    assert.ok(converted.text !== null, JSON.stringify(converted.refusals));
    const said = converted.notes.map(({ line, message }) => `${line}: ${message}`);
    for (const note of notes)
      assert.ok(
        said.some((each) => each.startsWith(note)),
        `${note}\n  is not among\n${said.join('\n')}`,
      );
    const plan = planOf(converted.text, 'Standard');
    for (const { input = {}, tasks = [], output, error } of runs) {
      const left = tasks.map((task) => ({ ...task, times: task.times ?? 1 }));
      const answer = (call: TaskCall): TaskResult => {
        const target = targetOf(call);
        const given = withoutToken(inputOf(call), call.taskToken);
        const task = left.find(
          (each) => each.times > 0 && each.call === target && isDeepStrictEqual(each.with ?? null, given),
        );
        assert.ok(task !== undefined, `${target} was called with ${JSON.stringify(given)}\n${converted.text}`);
        task.times--;
        const fails = task.fails ?? null;
        return fails === null ? taskSucceeded(outputOf(call, task.returns ?? null)) : taskFailed(...fails);
      };
      const ended = await run(plan, input, answer);
      assert.deepEqual(
        { output: ended.output, error: ended.error },
        { output: output ?? null, error: error ?? null },
        `${ended.cause}\n${converted.text}`,
      );
      assert.deepEqual(
        left.filter(({ times }) => times > 0),
        [],
        'tasks that were not called',
      );
    }
  });
}

test('there are forty definitions or more', () => assert.ok(files.length >= 40, `${files.length} definitions`));
