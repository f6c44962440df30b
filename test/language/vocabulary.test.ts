/**
 * The vocabulary for editors agrees with the compiler: a definition with only the required fields is accepted, one without any of them
 * is refused, and every value and every name that is offered is accepted.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isJsonObject } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { ALL_STEP_FIELDS } from '../../src/language/classic/fields.ts';
import { ALL_STATE_FIELDS } from '../../src/language/statemachine/fields.ts';
import type { Field } from '../../src/language/vocabulary/field.ts';
import { vocabulary } from '../../src/language/vocabulary/vocabulary.ts';
import { compile } from './support.ts';

const words = vocabulary();

/** A smallest definition with a mapping of one kind: the way to it, and its fields that are not required but one of several is. */
interface Sample {
  readonly dialect: 'statemachine' | 'classic';
  /** `flow`, `states.Pass`, `parts.Catch`. */
  readonly fields: string;
  readonly definition: JsonObject;
  readonly at: readonly (string | number)[];
  readonly oneOf?: readonly string[];
}

const END: JsonObject = { Type: 'Succeed', Name: 'X' };

function machine(...states: readonly JsonObject[]): JsonObject {
  return { Type: 'StateMachine', SpecVersion: 'v1', StartAt: String(states[0]?.['Name']), States: states };
}

const SCOPE: JsonObject = { StartAt: 'X', States: [END] };
const TASK: JsonObject = { Name: 'A', Type: 'Task', Action: 'ECS:DescribeInstances', End: true };
const MAP: JsonObject = { Name: 'A', Type: 'Map', ItemsPath: '$Input.a', Processor: SCOPE, End: true };
const READER: JsonObject = { Resource: 'OSS:ListObjects', Parameters: { Bucket: 'b' } };

function state(type: string, more: JsonObject, oneOf: readonly string[] = []): Sample {
  const definition = machine({ Name: 'A', Type: type, ...more }, END);
  return { dialect: 'statemachine', fields: `states.${type}`, definition, at: ['States', 0], oneOf };
}

function part(
  name: string,
  holder: JsonObject,
  at: readonly (string | number)[],
  oneOf: readonly string[] = [],
): Sample {
  const definition = machine(holder, END);
  return { dialect: 'statemachine', fields: `parts.${name}`, definition, at: ['States', 0, ...at], oneOf };
}

const RULE: JsonObject = { Errors: ['FnF.ALL'] };
const BRANCHES: JsonObject = { Branches: [{ Condition: true, Next: 'X' }], Default: 'X' };

function flowOf(...steps: readonly JsonObject[]): JsonObject {
  return { version: 'v1', type: 'flow', steps };
}

const STEP: JsonObject = { type: 'succeed', name: 'x' };
const CALL: JsonObject = { type: 'task', name: 'a', action: 'ecs:DescribeInstances' };
const CHOICE: JsonObject = { type: 'choice', name: 'a', choices: [{ condition: true }], default: {} };
const EACH: JsonObject = {
  ...{ type: 'foreach', name: 'a', steps: [STEP] },
  iterationMapping: { collection: '$.a', item: 'b' },
};

function stepOf(type: string, more: JsonObject, oneOf: readonly string[] = []): Sample {
  const definition = flowOf({ name: 'a', type, ...more }, STEP);
  return { dialect: 'classic', fields: `states.${type}`, definition, at: ['steps', 0], oneOf };
}

function stepPart(name: string, holder: JsonObject, at: readonly (string | number)[]): Sample {
  return { dialect: 'classic', fields: `parts.${name}`, definition: flowOf(holder, STEP), at: ['steps', 0, ...at] };
}

const MAPPING: JsonObject = { target: 'a', source: 1 };

