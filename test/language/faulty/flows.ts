/** State machines with faults of the flow, of its states in general, or of expressions. */
import { flow } from '../support.ts';
import type { FaultyDefinition } from './faulty-definition.ts';

export const FAULTY_FLOWS: readonly FaultyDefinition[] = [
  {
    name: 'top level missing',
    text: `Type: StateMachine
`,
    faults: [
      '1:1 error missing-field',
      '1:1 warning missing-name',
      '1:1 error missing-field',
      '1:1 error missing-field',
    ],
  },
  {
    name: 'top level case',
    text: `Type: StateMachine
specVersion: v1
name: x
startAt: A
states:
  - {Type: Pass, Name: A, End: true}
`,
    faults: [
      '1:1 error missing-field',
      '1:1 warning missing-name',
      '1:1 error missing-field',
      '1:1 error missing-field',
      '2:1 warning unknown-key specVersion',
      '3:1 warning unknown-key name',
      '4:1 warning unknown-key startAt',
      '5:1 warning unknown-key states',
    ],
  },
  {
    name: 'top level types',
    text: `Type: StateMachine
SpecVersion: 1
Name: [x]
StartAt: {}
States: {}
Timeout: soon
`,
    faults: [
      '2:14 error bad-field-value SpecVersion',
      '3:7 error wrong-type Name',
      '4:10 error wrong-type StartAt',
      '5:9 error wrong-type States',
      '6:10 error wrong-type Timeout',
    ],
  },
  {
    name: 'timeout range',
    text: `Type: StateMachine
SpecVersion: v1
Name: x
StartAt: A
Timeout: -1
States: [{Type: Pass, Name: A, End: true}]
`,
    faults: ['5:10 error out-of-range Timeout'],
  },
  {
    name: 'timeout long',
    text: `Type: StateMachine
SpecVersion: v1
Name: x
StartAt: A
Timeout: 301
States: [{Type: Pass, Name: A, End: true}]
`,
    faults: ['5:1 warning flow-timeout Timeout'],
  },
  {
    name: 'empty states',
    text: `Type: StateMachine
SpecVersion: v1
Name: x
StartAt: A
States: []
`,
    faults: ['5:9 error empty-list States'],
  },
  {
    name: 'dangling start',
    text: flow(`  - {Type: Pass, Name: B, End: true}
`),
    faults: ['4:10 error dangling-start StartAt'],
  },
  {
    name: 'dangling next',
    text: flow(`  - {Type: Pass, Name: A, Next: Done}
  - {Type: Pass, Name: Dome, End: true}
`),
    faults: ['6:33 error dangling-next States[0].Next'],
  },
  {
    name: 'state not a map',
    text: flow(`  - A
  - {Type: Pass, Name: A, End: true}
`),
    faults: ['6:5 error wrong-type States[0]'],
  },
  {
    name: 'state without name and type',
    text: flow(`  - {End: true}
  - {Type: Pass, Name: A, End: true}
`),
    faults: ['6:5 error missing-field States[0]', '6:5 error missing-field States[0]'],
  },
  {
    name: 'name not text',
    text: flow(`  - {Type: Pass, Name: 1, End: true}
  - {Type: Pass, Name: A, End: true}
`),
    faults: ['6:24 error wrong-type States[0].Name'],
  },
  {
    name: 'unknown type',
    text: flow(`  - {Type: Psas, Name: A, End: true}
`),
    faults: ['6:12 error unknown-type States[0].Type'],
  },
  {
    name: 'duplicate states',
    text: flow(`  - {Type: Pass, Name: A, End: true}
  - {Type: Pass, Name: A, End: true}
`),
    faults: ['7:18 error duplicate-state States[1].Name'],
  },
  {
    name: 'unreachable',
    text: flow(`  - {Type: Pass, Name: A, End: true}
  - {Type: Pass, Name: B, End: true}
`),
    faults: ['7:18 warning unreachable-state States[1].Name'],
  },
  {
    name: 'neither next nor end',
    text: flow(`  - {Type: Pass, Name: A}
`),
    faults: ['6:5 error missing-transition States[0]'],
  },
  {
    name: 'end false',
    text: flow(`  - {Type: Pass, Name: A, End: false}
`),
    faults: ['6:5 error missing-transition States[0]'],
  },
  {
    name: 'both next and end',
    text: flow(`  - {Type: Pass, Name: A, Next: A, End: true}
`),
    faults: ['6:36 error both-transitions States[0].End'],
  },
  {
    name: 'wrong case next',
    text: flow(`  - {Type: Pass, Name: A, next: A}
`),
    faults: ['6:5 error missing-transition States[0]', '6:27 warning unknown-key States[0].next'],
  },
  {
    name: 'end not a flag',
    text: flow(`  - {Type: Pass, Name: A, End: yes}
`),
    faults: ['6:32 error wrong-type States[0].End'],
  },
  {
    name: 'unknown key',
    text: flow(`  - {Type: Pass, Name: A, End: true, InputConstuctor: {}}
`),
    faults: ['6:38 warning unknown-key States[0].InputConstuctor'],
  },
  {
    name: 'key of another type',
    text: flow(`  - {Type: Pass, Name: A, End: true, Seconds: 5, Retry: []}
`),
    faults: ['6:38 warning key-without-effect States[0].Seconds', '6:50 warning key-without-effect States[0].Retry'],
  },
  {
    name: 'foreign word',
    text: flow(`  - {Type: Pass, Name: A, End: true, ResultPath: x}
`),
    faults: ['6:38 warning unknown-key States[0].ResultPath'],
  },
  {
    name: 'constructor types',
    text: flow(`  - {Type: Pass, Name: A, End: true, InputConstructor: [], OutputConstructor: x, GlobalConstructor: 1}
`),
    faults: [
      '6:56 error wrong-type States[0].InputConstructor',
      '6:79 error wrong-type States[0].OutputConstructor',
      '6:101 error wrong-type States[0].GlobalConstructor',
    ],
  },
  {
    name: 'both forms',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {a: 1, a.$: $Input.b}
`),
    faults: ['9:30 error both-forms States[0].InputConstructor.a.$'],
  },
  {
    name: 'not an expression',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {a.$: hello, b.$: 5, c.$: true, d.$: , .$: $Input}
`),
    faults: [
      '9:29 error expression-syntax States[0].InputConstructor.a.$',
      '9:41 error expression-required States[0].InputConstructor.b.$',
      '9:49 error expression-required States[0].InputConstructor.c.$',
      '9:60 error expression-required States[0].InputConstructor.d.$',
      '9:62 error empty-name States[0].InputConstructor[".$"]',
    ],
  },
  {
    name: 'expression place',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor:
      list:
        - deep.$: format("{}", $Inptu.a)
`),
    faults: ['11:32 error unknown-variable States[0].InputConstructor.list[0].deep.$'],
  },
  {
    name: 'output too early',
    text: flow(`  - Type: Task
    Name: A
    End: true
    Action: HTTP:Request
    InputConstructor: {a.$: $Output}
    Parameters: {url.$: $Output.url, method: GET, body: {x.$: $Item}}
    OutputConstructor: {a.$: $Output, b.$: $Item}
`),
    faults: [
      '10:29 error unavailable-variable States[0].InputConstructor.a.$',
      '11:25 error unavailable-variable States[0].Parameters.url.$',
      '11:63 error unavailable-variable States[0].Parameters.body.x.$',
      '12:44 error unavailable-variable States[0].OutputConstructor.b.$',
    ],
  },
  {
    name: 'deep expression',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor:
      input.$: {key1: val1, key2: $Input.age, key3: [$Inptu]}
`),
    faults: [
      '10:16 warning deep-expression States[0].InputConstructor.input.$',
      '10:54 error unknown-variable States[0].InputConstructor.input.$.key3[0]',
    ],
  },
  {
    name: 'text like expression',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    InputConstructor: {a: $Input.a, b: [$Output], c: $Inputs, d: $Input and more}
`),
    faults: [
      '9:27 warning odd-text States[0].InputConstructor.a',
      '9:41 warning odd-text States[0].InputConstructor.b[0]',
    ],
  },
  {
    name: 'global key length',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    GlobalConstructor: {ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé: 1}
`),
    faults: [
      '9:25 error out-of-range States[0].GlobalConstructor["éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…"]',
    ],
  },
  {
    name: 'a path to a member that is never there',
    text: flow(`  - Type: Pass
    Name: A
    End: true
    OutputConstructor: {x.$: $Context.Execution.Id}
`),
    faults: ['9:30 warning odd-member States[0].OutputConstructor.x.$'],
  },
];
