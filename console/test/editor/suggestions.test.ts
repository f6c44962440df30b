/** Completion, hover and quick fixes of the editor, with the server's own vocabulary and messages. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dialectOf } from '../../../src/language/dialect.ts';
import { vocabulary as makeVocabulary } from '../../../src/language/vocabulary/vocabulary.ts';
import { hoverWords } from '../../src/editor/hover-words.ts';
import { suggest } from '../../src/editor/suggestions.ts';
import type { Suggestion, Suggestions } from '../../src/editor/suggestions.ts';

const vocabulary = makeVocabulary();

/** Asks at the `‸` of a text. */
function at(marked: string, isExplicit = true): Suggestions | null {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  return suggest({ vocabulary, dialect: dialectOf(text), text, offset, isExplicit });
}

function labels(marked: string, isExplicit = true): string[] {
  return at(marked, isExplicit)?.list.map(({ label }) => label) ?? [];
}

/** The text after the suggestion with this label was chosen. */
function chosen(marked: string, label: string): string {
  const text = marked.replace('‸', '');
  const found = at(marked);
  const suggestion: Suggestion | undefined = found?.list.find((each) => each.label === label);
  assert.ok(found !== null && found !== undefined && suggestion !== undefined, `${label} is suggested`);
  const { from, to } = found.word;
  return text.slice(0, from) + suggestion.insert + text.slice(to);
}

const HEAD = 'Type: StateMachine\nSpecVersion: v1\nName: x\n';
const FLOW = `${HEAD}StartAt: A
States:
  - Type: Task
    Name: A
    Action: HTTP:Request
    Parameters:
      method: GET
      ‸1
    Next: Be ready
    Catch:
      - Errors: [FnF.TaskTimeout]
        ‸2
  - Type: Choice
    Name: Be ready
    Branches:
      - Condition: $Input.a == 1 && ‸3
        Next: ‸4
    Default: A
  - Type: Parallel
    Name: Both
    Branches:
      - StartAt: Inner
        States:
          - Name: Inner
            Type: Pass
            Next: ‸5
          - Name: Other
            Type: Succeed
    ‸6
  - Name: New
    ‸7
`;

/** The flow with the cursor at one of its places. */
function flowAt(place: number): string {
  return FLOW.replace(/‸(\d)/g, (_, number: string) => (Number(number) === place ? '‸' : ''));
}

