/** Definitions with faults, and the diagnostics of each: `line:column severity code path`, in the order of the text. */
import { flow } from './support.ts';

export interface FaultyDefinition {
  readonly name: string;
  /** Express by default. */
  readonly mode?: 'Standard';
  readonly text: string;
  readonly faults: readonly string[];
}

export const FAULTY_DEFINITIONS: readonly FaultyDefinition[] = [
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
    name: 'an error name that no state raises',
    text: flow(`  - Type: Task
    Name: A
    Action: HTTP:Request
    Parameters: {url: "http://127.0.0.1/", method: GET}
    Retry: [{Errors: [FnF.TaskTimout], MaxAttempts: 1, IntervalSeconds: 1}]
    End: true
`),
    faults: ['10:23 warning odd-error States[0].Retry[0].Errors[0]'],
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
      '10:15 warning odd-parameter States[0].MaxItems',
      '11:33 error out-of-range States[0].ToleratedFailurePercentage',
      '13:5 error distributed-map-not-built States[0].ProcessorConfig',
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
  {
    name: 'task none',
    text: flow(`  - {Type: Task, Name: A, End: true}
`),
    faults: ['6:5 error missing-field States[0]'],
  },
  {
    name: 'task action shape',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: HTTPRequest}
  - {Type: Task, Name: B, Next: C, Action: http:request}
  - {Type: Task, Name: C, Next: D, Action: HTTP:Get}
  - {Type: Task, Name: D, Next: E, Action: HSF:call}
  - {Type: Task, Name: E, End: true, Action: "ECS:DescribeInstances"}
`),
    faults: [
      '6:44 error bad-action States[0].Action',
      '7:5 error missing-parameter States[1]',
      '7:5 warning default-parameter States[1]',
      '7:36 warning odd-action States[1].Action',
      '8:44 error bad-action States[2].Action',
      '9:36 error hsf-action States[3].Action',
    ],
  },
  {
    name: 'task mode',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: "ECS:X", TaskMode: RequestCompleted}
  - {Type: Task, Name: B, Next: C, Action: "ECS:X", TaskMode: WaitForSystemCallback}
  - {Type: Task, Name: C, End: true, Action: "ECS:X", TaskMode: WaitForCustomCallback}
`),
    faults: [
      '6:63 error bad-field-value States[0].TaskMode',
      '7:63 error callback-in-express States[1].TaskMode',
      '8:65 error callback-in-express States[2].TaskMode',
    ],
  },
  {
    name: 'task mode standard',
    mode: 'Standard',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: "ECS:X", TaskMode: WaitForSystemCallback}
  - {Type: Task, Name: B, Next: C, Action: "OSS:PutBucket", TaskMode: WaitForCustomCallback}
  - {Type: Task, Name: C, Next: D, Action: "FC:InvokeFunction", TaskMode: WaitForSystemCallback, Parameters: {resourceArn: "acs:fc:::functions/f", invocationType: Sync}}
  - {Type: Task, Name: D, End: true, Action: "HTTP:Request", TaskMode: WaitForCustomCallback, Parameters: {url.$: $Input.url, method: get}}
`),
    faults: [
      '6:63 error unsupported-mode States[0].TaskMode',
      '7:36 warning unbuilt-action States[1].Action',
      '7:71 error unsupported-mode States[1].TaskMode',
      '8:75 warning odd-mode States[2].TaskMode',
    ],
  },
  {
    name: 'task token',
    mode: 'Standard',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: "ECS:X", TaskMode: WaitForCustomCallback, Parameters: {a.$: $Input.token}}
  - {Type: Task, Name: B, Next: C, Action: "ECS:X", TaskMode: WaitForCustomCallback, Parameters: {token: $Context.Current.TaskToken}}
  - {Type: Task, Name: C, End: true, Action: "ECS:X", TaskMode: WaitForCustomCallback}
`),
    faults: [
      '6:63 warning no-task-token States[0].TaskMode',
      '7:63 warning no-task-token States[1].TaskMode',
      '7:106 warning odd-text States[1].Parameters.token',
      '8:65 warning no-task-token States[2].TaskMode',
    ],
  },
  {
    name: 'task parameters',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: "HTTP:Request"}
  - {Type: Task, Name: B, Next: C, Action: "HTTP:Request", Parameters: {url: 5, method: FETCH, headers: [], query: {}}}
  - {Type: Task, Name: C, Next: D, Action: "HTTP:Request", Parameters: {url: example.com}}
  - {Type: Task, Name: D, Next: E, Action: "FC:InvokeFunction", Parameters: {invocationType: sync}}
  - {Type: Task, Name: E, Next: F, Action: "FNF:StartExecution", Parameters: {resourceArn: x, input: text}}
  - {Type: Task, Name: F, End: true, Action: "HTTP:Request", Parameters: text}