const SAMPLES: readonly Sample[] = [
  { dialect: 'statemachine', fields: 'flow', definition: machine(END), at: [] },
  state('Pass', { End: true }, ['End']),
  state('Task', TASK, ['End']),
  state('Wait', { Seconds: 1, End: true }, ['Seconds', 'End']),
  state('Choice', BRANCHES),
  state('Parallel', { Branches: [SCOPE], End: true }, ['End']),
  state('Map', MAP, ['ItemsPath', 'End']),
  state('Succeed', {}),
  state('Fail', {}),
  part('Choice.Branches', { Name: 'A', Type: 'Choice', ...BRANCHES }, ['Branches', 0]),
  part('Parallel.Branches', { Name: 'A', Type: 'Parallel', Branches: [SCOPE], End: true }, ['Branches', 0]),
  part('Processor', MAP, ['Processor']),
  part('Retry', { ...TASK, Retry: [{ ...RULE, MaxAttempts: 1, IntervalSeconds: 1 }] }, ['Retry', 0]),
  part('Catch', { ...TASK, Catch: [{ ...RULE, Next: 'X' }] }, ['Catch', 0]),
  part('OnErrors', { ...TASK, OnErrors: [{ ...RULE, Next: 'X' }] }, ['OnErrors', 0], ['Next']),
  part('OnErrors.Retry', { ...TASK, OnErrors: [{ ...RULE, Retry: { MaxAttempts: 1 } }] }, ['OnErrors', 0, 'Retry']),
  part('ProcessorConfig', { ...MAP, ProcessorConfig: { ExecutionMode: 'Express' } }, ['ProcessorConfig']),
  part('ItemReader', { ...MAP, ItemsPath: null, ItemReader: READER }, ['ItemReader']),
  part('ReaderConfig', { ...MAP, ItemsPath: null, ItemReader: { ...READER, ReaderConfig: {} } }, [
    ...['ItemReader', 'ReaderConfig'],
  ]),
  part('ItemBatcher', { ...MAP, ItemBatcher: { MaxItemsPerBatch: 1 } }, ['ItemBatcher'], ['MaxItemsPerBatch']),
  part('ResultWriter', { ...MAP, ResultWriter: { ...READER, Resource: 'OSS:PutObject' } }, ['ResultWriter']),
  { dialect: 'classic', fields: 'flow', definition: flowOf(STEP), at: [] },
  stepOf('task', CALL, ['action']),
  stepOf('pass', {}),
  stepOf('wait', { duration: 1 }, ['duration']),
  stepOf('choice', { choices: [{ condition: true }] }),
  stepOf('parallel', { branches: [{ steps: [STEP] }] }),
  stepOf('foreach', EACH),
  stepOf('succeed', {}),
  stepOf('fail', {}),
  stepPart('inputMappings', { ...CALL, inputMappings: [MAPPING] }, ['inputMappings', 0]),
  stepPart('outputMappings', { ...CALL, outputMappings: [MAPPING] }, ['outputMappings', 0]),
  stepPart('errorMappings', { ...CALL, errorMappings: [MAPPING] }, ['errorMappings', 0]),
  stepPart('choices', CHOICE, ['choices', 0]),
  stepPart('default', CHOICE, ['default']),
  stepPart('branches', { type: 'parallel', name: 'a', branches: [{ steps: [STEP] }] }, ['branches', 0]),
  stepPart('iterationMapping', EACH, ['iterationMapping']),
  stepPart('retry', { ...CALL, retry: [{ errors: ['FnF.ALL'] }] }, ['retry', 0]),
  stepPart('catch', { ...CALL, catch: [{ errors: ['FnF.ALL'], goto: 'x' }] }, ['catch', 0]),
];

function fieldsAt({ dialect, fields }: Sample): readonly Field[] {
  const { flow, states, parts } = words.dialects[dialect];
  if (fields === 'flow') return flow;
  const [kind, ...rest] = fields.split('.');
  return (kind === 'states' ? states : parts)[rest.join('.')] ?? [];
}

function valueAt(definition: JsonValue, at: Sample['at']): JsonValue {
  return at.reduce<JsonValue>((value, key) => (value as Record<string, JsonValue>)[key] ?? null, definition);
}

/** The definition with another mapping at the place of the sample. */
function changed({ definition, at }: Sample, mapping: JsonValue): JsonValue {
  const copy = (value: JsonValue, [key, ...rest]: Sample['at']): JsonValue => {
    if (key === undefined) return mapping;
    if (Array.isArray(value)) return value.map((item, i) => (i === key ? copy(item, rest) : item));
    const object = value as JsonObject;
    return { ...object, [key]: copy(object[key] ?? null, rest) };
  };
  return copy(definition, at);
}

function diagnosticsOf(definition: JsonValue): readonly Diagnostic[] {
  return compile(JSON.stringify(definition), { mode: 'Standard' }).diagnostics;
}

function errorsOf(definition: JsonValue): string[] {
  return diagnosticsOf(definition).flatMap(({ severity, code, path }) =>
    severity === 'error' ? [`${code} ${path}`] : [],
  );
}

