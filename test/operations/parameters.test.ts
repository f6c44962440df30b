/** Parameters: decoders made from the contracts, at the edges and over any text. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACTIONS } from '../../src/api/actions.ts';
import type { ActionName } from '../../src/api/actions.ts';
import { ApiError } from '../../src/api/error.ts';
import { isName } from '../../src/api/names.ts';
import type { ParametersOf } from '../../src/operations/contract-types.ts';
import { createDecoder, parameterDecoder } from '../../src/operations/decode/decoder.ts';
import { variablesOf } from '../../src/operations/decode/environment.ts';
import { excerpt } from '../../src/operations/decode/faults.ts';
import { environmentReply } from '../../src/operations/flows/replies.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const LIMITS = { inputBytes: 1000, stateDataBytes: 100, errorCharacters: 10, causeCharacters: 20 };

type Outcome<T> = { readonly value: T } | { readonly code: string; readonly message: string };

/** The value of a decoder, or the code and message of its `ApiError`. Any other error fails the test. */
function outcome<T>(decode: () => T): Outcome<T> {
  try {
    return { value: decode() };
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return { code: error.code, message: error.message };
  }
}

/** The outcome of one parameter of an action, given as this text or not at all. */
function decoder<A extends ActionName, Name extends keyof ParametersOf<A> & string>(action: A, name: Name) {
  const decode = parameterDecoder(action, name);
  return (text?: string) => outcome(() => decode(new Map(text === undefined ? [] : [[name, text]]), LIMITS));
}

function isRefused(result: Outcome<unknown>): boolean {
  return 'code' in result && result.code === 'InvalidArgument';
}

describe('names', () => {
  const required = decoder('DeleteFlow', 'Name');
  const optional = decoder('StartExecution', 'ExecutionName');

  it('follow the rule, and any other text is refused by name', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = required(text);
        if (isName(text)) assert.deepEqual(result, { value: text });
        else if (text === '') {
          const message = "The HTTP query 'Name' must be specified.";
          assert.deepEqual(result, { code: 'MissingRequiredParams', message });
        } else assert.ok('code' in result && result.code === 'InvalidArgument' && result.message.startsWith('Name "'));
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/), (name) => {
        assert.deepEqual(optional(name), { value: name });
      }),
    );
  });

  it('may be left out where they may be', () => {
    assert.deepEqual(optional(), { value: null });
    assert.deepEqual(optional(''), { value: null });
  });
});

describe('whole numbers', () => {
  const limit = decoder('ListFlows', 'Limit');

  it('are read when in range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2000, max: 2000 }), (n) => {
        if (n >= 1 && n <= 1000) assert.deepEqual(limit(String(n)), { value: n });
        else assert.ok(isRefused(limit(String(n))));
      }),
    );
    assert.deepEqual(
      [limit('007'), limit('+5'), limit(), limit('')],
      [7, 5, 60, 60].map((value) => ({ value })),
    );
  });

  it('are nothing else', () => {
    fc.assert(
      fc.property(
        anyText.filter((text) => text !== '' && !/^[+-]?\d+$/.test(text)),
        (text) => assert.ok(isRefused(limit(text))),
      ),
    );
  });
});

describe('texts', () => {
  it('are bounded in characters as people count them', () => {
    const description = decoder('PublishFlowVersion', 'Description');
    assert.deepEqual(description('🎏'.repeat(4096)), { value: '🎏'.repeat(4096) });
    assert.ok(isRefused(description('🎏'.repeat(4097))));
    assert.deepEqual(description(), { value: '' });
  });

  it('of a few words are exactly one of them', () => {
    const status = decoder('ListExecutions', 'Status');
    assert.deepEqual(
      [status(), status(''), status('Failed')],
      [null, null, 'Failed'].map((value) => ({ value })),
    );
    for (const text of ['failed', 'Failed ', 'constructor']) assert.ok(isRefused(status(text)));
    assert.deepEqual(decoder('CreateFlow', 'ExecutionMode')(), { value: 'Standard' });
  });

  it('are short in messages, on one line and without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const shown = excerpt(text);
        assert.ok(shown.length <= 65 * 6 + 2);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        assert.doesNotMatch(shown, /[\0-\x1f]/);
        assert.ok(shown.isWellFormed());
      }),
    );
    assert.equal(excerpt(`${'x'.repeat(63)}😀`), `"${'x'.repeat(63)}…"`);
  });
});

describe('JSON', () => {
  it('is an object with its text, bounded in bytes; absent, it is the empty object', () => {
    const input = decoder('StartSyncExecution', 'Input');
    assert.deepEqual(input('{ "a": 1 }'), { value: { text: '{ "a": 1 }', value: { a: 1 } } });
    for (const absent of [input(), input('')]) assert.deepEqual(absent, { value: { text: '', value: {} } });
    assert.ok(isRefused(input('[]')));
    assert.ok('value' in input(`{"a":"${'é'.repeat(496)}"}`));
    const tooLong = input(`{"a":"${'é'.repeat(497)}"}`);
    assert.ok('code' in tooLong && tooLong.code === 'EntityTooLarge', 'two bytes a letter');
  });
});

describe('the error and the cause of a stop', () => {
  it('are as long as the settings allow', () => {
    const stop = createDecoder('StopExecution');
    const given = (Error: string, Cause: string) =>
      outcome(() => stop(new Map(Object.entries({ FlowName: 'f', ExecutionName: 'e', Error, Cause })), LIMITS));
    assert.ok(!isRefused(given('😀'.repeat(10), 'x'.repeat(20))));
    assert.match(JSON.stringify(given('x'.repeat(11), '')), /Error has 11 .* at most 10 are allowed \(limits\.error\)/);
    assert.match(
      JSON.stringify(given('x', 'x'.repeat(21))),
      /Cause has 21 .* at most 20 are allowed \(limits\.cause\)/,
    );
  });
});