describe('suggestions in YAML', () => {
  test('at the top: the fields of a flow that are not there yet', () => {
    const found = labels(`${HEAD}‸\n`);
    assert.ok(found.includes('StartAt') && found.includes('States') && !found.includes('Name'), found.join());
  });

  test('in a state: the fields of its type', () => {
    const parallel = labels(flowAt(6));
    assert.ok(parallel.includes('Retry') && parallel.includes('OutputConstructor'), parallel.join());
    assert.ok(!parallel.includes('Branches') && !parallel.includes('Action') && !parallel.includes('Seconds'));
  });

  test('in a state without a type: the fields that all have', () => {
    const found = labels(flowAt(7));
    assert.ok(found.includes('Type') && !found.includes('Action') && !found.includes('Name'), found.join());
  });

  test('in the parameters: those of the action, as values and as expressions', () => {
    const found = labels(flowAt(1));
    assert.ok(found.includes('url') && found.includes('body.$') && !found.includes('method'), found.join());
  });

  test('in a part: its own fields', () => {
    assert.deepEqual(labels(flowAt(2)).toSorted(), ['Description', 'Next', 'OutputConstructor', 'OutputConstructor.$']);
  });

  test('in an expression: variables and functions', () => {
    const found = labels(flowAt(3));
    assert.ok(found.includes('$Context.Execution.Name') && found.includes('length'), found.join());
    assert.ok(!found.includes('$input'), 'of this dialect');
    assert.equal(
      chosen(`${HEAD}States:\n  - Type: Pass\n    OutputConstructor:\n      a.$: len‸`, 'length').slice(-8),
      'length()',
    );
    assert.deepEqual(
      labels(`${HEAD}States:\n  - Type: Pass\n    OutputConstructor:\n      a.$: '"len‸"'`),
      [],
      'not in a text',
    );
  });

  test('after Next: the other states of the same list', () => {
    assert.deepEqual(labels(flowAt(4)), ['A', 'Both', 'New']);
    assert.deepEqual(labels(flowAt(5)), ['Other']);
    assert.match(chosen(flowAt(4), 'Both'), /Next: Both\n {4}Default: A/);
  });

  test('after StartAt: the states of the list', () => {
    assert.deepEqual(labels(FLOW.replace('StartAt: A', 'StartAt: ‸').replace(/‸\d/g, '')), [
      'A',
      'Be ready',
      'Both',
      'New',
    ]);
  });

  test('allowed values, actions with what they do, and errors', () => {
    assert.ok(labels(`${HEAD}States:\n  - Type: ‸`).includes('Parallel'));
    const actions = at(`${HEAD}States:\n  - Type: Task\n    Action: HT‸`);
    assert.equal(actions?.list.find(({ label }) => label === 'HTTP:Request')?.about, 'Calls an HTTP server.');
    const state = `${HEAD}States:\n  - Type: Task\n    Catch:\n      - Errors:`;
    assert.ok(labels(`${state} [FnF.‸]`).includes('FnF.ALL'));
    assert.ok(labels(`${state}\n          - ‸`).includes('FnF.ALL'));
    assert.ok(labels(`${state}\n        - ‸`).includes('HTTP.Timeout'));
  });

  test('a chosen word replaces the whole word, and a colon is not doubled', () => {
    assert.equal(chosen(`${HEAD}States:\n  - Ty‸pe: Task`, 'Type').split('\n').at(-1), '  - Type: Task');
    assert.equal(chosen(`${HEAD}States:\n  - Type: Ta‸xx`, 'Task').split('\n').at(-1), '  - Type: Task');
  });

  test('names that YAML would read otherwise are quoted', () => {
    const text = `${HEAD}States:\n  - Name: A\n    Type: Pass\n    Next: ‸\n  - Name: "a: b"\n  - Name: 'true'\n  - Name: 订单 🎉\n`;
    assert.match(chosen(text, 'a: b'), /Next: "a: b"/);
    assert.match(chosen(text, 'true'), /Next: "true"|Next: true/);
    assert.match(chosen(text, '订单 🎉'), /Next: 订单 🎉/);
  });

  test('nothing in comments, in constructors and in block scalars, and nothing unasked where nothing is typed', () => {
    assert.deepEqual(labels(`${HEAD}# Sta‸`), []);
    assert.deepEqual(labels(`${HEAD}States:\n  - Type: Pass\n    InputConstructor:\n      ‸`), []);
    assert.deepEqual(labels(`${HEAD}Description: |\n  Some ‸words\n`), []);
    assert.deepEqual(labels(flowAt(6), false), []);
  });

  test('in flow mappings too', () => {
    const found = labels(`${HEAD}States:\n  - {Type: Wait, Name: W, ‸}`);
    assert.ok(found.includes('Seconds') && !found.includes('Name'), found.join());
  });

  test('inside the states of a Map, and the parts of a distributed one', () => {
    const map = `${HEAD}States:\n  - Type: Map\n    Name: M\n    ItemReader:\n      ReaderConfig:\n        ‸\n    Processor:\n      StartAt: A\n      States:\n        - Type: Wait\n`;
    assert.ok(labels(map).includes('InputType'), labels(map).join());
    assert.ok(labels(`${map.replace('‸', '')}          ‸`).includes('Seconds'));
  });
});

