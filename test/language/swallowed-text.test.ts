/** Parts of an expression that YAML takes for itself: each is shown in a warning, and what is no part of one gets none. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';

const OPTIONS = { mode: 'Express', flowName: 'f', limits: DEFAULT_DEFINITION_LIMITS } as const;
const HEAD = 'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: A\nStates:\n';

const places: Readonly<Record<string, (expression: string) => string>> = {
  'a condition': (text) =>
    `${HEAD}  - Type: Choice\n    Name: A\n    Branches:\n      - Condition: ${text}\n        Next: B\n    Default: B\n  - {Type: Pass, Name: B, End: true}\n`,
  'a key of a constructor': (text) =>
    `${HEAD}  - Type: Pass\n    Name: A\n    OutputConstructor:\n      x.$: ${text}\n    End: true\n`,
  'a classic condition': (text) =>
    `version: v1\ntype: flow\nname: f\nsteps:\n  - type: choice\n    name: A\n    choices:\n      - condition: ${text}\n        goto: B\n  - type: pass\n    name: B\n`,
};

/** The messages of the warnings about swallowed text. */
function warnings(text: string): string[] {
  const { diagnostics } = compileDefinition(text, OPTIONS);
  return diagnostics.filter(({ code }) => code === 'swallowed-text').map(({ message }) => message);
}

/** The expression, in the words of the state machine, and a part of the warning. */
const SWALLOWED: readonly (readonly [expression: string, says: RegExp])[] = [
  ['! $Input.done', /reads "!" as a tag .* what is left is "\$input\.done"/i],
  ['! ($Input.done)', /reads "!" as a tag/],
  ['!$Input.done', /reads "!\$input\.done" as a tag .* what is left is ""/i],
  ['!isEmpty($Input.a)', /as a tag/],
  ['!\n            $Input.done', /reads "!" as a tag/],
  ['&anchor ! $Input.done', /reads "!" as a tag/],
  ['! &anchor $Input.done', /reads "!" as a tag/],
  ['! "$Input.done"', /reads "!" as a tag/],
  ['!local $Input.done', /reads "!local" as a tag/],
  ['&& $Input.done', /reads "&&" as an anchor .* what is left is "\$input\.done"/i],
  ['\n            && $Input.done', /reads "&&" as an anchor/],
  ['&($Input.a) $Input.b', /as an anchor/],
  ['!!str && $Input.done', /as an anchor/],
  ['$Input.a # && $Input.b', /reads "# && .*" as a comment; the expression that is left is "\$input\.a"/i],
  ['$Input.a #1', /reads "#1" as a comment/],
  ['$Input.a == "x #1"', /reads "#1\\"" as a comment/],
  ['$Input.a == format("a # b", 1)', /as a comment/],
  ['"$Input.a == \'x\n             y\'"', /folds the line break/],
  ['\'$Input.a == "x\n             y"\'', /folds the line break/],
  ['>\n            $Input.a == "x\n            y"', /folds the line break/],
];

const WHOLE: readonly string[] = [
  '"! $Input.done"',
  "'!$Input.done'",
  '!!str $Input.done',
  '&anchor $Input.done',
  '$Input.a # the comment',
  '$Input.a  ## a heading',
  '"$Input.a" # && more',
  '"$Input.a == \'x # y\'"',
  '|\n            $Input.a == "x\n            y"',
  '>-\n            $Input.a == 1\n            && $Input.b',
  '$Input.a ==\n            $Input.b',
  "'$Input.a == ''x'' &&\n             $Input.b'",
];

for (const [place, write] of Object.entries(places)) {
  const inWords = (expression: string): string =>
    place.includes('classic') ? expression.replaceAll('$Input', '$input') : expression;

  describe(`in ${place}`, () => {
    for (const [expression, says] of SWALLOWED) {
      it(`a warning shows what YAML took from ${JSON.stringify(expression)}`, () => {
        const found = warnings(write(inWords(expression)));
        assert.equal(found.length, 1);
        assert.match(found[0] ?? '', says);
      });
    }
    for (const expression of WHOLE) {
      it(`there is none about ${JSON.stringify(expression)}`, () => {
        assert.deepEqual(warnings(write(inWords(expression))), []);
      });
    }
  });
}

it('a comma inside brackets ends an expression', () => {
  const cut = `${HEAD}  - {Type: Pass, Name: A, End: true, OutputConstructor: {x.$: format("a", $Input.a)}}\n`;
  assert.match(warnings(cut)[0] ?? '', /inside \{ \} and \[ \] YAML ends a text at ","; .* left is "format\(\\"a\\""/);
  const whole = `${HEAD}  - {Type: Pass, Name: A, End: true, OutputConstructor: {x.$: $Input.a, y: 1}}\n`;
  assert.deepEqual(warnings(whole), []);
});