describe('the vocabulary of the languages', () => {
  test('has a sample here for every kind of mapping', () => {
    const kinds = Object.entries(words.dialects).flatMap(([dialect, { states, parts }]) => [
      `${dialect} flow`,
      ...Object.keys(states).map((name) => `${dialect} states.${name}`),
      ...Object.keys(parts).map((name) => `${dialect} parts.${name}`),
    ]);
    assert.deepEqual(SAMPLES.map(({ dialect, fields }) => `${dialect} ${fields}`).sort(), kinds.sort());
  });

  for (const sample of SAMPLES) {
    const { dialect, fields, definition, at, oneOf = [] } = sample;
    const mapping = valueAt(definition, at);
    assert.ok(isJsonObject(mapping));

    test(`${dialect} ${fields}: exactly the required fields are required`, () => {
      assert.deepEqual(errorsOf(definition), []);
      const required = fieldsAt(sample).flatMap(({ key, required: isRequired }) => (isRequired === true ? [key] : []));
      const present = Object.keys(mapping).filter((key) => mapping[key] !== null && !oneOf.includes(key));
      assert.deepEqual(required.sort(), present.sort(), 'the sample has the required fields and no others');
      for (const key of required) {
        const { [key]: _, ...rest } = mapping;
        assert.notDeepEqual(errorsOf(changed(sample, rest)), [], `without ${key}`);
      }
    });

    test(`${dialect} ${fields}: the compiler knows every field and value`, () => {
      for (const { key, values = [] } of fieldsAt(sample)) {
        // Another type has other fields.
        const isType = key.toLowerCase() === 'type' && fields !== 'flow';
        for (const value of isType ? [] : values) {
          const given = key.toLowerCase() === 'errors' ? [value] : value;
          const found = diagnosticsOf(changed(sample, { ...mapping, [key]: given }));
          const odd = found.filter(({ code, path }) => REFUSALS.has(code) && path.includes(key));
          assert.deepEqual(odd, [], `${key}: ${value}`);
        }
        const unread: readonly Diagnostic[] = diagnosticsOf(
          changed(sample, { ...mapping, [key]: mapping[key] ?? 1 }),
        ).filter(
          ({ code, path }) =>
            ['unknown-key', 'key-without-effect'].includes(code) && path.endsWith(key) && !CONDITIONAL.has(key),
        );
        assert.deepEqual(unread, [], key);
      }
    });
  }

  test('offers each field of the compiler, with a short sentence', () => {
    const offered = (dialect: 'statemachine' | 'classic') =>
      new Set(Object.values(words.dialects[dialect].states).flatMap((list) => list.map(({ key }) => key)));
    assert.deepEqual([...offered('statemachine')].sort(), [...ALL_STATE_FIELDS].sort());
    assert.deepEqual([...offered('classic')].sort(), [...ALL_STEP_FIELDS].sort());
    const texts = Object.values(words.dialects).flatMap(({ flow, states, parts }) =>
      [flow, ...Object.values(states), ...Object.values(parts)].flat(),
    );
    for (const { key, about } of texts) assert.match(about, /^[A-Z].{8,140}[^.]$/, key);
  });

  test('offers variables and members that an expression can read', () => {
    for (const { name, dialect } of words.variables) {
      if (dialect === 'statemachine') {
        const isItem = name.startsWith('$Item');
        const more = isItem ? { ItemConstructor: { a: 1, 'b.$': name } } : { OutputConstructor: { 'a.$': name } };
        assert.deepEqual(
          diagnosticsOf(machine({ ...(isItem ? MAP : { Name: 'A', Type: 'Pass', End: true }), ...more })).filter(
            ({ code }) => code !== 'missing-name',
          ),
          [],
          name,
        );
      } else {
        const inStep = name === '$' ? { choices: [{ condition: '$ == 1' }] } : { choices: [{ condition: '$.a == 1' }] };
        const mapped = name === '$' ? {} : { inputMappings: [{ target: 'a', source: name }] };
        assert.deepEqual(diagnosticsOf(flowOf({ type: 'choice', name: 'a', ...inStep, ...mapped })), [], name);
      }
    }
  });

  test('offers actions that are built, with their parameters', () => {
    assert.ok(words.actions.length > 8);
    for (const { name, parameters, required, modes } of words.actions) {
      assert.ok(modes.includes('RequestComplete'));
      const given = Object.fromEntries(parameters.map((key) => [`${key}.$`, '$Input.a']));
      const found = diagnosticsOf(machine({ ...TASK, Action: name, Parameters: given }));
      assert.deepEqual(
        found.filter(({ code }) => code !== 'missing-name'),
        [],
        name,
      );
      for (const key of required) {
        const { [`${key}.$`]: _, ...rest } = given;
        assert.notDeepEqual(errorsOf(machine({ ...TASK, Action: name, Parameters: rest })), [], `${name} ${key}`);
      }
    }
  });

  test('is small enough for one reply', () => {
    assert.ok(JSON.stringify(words).length < 60_000, `${JSON.stringify(words).length} characters`);
  });
});

/** Codes about a value that the compiler does not take, or takes for another one. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...['bad-field-value', 'unknown-type', 'unknown-dialect', 'wrong-type', 'bad-action', 'odd-action', 'unbuilt-action'],
  'odd-error',
]);

/** Fields that have an effect beside others only. */
const CONDITIONAL: ReadonlySet<string> = new Set([
  ...['CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'ItemsPointer', 'errorMappings'],
]);