describe('suggestions in JSON', () => {
  const json = (inner: string): string =>
    `{"Type":"StateMachine","SpecVersion":"v1","StartAt":"A","States":[{"Type":"Task","Name":"A",${inner}},{"Type":"Pass","Name":"B"}]}`;

  test('keys are quoted, also where a quote is already typed', () => {
    assert.match(chosen(json('"Ac‸"'), 'Action'), /"Name":"A","Action": \}/);
    assert.match(chosen(json('Ac‸'), 'Action'), /"Name":"A","Action": \}/);
    assert.match(chosen(json('"Acti‸on": "x"'), 'Action'), /"Action": "x"/);
  });

  test('values are quoted', () => {
    assert.match(chosen(json('"Action": "HT‸"'), 'HTTP:Request'), /"Action": "HTTP:Request"\}/);
    assert.match(chosen(json('"Next": ‸'), 'B'), /"Next": "B"\}/);
    assert.match(chosen(json('"End": ‸'), 'true'), /"End": true\}/);
  });

  test('a text that is cut off anywhere is read', () => {
    const whole = json('"Parameters":{"url":"http://a","body.$":"$Input"},"Next":"B"');
    for (let end = 0; end <= whole.length; end++) labels(`${whole.slice(0, end)}‸`);
    for (let end = 0; end <= FLOW.length; end++) labels(`${FLOW.replaceAll('‸', '').slice(0, end)}‸`);
  });
});

describe('suggestions in the classic language', () => {
  const flow = (inner: string): string =>
    `version: v1\ntype: flow\nsteps:\n  - type: task\n    name: a\n    ${inner}\n  - type: pass\n    name: b\n`;

  test('fields, values, goto and variables are its own', () => {
    assert.ok(labels(flow('‸')).includes('resourceArn'));
    assert.ok(labels(flow('pattern: ‸')).includes('waitForCallback'));
    assert.deepEqual(labels(flow('catch: [{errors: [FnF.ALL], goto: ‸}]')), ['b']);
    const sources = labels(flow('inputMappings:\n      - target: x\n        source: $‸'));
    assert.ok(sources.includes('$input') && !sources.includes('$Input') && !sources.includes('length'), sources.join());
  });
});

describe('words about what is under the mouse', () => {
  const hovered = (marked: string): [title: string, about: string, words: readonly string[]] | null => {
    const text = marked.replace('‸', '');
    const words = hoverWords(vocabulary, dialectOf(text), text, marked.indexOf('‸'));
    return words === null ? null : [words.title, words.about, words.lists.flatMap((list) => list.words)];
  };

  test('a field, with its values', () => {
    const [title, about, values] = hovered(`${HEAD}States:\n  - Type: Task\n    Task‸Mode: RequestComplete`) ?? [];
    assert.equal(title, 'TaskMode');
    assert.match(about ?? '', /callback/);
    assert.ok(values?.includes('WaitForCustomCallback'));
  });

  test('an action, with its parameters', () => {
    const [title, , words] = hovered(`${HEAD}States:\n  - Type: Task\n    Action: HTTP:Re‸quest`) ?? [];
    assert.equal(title, 'HTTP:Request');
    assert.ok(words?.includes('url*') && words.includes('Body'));
  });

  test('a variable up to the member, and a function', () => {
    const state = `${HEAD}States:\n  - Type: Pass\n    OutputConstructor:\n      a.$: `;
    assert.equal(hovered(`${state}$Context.Exe‸cution.Name`)?.[0], '$Context.Execution');
    assert.equal(hovered(`${state}$Context.Execution.Na‸me`)?.[0], '$Context.Execution.Name');
    assert.equal(hovered(`${state}$Input.or‸der`)?.[0], '$Input');
    assert.match(hovered(`${state}len‸gth($Input.a)`)?.[0] ?? '', /^length\(/);
  });

  test('nothing about words of the author', () => {
    assert.equal(hovered(`${HEAD}States:\n  - Type: Pass\n    Name: so‸me`), null);
    assert.equal(hovered(`${HEAD}States:\n  - Type: Pass\n    InputConstructor:\n      o‸wn: 1`), null);
  });
});
