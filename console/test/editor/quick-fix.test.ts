/** The correction of "did you mean": it is offered for the messages of the compiler, and never for a text that has changed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawDefinition } from '../../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../../src/language/limits.ts';
import { quickFixOf } from '../../src/editor/quick-fix.ts';

const OPTIONS = { mode: 'Standard', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}

/** The text after every offered correction was used, the last one first. */
function corrected(text: string): string {
  const fixes = drawDefinition(text, OPTIONS).diagnostics.flatMap(({ line, column, message }) => {
    const fix = quickFixOf(text, offsetOf(text, line, column), message);
    return fix === null ? [] : [fix];
  });
  return fixes
    .toSorted((a, b) => b.from - a.from)
    .reduce((result, { from, to, insert }) => result.slice(0, from) + insert + result.slice(to), text);
}

describe('quick fixes', () => {
  test('replace the word that each message means', () => {
    const text = (words: readonly string[]): string => `Type: StateMachine
SpecVersion: v1
Name: x
StartAt: ${words[0]}
States:
  - Type: ${words[1]}
    Name: First
    Next: "${words[2]}"
  - Type: Task
    Name: Second
    ${words[3]}: HTTP:Request
    Parameters: {method: GET, url: http://a, body.$: ${words[4]}($${words[5]}.a)}
    Retry: [{Errors: [${words[6]}], MaxAttempts: 3, IntervalSeconds: 1}]
    Next: '${words[7]}'
  - Type: Choice
    Name: Third
    Branches:
      - Condition: $Input.a == 1 && $${words[8]}.Execution.${words[9]} == "a"
        Next: Last
    Default: Last
  - {Type: Pass, Name: Last, End: true}
`;
    const wrong = ['Frist', 'Pas', 'Secnd', 'Actoin', 'lenght', 'Inpt', 'FnF.Al', 'Thrid', 'Contxt', 'Name'];
    const right = ['First', 'Pass', 'Second', 'Action', 'length', 'Input', 'FnF.ALL', 'Third', 'Context', 'Name'];
    // A definition with a wrong type or key hides faults behind it: each round of corrections shows the next ones.
    let now = text(wrong);
    for (let round = 0; round < 4; round++) now = corrected(now);
    assert.equal(now, text(right));
  });

  test('replace a member of a path', () => {
    const message =
      '$Context.Execution has no "Nam", so this path is always null (did you mean "Name"?); it has Name, Input';
    assert.deepEqual(quickFixOf('$Context.Execution.Nam', 0, message), { from: 19, to: 22, insert: 'Name' });
  });

  test('in JSON stay inside the quotes', () => {
    const text = `{"Type":"StateMachine","SpecVersion":"v1","Name":"x","StartAt":"A\\"b","States":[{"Type":"Pass","Name":"A\\"c","End":true}]}`;
    const [first] = drawDefinition(text, OPTIONS).diagnostics;
    assert.ok(first !== undefined);
    const fix = quickFixOf(text, offsetOf(text, first.line, first.column), first.message);
    if (fix !== null) JSON.parse(text.slice(0, fix.from) + fix.insert + text.slice(fix.to));
  });

  test('are not offered where the word is no longer there, or the message has no suggestion', () => {
    const message = 'state "A" has no field "Nxt" (did you mean "Next"?)';
    assert.deepEqual(quickFixOf('Nxt: B', 0, message), { from: 0, to: 3, insert: 'Next' });
    assert.equal(quickFixOf('Next: B', 0, message), null);
    assert.equal(quickFixOf('Nxtra: B', 0, message), null);
    assert.equal(quickFixOf('', 0, message), null);
    assert.equal(quickFixOf('Nxt: B', 0, 'state "A" needs "Action"'), null);
  });
});
