/** State machines with faults of a Wait, Choice, Parallel, Map, Succeed or Fail. */
import { flow } from '../support.ts';
import type { FaultyDefinition } from './faulty-definition.ts';

export const FAULTY_STATES: readonly FaultyDefinition[] = [
  {
    name: 'wait without seconds',
    text: flow(`  - {Type: Wait, Name: A, End: true}
`),
    faults: ['6:5 error missing-field States[0]'],
  },
  {
    name: 'wait range',
    text: flow(`  - {Type: Wait, Name: A, End: true, Seconds: 21}
`),
    faults: ['6:47 error out-of-range States[0].Seconds'],
  },
  {
    name: 'wait zero',
    text: flow(`  - {Type: Wait, Name: A, End: true, Seconds: 0}
`),
    faults: ['6:47 error out-of-range States[0].Seconds'],
  },
  {
    name: 'wait types',
    text: flow(`  - {Type: Wait, Name: A, Next: B, Seconds: "5s"}
  - {Type: Wait, Name: B, Next: C, Seconds: 1.5}
  - {Type: Wait, Name: C, End: true, Seconds: [1]}
`),
    faults: [
      '6:45 error wrong-type States[0].Seconds',
      '7:45 error wrong-type States[1].Seconds',
      '8:47 error wrong-type States[2].Seconds',
    ],
  },
  {
    name: 'wait both',
    text: flow(`  - {Type: Wait, Name: A, End: true, Seconds: 5, Seconds.$: $Input.s}
`),
    faults: ['6:50 error both-forms States[0].Seconds.$'],
  },
  {
    name: 'wait standard',
    mode: 'Standard',
    text: flow(`  - {Type: Wait, Name: A, Next: B, Seconds: 300}
  - {Type: Wait, Name: B, End: true, Seconds: 301}
`),
    faults: ['7:47 error out-of-range States[1].Seconds'],
  },
  {
    name: 'choice empty',
    text: flow(`  - {Type: Choice, Name: A}
`),
    faults: ['6:5 error missing-field States[0]', '6:5 error missing-field States[0]'],
  },
  {
    name: 'choice parts',
    text: flow(`  - Type: Choice
    Name: A
    Next: A
    End: true
    OutputConstructor: {}
    Branches: []
    Default: A
`),
    faults: [
      '8:5 error choice-transition States[0].Next',
      '9:5 error choice-transition States[0].End',
      '10:5 warning key-without-effect States[0].OutputConstructor',
      '11:15 error empty-list States[0].Branches',
    ],
  },
  {
    name: 'choice branches',
    text: flow(`  - Type: Choice
    Name: A
    Branches:
      - {Condition: 5, Next: A}
      - {Next: B}
      - {Condition: '$Input.a ==', Next: A}
      - {Condition: true}
      - A
    Default: A
`),
    faults: [
      '9:21 error expression-required States[0].Branches[0].Condition',
      '10:9 error missing-field States[0].Branches[1]',
      '10:16 error dangling-next States[0].Branches[1].Next',
      '11:33 error expression-syntax States[0].Branches[2].Condition',
      '12:9 error missing-field States[0].Branches[3]',
      '13:9 error wrong-type States[0].Branches[4]',
    ],
  },
  {
    name: 'choice dynamic condition',
    text: flow(`  - Type: Choice
    Name: A
    Branches: [{Condition.$: $Input.a, Next: A}]
    Default: A
`),
    faults: [
      '8:16 error missing-field States[0].Branches[0]',
      '8:17 warning unknown-key States[0].Branches[0].Condition.$',
    ],
  },
  {
    name: 'parallel none',
    text: flow(`  - {Type: Parallel, Name: A, End: true}
`),
    faults: ['6:5 error missing-field States[0]'],
  },
  {
    name: 'parallel empty',
    text: flow(`  - {Type: Parallel, Name: A, End: true, Branches: []}
`),
    faults: ['6:52 error empty-list States[0].Branches'],
  },
  {
    name: 'parallel inner',
    text: flow(`  - Type: Parallel
    Name: A
    End: true
    Branches:
      - StartAt: X
        States: [{Type: Pass, Name: X, Next: A}]
      - States: [{Type: Pass, Name: X, End: true}]
      - {StartAt: X}
      - Other
`),
    faults: [
      '11:46 error dangling-next States[0].Branches[0].States[0].Next',
      '12:9 error missing-field States[0].Branches[1]',
      '13:9 error missing-field States[0].Branches[2]',
      '14:9 error wrong-type States[0].Branches[3]',
    ],
  },
  {
    name: 'map none',
    text: flow(`  - {Type: Map, Name: A, End: true}
`),
    faults: ['6:5 error missing-field States[0]', '6:5 error missing-field States[0]'],
  },
  {
    name: 'map parts',
    text: flow(`  - Type: Map
    Name: A
    End: true
    ItemsPath: [1]
    MaxConcuccency: 41
    MaxConcurrency: 1
    ItemConstructor: {x.$: $Item, y.$: $Output}
    Processor:
      StartAt: X
      States: [{Type: Pass, Name: Y, End: true}]
`),
    faults: [
      '9:16 error expression-required States[0].ItemsPath',
      '10:21 error out-of-range States[0].MaxConcuccency',
      '11:5 error both-forms States[0].MaxConcurrency',
      '12:40 error unavailable-variable States[0].ItemConstructor.y.$',
      '14:16 error dangling-start States[0].Processor.StartAt',
    ],
  },
  {
    name: 'map distributed express',
    text: flow(`  - Type: Map
    Name: A
    End: true
    ItemsPath: $Input.a
    ItemReader: {}
    ToleratedFailureCount: 1
    Processor:
      ProcessorConfig: {ExecutionMode: Express}
      StartAt: X
      States: [{Type: Pass, Name: X, End: true}]
`),
    faults: [
      '9:5 error both-forms States[0].ItemsPath',
      '10:5 error distributed-map-in-express States[0].ItemReader',
      '11:5 error distributed-map-in-express States[0].ToleratedFailureCount',
      '13:7 error distributed-map-in-express States[0].Processor.ProcessorConfig',
    ],
  },
  {
    name: 'map distributed standard',
    mode: 'Standard',
    text: flow(`  - Type: Map
    Name: A
    End: true
    ItemReader: {}
    MaxItems: {}
    ToleratedFailurePercentage: 101
    MaxConcurrency: 1000
    ProcessorConfig: {ExecutionMode: Expres, Mode: x}
    Processor:
      StartAt: X
      States: [{Type: Pass, Name: X, End: true}]
`),
    faults: [
      '9:17 error missing-field States[0].ItemReader',
      '9:17 error missing-field States[0].ItemReader',
      '10:15 warning odd-parameter States[0].MaxItems',
      '11:33 error out-of-range States[0].ToleratedFailurePercentage',
      '13:38 error bad-field-value States[0].ProcessorConfig.ExecutionMode',
      '13:46 warning unknown-key States[0].ProcessorConfig.Mode',
    ],
  },
  {
    name: 'succeed',
    text: flow(`  - {Type: Succeed, Name: A, Next: A, End: false}
`),
    faults: ['6:30 warning key-without-effect States[0].Next', '6:39 warning key-without-effect States[0].End'],
  },
  {
    name: 'fail',
    text: flow(`  - {Type: Fail, Name: A, Code: 5, End: true}
`),
    faults: ['6:5 warning missing-detail States[0]', '6:33 error wrong-type States[0].Code'],
  },
  {
    name: 'fail dynamic',
    text: flow(`  - {Type: Fail, Name: A, Code.$: $Input.code, Detail: x}
`),
    faults: ['6:27 warning unknown-key States[0].Code.$'],
  },
];