`),
    faults: [
      '6:5 error missing-parameter States[0]',
      '6:5 warning default-parameter States[0]',
      '7:78 error bad-parameter States[1].Parameters.url',
      '7:89 error bad-parameter States[1].Parameters.method',
      '7:105 error bad-parameter States[1].Parameters.headers',
      '7:109 warning unknown-parameter States[1].Parameters.query',
      '8:60 warning default-parameter States[2].Parameters',
      '8:78 warning odd-parameter States[2].Parameters.url',
      '9:65 error missing-parameter States[3].Parameters',
      '9:94 error bad-parameter States[3].Parameters.invocationType',
      '10:92 warning odd-parameter States[4].Parameters.resourceArn',
      '10:102 error bad-parameter States[4].Parameters.input',
      '11:74 error wrong-type States[5].Parameters',
    ],
  },
  {
    name: 'task parameters of the integrations',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: "MNS:SendMessage", Parameters: {resourceArn: "acs:mns:::/queues/q"}}
  - {Type: Task, Name: B, Next: C, Action: "MNS:SendMessage", Parameters: {resourceArn.$: $Input.arn, message: {}, messageTag: []}}
  - {Type: Task, Name: C, Next: D, Action: "EventBridge:PutEvents", Parameters: {eventBusName: b, source: s, time: now}}
  - {Type: Task, Name: D, Next: E, Action: "SMS:SendSms", Parameters: {phoneNumbers: "1", signName: s, templateCode: c, templateParam: text}}
  - {Type: Task, Name: E, End: true, Action: "OSS:CopyObject", Parameters: {bucket: b, key: k, sourcekey: k}}
`),
    faults: [
      '6:63 error missing-parameter States[0].Parameters',
      '6:89 warning odd-parameter States[0].Parameters.resourceArn',
      '7:128 error bad-parameter States[1].Parameters.messageTag',
      '8:69 error missing-parameter States[2].Parameters',
      '8:110 warning unknown-parameter States[2].Parameters.time',
      '9:136 error bad-parameter States[3].Parameters.templateParam',
      '10:64 error missing-parameter States[4].Parameters',
      '10:96 warning unknown-parameter States[4].Parameters.sourcekey',
    ],
  },
  {
    name: 'task timeout',
    text: flow(`  - {Type: Task, Name: A, Next: B, Action: "ECS:X", Timeout: 604801}
  - {Type: Task, Name: B, Next: C, Action: "ECS:X", Timeout: 30s}
  - {Type: Task, Name: C, Next: D, Action: "ECS:X", Timeout: 1, Timeout.$: $Input.t}
  - {Type: Task, Name: D, End: true, Action: "ECS:X", TimeoutSeconds: 5}
`),
    faults: [
      '6:62 error out-of-range States[0].Timeout',
      '7:62 error wrong-type States[1].Timeout',
      '8:65 error both-forms States[2].Timeout.$',
      '9:55 warning unknown-key States[3].TimeoutSeconds',
    ],
  },
  {
    name: 'retry',
    text: flow(`  - Type: Task
    Name: A
    End: true
    Action: ECS:X
    Retry:
      - {}
      - {Errors: FnF.ALL, MaxAttempts: -1, IntervalSeconds: 86401, BackoffRate: 0, MaxBackoffSeconds: 1.5}
      - {Errors: [], MaxAttempts: "three", IntervalSeconds: 1}
      - {Errors: [1], MaxAttempts: 3, IntervalSeconds: 1, multiplier: 2}
      - always
`),
    faults: [
      '11:9 error missing-field States[0].Retry[0]',
      '11:9 error missing-field States[0].Retry[0]',
      '11:9 error missing-field States[0].Retry[0]',
      '12:18 error wrong-type States[0].Retry[1].Errors',
      '12:40 error out-of-range States[0].Retry[1].MaxAttempts',
      '12:61 error out-of-range States[0].Retry[1].IntervalSeconds',
      '12:81 error out-of-range States[0].Retry[1].BackoffRate',
      '12:103 error wrong-type States[0].Retry[1].MaxBackoffSeconds',
      '13:18 error empty-list States[0].Retry[2].Errors',
      '13:35 error wrong-type States[0].Retry[2].MaxAttempts',
      '14:19 error wrong-type States[0].Retry[3].Errors[0]',
      '14:59 warning unknown-key States[0].Retry[3].multiplier',
      '15:9 error wrong-type States[0].Retry[4]',
    ],
  },
  {
    name: 'catch',
    text: flow(`  - Type: Task
    Name: A
    End: true
    Action: ECS:X
    Catch:
      - {}
      - {Errors: [FnF.ALL], Next: Z}
      - {Errors: [FnF.ALL], goto: A, OutputConstructor: {a.$: $Context.Current.Error.Code, b.$: $Foo}}
`),
    faults: [
      '11:9 error missing-field States[0].Catch[0]',
      '11:9 error missing-field States[0].Catch[0]',
      '12:35 error dangling-next States[0].Catch[1].Next',
      '13:9 error missing-field States[0].Catch[2]',
      '13:29 warning unknown-key States[0].Catch[2].goto',
      '13:97 error unknown-variable States[0].Catch[2].OutputConstructor.b.$',
    ],
  },
  {
    name: 'on errors',
    text: flow(`  - Type: Task
    Name: A
    End: true
    Action: ECS:X
    OnErrors:
      - {Errors: [FnF.ALL]}
`),
    faults: ['10:5 warning on-errors States[0].OnErrors', '11:9 error missing-field States[0].OnErrors[0]'],
  },
  {
    name: 'on errors mixed',
    text: flow(`  - Type: Task
    Name: A
    End: true
    Action: ECS:X
    OnErrors: [{Errors: [FnF.ALL], Next: A}]
    Catch: {Errors: [FnF.ALL], Next: A}
`),
    faults: ['10:5 error on-errors-mixed States[0].OnErrors'],
  },
];
