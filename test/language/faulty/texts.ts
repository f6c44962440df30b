/** Texts that are no definition, or that YAML reads in another way than their author meant. */
import { flow } from '../support.ts';
import type { FaultyDefinition } from './faulty-definition.ts';

export const FAULTY_TEXTS: readonly FaultyDefinition[] = [
  {
    name: 'empty text',
    text: `
`,
    faults: ['1:1 error empty-definition'],
  },
  {
    name: 'only comments',
    text: `# nothing
`,
    faults: ['1:1 error empty-definition'],
  },
  {
    name: 'empty document',
    text: `---
`,
    faults: ['1:1 error empty-definition'],
  },
  {
    name: 'sequence root',
    text: `- Type: StateMachine
`,
    faults: ['1:1 error unknown-dialect'],
  },
  {
    name: 'scalar root',
    text: `StateMachine
`,
    faults: ['1:1 error unknown-dialect'],
  },
  {
    name: 'no dialect',
    text: `Name: x
`,
    faults: ['1:1 error unknown-dialect'],
  },
  {
    name: 'lower case type key',
    text: `type: StateMachine
StartAt: A
`,
    faults: ['1:7 error unknown-dialect type'],
  },
  {
    name: 'no type, but states: the rest is checked as well',
    text: `SpecVersion: v1
Name: x
StartAt: A
States:
  - {Type: Pass, Name: A}
`,
    faults: ['1:1 error unknown-dialect', '5:5 error missing-transition States[0]'],
  },
  {
    name: 'misspelt type',
    text: `Type: Statemachine
SpecVersion: v1
Name: x
StartAt: A
States:
  - {Type: Pass, Name: A, End: true}
`,
    faults: ['1:7 error unknown-dialect Type'],
  },
  {
    name: 'two documents',
    text: `Type: StateMachine
---
a: b
`,
    faults: [
      '1:1 error missing-field',
      '1:1 warning missing-name',
      '1:1 error missing-field',
      '1:1 error missing-field',
      '2:1 error yaml-documents',
    ],
  },
  {
    name: 'tab indentation',
    text: `Type: StateMachine
States:
	- a: b
`,
    faults: ['3:1 error yaml-syntax'],
  },
  {
    name: 'unclosed flow',
    text: `{Type: StateMachine, States: [
`,
    faults: ['2:1 error yaml-syntax', '2:1 error yaml-syntax'],
  },
  {
    name: 'bad escape: the rest is checked as well',
    text: `Type: StateMachine
SpecVersion: v1
Name: "a\\qb"
StartAt: A
States:
  - {Type: Pass, Name: A}
`,
    faults: ['3:9 error yaml-syntax', '6:5 error missing-transition States[0]'],
  },
  {
    name: 'duplicate key',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    Name: B
`),
    faults: ['9:5 error duplicate-key States[0].Name'],
  },
  {
    name: 'complex key',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor:
      ? [a]
      : 1
`),
    faults: ['10:9 error bad-key States[0].InputConstructor'],
  },
  {
    name: 'null key',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {~: 1, "~": 2}
`),
    faults: ['9:24 error bad-key States[0].InputConstructor'],
  },
  {
    name: 'not json',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {a: .inf, b: .NaN, c: -.Inf}
`),
    faults: [
      '9:27 error bad-value States[0].InputConstructor.a',
      '9:36 error bad-value States[0].InputConstructor.b',
      '9:45 error bad-value States[0].InputConstructor.c',
    ],
  },
  {
    name: 'unknown anchor',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {a: &base 1, b: *bas}
`),
    faults: ['9:39 error unknown-anchor States[0].InputConstructor.b'],
  },
  {
    name: 'anchor cycle',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: &a {x: [*a]}
`),
    faults: ['9:31 error alias-cycle States[0].InputConstructor.x[0]'],
  },
  {
    name: 'bad merge',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {<<: 5}
`),
    faults: ['9:28 error bad-merge States[0].InputConstructor["<<"]'],
  },
  {
    name: 'unknown tag',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {a: !Ref b}
`),
    faults: ['9:27 warning unknown-tag'],
  },
  {
    name: 'an operator that YAML reads as a tag',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    OutputConstructor:
      x.$: ! $Input.a
`),
    faults: ['10:12 warning swallowed-text States[0].OutputConstructor.x.$'],
  },
];