describe('parameters that change something', () => {
  const parameters = (given: Record<string, string>) => new Map(Object.entries({ Name: 'f', ...given }));
  const update = createDecoder('UpdateFlow');

  it('are undefined when absent, and clear when empty', () => {
    const unchanged = update(parameters({}), LIMITS);
    assert.deepEqual(Object.entries(unchanged), [
      ['Name', 'f'],
      ...['Definition', 'Description', 'Type', 'RoleArn', 'Environment'].map((name) => [name, undefined]),
    ]);
    const { Description, RoleArn, Environment } = update(
      parameters({ Description: '', RoleArn: '', Environment: '' }),
      LIMITS,
    );
    assert.deepEqual([Description, RoleArn, Environment], ['', '', []]);
  });

  it('are refused when empty where nothing may be empty', () => {
    for (const name of ['Definition', 'Type']) {
      assert.ok(isRefused(outcome(() => update(parameters({ [name]: '' }), LIMITS))), name);
    }
  });
});

describe('a decoder', () => {
  it('reports the first wrong parameter in the order of the contract, not of the request', () => {
    const decode = createDecoder('CreateFlow');
    const wrong = [
      ['Description', 'x'.repeat(4097)],
      ['ExecutionMode', 'x'],
      ['Type', 'x'],
      ['Name', '1'],
    ] as const;
    for (let n = wrong.length; n > 0; n--) {
      const given = new Map([...wrong.slice(0, n), ['Definition', 'd']] as [string, string][]);
      if (n < 4) given.set('Name', 'f');
      if (n < 3) given.set('Type', 'FDL');
      const result = outcome(() => decode(given, LIMITS));
      assert.ok('message' in result && result.message.startsWith(`${wrong[n - 1]?.[0]} `), JSON.stringify(result));
    }
  });

  it('ignores undeclared parameters, and members of every object', () => {
    const given = new Map([
      ['Name', 'f'],
      ['FlowName', ''],
      ['__proto__', 'x'],
      ['constructor', 'x'],
    ]);
    assert.deepEqual(createDecoder('DeleteFlow')(given, LIMITS), { Name: 'f' });
  });
});

describe('Environment', () => {
  const env = (text: string) => variablesOf(text, 'Environment', ACTIONS.CreateFlow.parameters.Environment);

  it('comes back as it was sent', () => {
    const variable = fc.record(
      { Name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,20}$/), Value: anyText, Description: anyText },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.uniqueArray(variable, { selector: (each) => each.Name, maxLength: 8 }), (Variables) => {
        assert.deepEqual(environmentReply(env(JSON.stringify({ Variables }))), { Variables });
      }),
    );
  });

  it('may be empty in several ways', () => {
    for (const text of ['', '{}', '{"Variables":[]}', '{"Variables":null}']) assert.deepEqual(env(text), []);
    assert.deepEqual(env('{"Variables":[{"Name":"a","Value":"","Description":null}]}'), [
      { name: 'a', value: '', description: '' },
    ]);
  });

  it('is refused with a reason', () => {
    const wrong: readonly [string, RegExp][] = [
      ['nothing', /^Environment is not JSON \(/],
      ['[]', /^Environment is not a JSON object/],
      ['{"variables":[]}', /unknown member "variables" \(did you mean "Variables"\?\)/],
      ['{"Variables":{}}', /Variables that are not an array/],
      ['{"Variables":[1]}', /no object at Variables\[0\]/],
      ['{"Variables":[{"Value":"x"}]}', /no Name at Variables\[0\]/],
      ['{"Variables":[{"Name":"a"}]}', /no Value at Variables\[0\]/],
      ['{"Variables":[{"Name":"a","Value":1}]}', /Value at Variables\[0\] that is not a text/],
      ['{"Variables":[{"Name":"a b","Value":""}]}', /Name "a b" at Variables\[0\], which is not a name/],
      [
        '{"Variables":[{"Name":"a","Value":"","Valeu":""}]}',
        /unknown member "Valeu" at Variables\[0\] \(did you mean "Value"\?\)/,
      ],
      ['{"Variables":[{"Name":"a","Value":""},{"Name":"a","Value":""}]}', /the variable "a" twice \(Variables\[1\]\)/],
      [`{"Variables":[{"Name":"a","Value":"${'x'.repeat(65_536)}"}]}`, /more than 65536 bytes/],
      [`{"Variables":${'['.repeat(5000)}`, /nested deeper/],
      ['{"Variables":[{"Name":"a","Value":"\\ud800"}]}', /the escape \\ud800 at position 35 is half/],
    ];
    for (const [text, message] of wrong) {
      const result = outcome(() => env(text));
      assert.ok('code' in result, text.slice(0, 80));
      assert.equal(result.code, 'InvalidArgument');
      assert.match(result.message, message);
    }
  });

  it('is a list of variables or a refusal, for any text', () => {
    const member = fc.constantFrom('Variables', 'Name', 'Value', 'Description', '__proto__', 'x');
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(member, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          json.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const result = outcome(() => env(text));
          if ('value' in result) for (const variable of result.value) assert.ok(isName(variable.name));
          else assert.equal(result.code, 'InvalidArgument');
        },
      ),
      { numRuns: 300 },
    );
  });
});
