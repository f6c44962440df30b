/** Decoders of parameters: edge cases, and properties over any text. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../src/api/error.ts';
import { isName } from '../../src/api/names.ts';
import { environmentOf, environmentReply } from '../../src/operations/flows/environment.ts';
import {
  boundedText,
  excerpt,
  oneOf,
  optionalInteger,
  optionalName,
  requiredName,
} from '../../src/operations/decode/parameters.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

function of(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(text === undefined ? [] : [['P', text]]);
}

/** The value that a decoder returns, or the code and message of the `ApiError` that it throws. */
function outcome<T>(decode: () => T): { readonly value: T } | { readonly code: string; readonly message: string } {
  try {
    return { value: decode() };
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return { code: error.code, message: error.message };
  }
}

describe('names', () => {
  it('follow the rule; for any other text the error names the parameter', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = outcome(() => requiredName(of(text), 'P'));
        if (isName(text)) assert.deepEqual(result, { value: text });
        else if (text === '')
          assert.deepEqual(result, { code: 'MissingRequiredParams', message: "The HTTP query 'P' must be specified." });
        else assert.ok('code' in result && result.code === 'InvalidArgument' && result.message.startsWith('P "'));
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/), (name) => {
        assert.equal(optionalName(of(name), 'P'), name);
      }),
    );
  });

  it('may be absent if they are optional', () => {
    assert.equal(optionalName(of(undefined), 'P'), null);
    assert.equal(optionalName(of(''), 'P'), null);
  });
});

describe('whole numbers', () => {
  const range = { min: 1, max: 1000, default: 60 };

  it('are read when in range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2000, max: 2000 }), (n) => {
        const result = outcome(() => optionalInteger(of(String(n)), 'P', range));
        if (n >= 1 && n <= 1000) assert.deepEqual(result, { value: n });
        else assert.ok('code' in result && result.code === 'InvalidArgument');
      }),
    );
    assert.equal(optionalInteger(of('007'), 'P', range), 7);
    assert.equal(optionalInteger(of('+5'), 'P', range), 5);
    assert.equal(optionalInteger(of(undefined), 'P', range), 60);
  });

  it('have no other form', () => {
    fc.assert(
      fc.property(
        anyText.filter((text) => text !== '' && !/^[+-]?\d+$/.test(text)),
        (text) => {
          const result = outcome(() => optionalInteger(of(text), 'P', range));
          assert.ok('code' in result && result.code === 'InvalidArgument');
        },
      ),
    );
  });
});

describe('texts', () => {
  it('are bounded in Unicode characters', () => {
    assert.equal(boundedText(of('🎏'.repeat(10)), 'P', 10), '🎏'.repeat(10));
    assert.ok('code' in outcome(() => boundedText(of('🎏'.repeat(11)), 'P', 10)));
    assert.equal(boundedText(of(undefined), 'P', 10), '');
  });

  it('from a list of words are exactly one of them', () => {
    assert.equal(oneOf(of(undefined), 'P', ['a', 'b'], 'b'), 'b');
    assert.equal(oneOf(of('a'), 'P', ['a', 'b'], 'b'), 'a');
    for (const text of ['', 'A', 'a ', 'constructor'])
      assert.ok('code' in outcome(() => oneOf(of(text), 'P', ['a', 'b'], 'b')));
  });

  it('appear in messages short, on one line and without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const shown = excerpt(text);
        assert.ok(shown.length <= 65 * 6 + 2);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters
        assert.doesNotMatch(shown, /[\0-\x1f]/);
        assert.ok(shown.isWellFormed());
      }),
    );
  });
});

describe('Environment', () => {
  const env = (text: string) => environmentOf(new Map([['Environment', text]]));

  it('is returned as it was sent', () => {
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

  it('may be absent, empty or null', () => {
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
        /unknown member Variables\[0\]\."Valeu" \(did you mean "Value"\?\)/,
      ],
      ['{"Variables":[{"Name":"a","Value":""},{"Name":"a","Value":""}]}', /the variable "a" twice \(Variables\[1\]\)/],
      [`{"Variables":[{"Name":"a","Value":"${'x'.repeat(65_536)}"}]}`, /more than 65536 bytes/],
      [`{"Variables":${'['.repeat(5000)}`, /nested deeper/],
    ];
    for (const [text, message] of wrong) {
      const result = outcome(() => env(text));
      assert.ok('code' in result, text.slice(0, 80));
      assert.equal(result.code, 'InvalidArgument');
      assert.match(result.message, message);
    }
  });

  it('is a list of variables or an error for any text', () => {
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
