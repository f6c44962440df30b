/** Classic definitions with faults. */
import type { FaultyDefinition } from './faulty-definition.ts';

export const FAULTY_CLASSIC_FLOWS: readonly FaultyDefinition[] = [
  {
    name: 'classic: nothing but its type',
    text: `type: flow
`,
    faults: ['1:1 error missing-field', '1:1 error missing-field'],
  },
  {
    name: 'classic: no type, but steps',
    text: `version: v1
steps:
  - {type: pass, name: a}
`,
    faults: ['1:1 error missing-field'],
  },
  {
    name: 'classic: another type',
    text: `version: v1
type: Flow
steps:
  - {type: pass, name: a}
`,
    faults: ['2:7 error bad-field-value type'],
  },
  {
    name: 'classic: another version, a number for a version',
    text: `version: v2
type: flow
steps:
  - {type: pass, name: a}
`,
    faults: ['1:10 error bad-field-value version'],
  },
  {
    name: 'classic: version as a number',
    text: `version: 1.0
type: flow
steps:
  - {type: pass, name: a}
`,
    faults: ['1:10 error bad-field-value version'],
  },
  {
    name: 'classic: an empty list of steps',
    text: `version: v1
type: flow
steps: []
`,
    faults: ['3:8 error empty-list steps'],
  },
  {
    name: 'classic: steps is a mapping',
    text: `version: v1
type: flow
steps: {type: pass, name: a}
`,
    faults: ['3:8 error wrong-type steps'],
  },
  {
    name: 'classic: entries that are no steps',
    text: `version: v1
type: flow
steps:
  - 5
  - pass
`,
    faults: ['4:5 error wrong-type steps[0]', '5:5 error wrong-type steps[1]'],
  },
  {
    name: 'classic: words of the state machine at the top',
    text: `version: v1
type: flow
SpecVersion: v1
Name: x
StartAt: a
Timeout: 5
timeoutSecond: 5
steps:
  - {type: pass, name: a}
`,
    faults: [
      '3:1 warning unknown-key SpecVersion',
      '4:1 warning unknown-key Name',
      '5:1 warning unknown-key StartAt',
      '6:1 warning unknown-key Timeout',
      '7:1 warning unknown-key timeoutSecond',
    ],
  },
  {
    name: 'classic: flow timeout',
    text: `version: v1
type: flow
timeoutSeconds: 301
steps:
  - {type: pass, name: a}
`,
    faults: ['3:1 warning flow-timeout timeoutSeconds'],
  },
  {
    name: 'classic: bad flow timeout',
    text: `version: v1
type: flow
timeoutSeconds: -1
steps:
  - {type: pass, name: a}
`,
    faults: ['3:17 error out-of-range timeoutSeconds'],
  },
  {
    name: 'classic: local in the inputMappings of the flow',
    text: `version: v1
type: flow
inputMappings:
  - {target: x, source: $local.a}
steps:
  - {type: pass, name: a}
`,
    faults: ['4:25 error unavailable-variable inputMappings[0].source'],
  },
  {
    name: 'classic: a step without name and type',
    text: `version: v1
type: flow
steps:
  - {end: true}
`,
    faults: ['4:5 error missing-field steps[0]', '4:5 error missing-field steps[0]'],
  },
  {
    name: 'classic: unknown types of step',
    text: `version: v1
type: flow
steps:
  - {type: Pass, name: a}
  - {type: map, name: b}
`,
    faults: ['4:12 error unknown-type steps[0].type', '5:12 error unknown-type steps[1].type'],
  },
  {
    name: 'classic: Type and Name',
    text: `version: v1
type: flow
steps:
  - {Type: pass, Name: a}
`,
    faults: ['4:5 error missing-field steps[0]', '4:5 error missing-field steps[0]'],
  },
  {
    name: 'classic: one name twice in a list',
    text: `version: v1
type: flow
steps:
  - {type: pass, name: a}
  - {type: pass, name: a}
`,
    faults: ['5:18 error duplicate-state steps[1].name'],
  },
  {
    name: 'classic: one name in two lists',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices:
      - condition: $.x
        steps:
          - {type: pass, name: a}
`,
    faults: ['9:26 warning duplicate-step steps[0].choices[0].steps[0].name'],
  },
  {
    name: 'classic: behind an end',
    text: `version: v1
type: flow
steps:
  - {type: pass, name: a, end: true}
  - {type: pass, name: b}
`,
    faults: ['5:18 warning unreachable-state steps[1].name'],
  },
  {
    name: 'classic: behind a choice that always leads to another step',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices:
      - {condition: $.x, goto: c}
    default: {goto: c}
  - {type: pass, name: b}
  - {type: pass, name: c}
`,
    faults: ['9:18 warning unreachable-state steps[1].name'],
  },
  {
    name: 'classic: behind succeed and fail, and an end that says no',
    text: `version: v1
type: flow
steps:
  - {type: succeed, name: a, end: false}
  - {type: fail, name: b, end: true}
  - {type: pass, name: c, end: yes}
`,
    faults: [
      '4:30 warning key-without-effect steps[0].end',
      '5:18 warning unreachable-state steps[1].name',
      '6:18 warning unreachable-state steps[2].name',
      '6:32 error wrong-type steps[2].end',
    ],
  },
  {
    name: 'classic: goto to nowhere and into another list',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices:
      - {condition: $.x, goto: bb}
      - condition: $.y
        goto: inner
        steps:
          - {type: pass, name: inner}
    default: {goto: ""}
  - {type: pass, name: b}
`,
    faults: ['7:32 error dangling-next steps[0].choices[0].goto', '9:15 error dangling-next steps[0].choices[1].goto'],
  },
  {
    name: 'classic: goto out of a branch',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices:
      - condition: $.x
        steps:
          - type: choice
            name: inner
            choices:
              - {condition: $.y, goto: b}
  - {type: pass, name: b}
`,
    faults: ['12:40 error dangling-next steps[0].choices[0].steps[0].choices[0].goto'],
  },
  {
    name: 'classic: keys of other steps and of no step',
    text: `version: v1
type: flow
steps:
  - {type: pass, name: a, duration: 5, Next: b, goto: b, outputMapping: []}
  - {type: parallel, name: b, retry: [], branches: [{steps: [{type: pass, name: c, catch: []}]}]}
`,
    faults: [
      '4:27 warning key-without-effect steps[0].duration',
      '4:40 warning unknown-key steps[0].Next',
      '4:49 warning unknown-key steps[0].goto',
      '4:58 warning unknown-key steps[0].outputMapping',
      '5:31 warning key-without-effect steps[1].retry',
      '5:84 warning key-without-effect steps[1].branches[0].steps[0].catch',
    ],
  },
  {
    name: 'classic: choice without choices',
    text: `version: v1
type: flow
steps:
  - {type: choice, name: a}
  - {type: choice, name: b, choices: []}
  - {type: choice, name: c, choices: {condition: true}}
`,
    faults: [
      '4:5 error missing-field steps[0]',
      '5:38 error empty-list steps[1].choices',
      '6:38 error wrong-type steps[2].choices',
    ],
  },
  {
    name: 'classic: choices with faults',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices:
      - {steps: []}
      - {condition: 5}
      - {condition: $.a = 1, next: b}
    default: b
  - {type: pass, name: b}
`,
    faults: [
      '7:9 error missing-field steps[0].choices[0]',
      '7:17 error empty-list steps[0].choices[0].steps',
      '8:21 error expression-required steps[0].choices[1].condition',
      '9:25 error expression-operator steps[0].choices[2].condition',
      '9:30 warning unknown-key steps[0].choices[2].next',
      '10:14 error wrong-type steps[0].default',
    ],
  },
  {
    name: 'classic: default is a list',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices: [{condition: true}]
    default: [{goto: a}]
`,
    faults: ['7:14 error wrong-type steps[0].default'],
  },
  {
    name: 'classic: variables of other places and functions in conditions',
    text: `version: v1
type: flow
steps:
  - type: choice
    name: a
    choices:
      - condition: $input.a == 1
      - condition: $local.a == 1
      - condition: $context.step.eventId > 1
      - condition: $Input.a
      - condition: $foo
      - condition: length($.a) > 1
      - condition: size($.a) + 1 > 2
      - condition: "$.a ? 1 : 2"
      - condition: $.a[$.b]
      - condition: $.a.size()
      - condition: $.a =~ "x"
      - condition: $.a-b == 1
`,
    faults: [
      '7:20 error unavailable-variable steps[0].choices[0].condition',
      '8:20 error unavailable-variable steps[0].choices[1].condition',
      '9:20 error unavailable-variable steps[0].choices[2].condition',
      '10:20 error unavailable-variable steps[0].choices[3].condition',
      '11:20 error unknown-variable steps[0].choices[4].condition',
      '12:20 error unknown-function steps[0].choices[5].condition',
      '13:20 error unknown-function steps[0].choices[6].condition',
      '13:30 error expression-operator steps[0].choices[6].condition',
      '14:25 error expression-operator steps[0].choices[7].condition',
      '15:23 error expression-path steps[0].choices[8].condition',
      '16:28 error expression-path steps[0].choices[9].condition',
      '17:24 error expression-operator steps[0].choices[10].condition',
      '18:22 error expression-path steps[0].choices[11].condition',
    ],
  },
  {
    name: 'classic: wait without a time, with both, with an odd one',
    text: `version: v1
type: flow
steps:
  - {type: wait, name: a}
  - {type: wait, name: b, duration: 1, timestamp: 2030-01-31T08:00:00Z}
  - {type: wait, name: c, timestamp: 2030-01-31}
  - {type: wait, name: d, timestamp: 5}
  - {type: wait, name: e, duration: soon}
  - {type: wait, name: f, duration: 1.5}
  - {type: wait, name: g, duration: $local.x}
  - {type: wait, name: h, duration: $.x + 1}
`,
    faults: [
      '4:5 error missing-field steps[0]',
      '5:40 error both-forms steps[1].timestamp',
      '6:38 error bad-field-value steps[2].timestamp',
      '7:38 error bad-field-value steps[3].timestamp',
      '8:37 error wrong-type steps[4].duration',
      '9:37 error wrong-type steps[5].duration',
      '10:37 error unavailable-variable steps[6].duration',
      '11:41 error expression-syntax steps[7].duration',
    ],
  },
  {
    name: 'classic: waits that are too long, in an Express flow',
    text: `version: v1
type: flow
steps:
  - {type: wait, name: a, duration: 21}
  - {type: wait, name: b, duration: 172800}
`,
    faults: ['4:37 error out-of-range steps[0].duration', '5:37 error out-of-range steps[1].duration'],
  },
  {
    name: 'classic: waits that are too long, in a Standard flow',
    mode: 'Standard',
    text: `version: v1
type: flow
steps:
  - {type: wait, name: a, duration: 172800}
  - {type: wait, name: b, duration: 172801}
  - {type: wait, name: c, duration: -1}
`,
    faults: ['5:37 error out-of-range steps[1].duration', '6:37 error out-of-range steps[2].duration'],
  },
  {
    name: 'classic: parallel with faults',
    text: `version: v1
type: flow
steps:
  - {type: parallel, name: a}
  - {type: parallel, name: b, branches: []}
  - {type: parallel, name: c, branches: [{steps: []}, {StartAt: x}, 5]}
`,
    faults: [
      '4:5 error missing-field steps[0]',
      '5:41 error empty-list steps[1].branches',
      '6:50 error empty-list steps[2].branches[0].steps',
      '6:55 error missing-field steps[2].branches[1]',
      '6:56 warning unknown-key steps[2].branches[1].StartAt',
      '6:69 error wrong-type steps[2].branches[2]',
    ],
  },
  {
    name: 'classic: foreach with faults',
    text: `version: v1
type: flow
steps:
  - {type: foreach, name: a}
  - {type: foreach, name: b, iterationMapping: {}, steps: []}
  - type: foreach
    name: c
    iterationMapping: {collection: names, item: x, index: x, items: 1}
    steps: [{type: pass, name: d}]
  - type: foreach
    name: e
    iterationMapping: {collection: $local.names, item: 5}
    steps: [{type: pass, name: f}]
  - type: foreach
    name: g
    iterationMapping: {collection: [1, 2], item: x}
    steps: [{type: pass, name: h}]
`,
    faults: [
      '4:5 error missing-field steps[0]',
      '4:5 error missing-field steps[0]',
      '5:48 error missing-field steps[1].iterationMapping',
      '5:48 error missing-field steps[1].iterationMapping',
      '5:59 error empty-list steps[1].steps',
      '8:36 error expression-syntax steps[2].iterationMapping.collection',
      '8:52 error bad-field-value steps[2].iterationMapping.index',
      '8:62 warning unknown-key steps[2].iterationMapping.items',
      '12:36 error unavailable-variable steps[3].iterationMapping.collection',
      '12:56 error wrong-type steps[3].iterationMapping.item',
      '16:36 error expression-required steps[4].iterationMapping.collection',
    ],
  },
  {
    name: 'classic: fail with expressions and no texts',
    text: `version: v1
type: flow
steps:
  - {type: fail, name: a, error: $.code, cause: $local.cause}
`,
    faults: ['4:34 warning odd-text steps[0].error', '4:49 warning odd-text steps[0].cause'],
  },
  {
    name: 'classic: fail with numbers',
    text: `version: v1
type: flow
steps:
  - {type: fail, name: a, error: 404}
`,
    faults: ['4:34 error wrong-type steps[0].error'],
  },
  {
    name: 'classic: mappings that are none',
    text: `version: v1
type: flow
steps:
  - {type: pass, name: a, inputMappings: {x: 1}, outputMappings: [5]}
`,
    faults: ['4:42 error wrong-type steps[0].inputMappings', '4:67 error wrong-type steps[0].outputMappings[0]'],
  },
  {
    name: 'classic: mappings with faults',
    text: `version: v1
type: flow
steps:
  - type: pass
    name: a
    outputMappings:
      - {target: x}
      - {source: 1}
      - {target: 5, source: 1}
      - {target: y, source: 1, value: 2}
      - {target: y, source: 2}
      - {target: a.b, source: 2}
`,
    faults: [
      '7:9 error missing-field steps[0].outputMappings[0]',
      '8:9 error missing-field steps[0].outputMappings[1]',
      '9:18 error wrong-type steps[0].outputMappings[2].target',
      '10:32 warning unknown-key steps[0].outputMappings[3].value',
      '11:18 warning duplicate-target steps[0].outputMappings[4].target',
      '12:18 warning odd-target steps[0].outputMappings[5].target',
    ],
  },
  {
    name: 'classic: sources',
    text: `version: v1
type: flow
steps:
  - type: pass
    name: a
    inputMappings:
      - {target: a, source: $.x}
      - {target: b, source: "$['x']"}
      - {target: c, source: $}
      - {target: d, source: $Input.x}
      - {target: e, source: $inputs.x}
      - {target: f, source: {deep: [$input.x]}}
      - {target: g, source: $input.x == 1}
      - {target: h, source: $input..x}
      - {target: i, source: "$input.x[?(@.a)]"}
      - {target: j, source: $input.length()}
      - {target: k, source: $input-x}
      - {target: l, source: "$5"}
`,
    faults: [
      '7:29 warning bare-path steps[0].inputMappings[0].source',
      '8:29 warning bare-path steps[0].inputMappings[1].source',
      '9:29 warning odd-text steps[0].inputMappings[2].source',
      '10:29 warning odd-text steps[0].inputMappings[3].source',
      '11:29 warning odd-text steps[0].inputMappings[4].source',
      '12:37 warning odd-text steps[0].inputMappings[5].source.deep[0]',
      '13:38 error expression-syntax steps[0].inputMappings[6].source',
      '14:35 error expression-path steps[0].inputMappings[7].source',
      '15:38 error expression-path steps[0].inputMappings[8].source',
      '16:42 error expression-path steps[0].inputMappings[9].source',
      '17:35 error expression-syntax steps[0].inputMappings[10].source',
    ],
  },
  {
    name: 'classic: sources that are always null',
    text: `version: v1
type: flow
steps:
  - {type: pass, name: a, outputMappings: [{target: x, source: $local.x}, {target: y, source: $input.x}]}
  - type: parallel
    name: b
    branches: [{steps: [{type: pass, name: c}]}]
    outputMappings: [{target: x, source: $local.x}, {target: y, source: "$local[0].x"}, {target: z, source: "$local[*].x"}]
  - type: task
    name: d
    resourceArn: acs:fc:::functions/f
    errorMappings: [{target: x, source: $local.code}, {target: y, source: $local.cause}]
    catch: [{errors: [FnF.ALL], goto: a}]
`,
    faults: [
      '4:64 warning odd-source steps[0].outputMappings[0].source',
      '8:42 warning odd-source steps[1].outputMappings[0].source',
      '12:41 warning odd-source steps[2].errorMappings[0].source',
    ],
  },
  {
    name: 'classic: tasks that call nothing',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a}
  - {type: task, name: b, resourceArn: }
  - {type: task, name: c, resourceArn: service/function}
  - {type: task, name: d, resourceArn: acs:oss:::bucket}
  - {type: task, name: e, resourceArn: 5}
  - {type: task, name: f, resourceArn: acs:fc:::functions/f, action: ocr:X}
  - {type: task, name: g, action: ocr}
  - {type: task, name: h, action: hsf:call}
  - {type: task, name: i, action: HTTP:Get}
`,
    faults: [
      '4:5 error missing-field steps[0]',
      '5:27 error missing-field steps[1].resourceArn',
      '6:40 error bad-resource steps[2].resourceArn',
      '7:40 error bad-resource steps[3].resourceArn',
      '8:40 error wrong-type steps[4].resourceArn',
      '9:62 error both-forms steps[5].action',
      '10:35 error bad-action steps[6].action',
      '11:27 error hsf-action steps[7].action',
      '12:35 error bad-action steps[8].action',
    ],
  },
  {
    name: 'classic: resources of an odd form',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: acs:fc:::services/s}
  - {type: task, name: b, resourceArn: "acs:fc:{region}:{account}:functions/f"}
  - {type: task, name: c, resourceArn: acs:fnf:::flows/x}
  - {type: task, name: d, resourceArn: acs:mns:::topics/t/messages, serviceParams: {MessageBody: $}}
  - {type: task, name: e, resourceArn: <arn>}
`,
    faults: [
      '4:40 warning odd-resource steps[0].resourceArn',
      '5:40 warning odd-resource steps[1].resourceArn',
      '6:40 warning odd-resource steps[2].resourceArn',
      '7:40 warning odd-resource steps[3].resourceArn',
      '8:40 warning odd-resource steps[4].resourceArn',
    ],
  },
  {
    name: 'classic: patterns in an Express flow',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: acs:fc:::functions/f, pattern: waitForCallback}
  - {type: task, name: b, resourceArn: acs:fnf:::flow/x, pattern: sync}
  - {type: task, name: c, resourceArn: acs:fnf:::flow/x, pattern: requestResponse}
  - {type: task, name: d, resourceArn: acs:fnf:::flow/x, pattern: async}
  - {type: task, name: e, resourceArn: nowhere, pattern: sync}
`,
    faults: [
      '4:71 error callback-in-express steps[0].pattern',
      '5:67 error callback-in-express steps[1].pattern',
      '7:67 error bad-field-value steps[3].pattern',
      '8:40 error bad-resource steps[4].resourceArn',
      '8:58 error callback-in-express steps[4].pattern',
    ],
  },
  {
    name: 'classic: patterns that the service does not have, and a token that no one gets',
    mode: 'Standard',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: acs:mns:::/topics/t/messages, pattern: sync, serviceParams: {MessageBody: $}}
  - {type: task, name: b, action: ocr:X, pattern: sync}
  - {type: task, name: c, resourceArn: acs:fc:::functions/f, pattern: waitForCallback}
  - {type: task, name: d, resourceArn: acs:fc:::functions/f, pattern: sync, serviceParams: {InvocationType: Sync}}
`,
    faults: [
      '4:79 error unsupported-mode steps[0].pattern',
      '5:51 error unsupported-mode steps[1].pattern',
      '6:71 warning no-task-token steps[2].pattern',
      '7:62 warning odd-mode steps[3].pattern',
    ],
  },
  {
    name: 'classic: parameters of functions',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: acs:fc:::functions/f, serviceParams: {InvocationType: async}}
  - {type: task, name: b, resourceArn: acs:fc:::functions/f, serviceParams: {StatefulAsyncInvocationID: x, Invocationtype: Sync}}
  - {type: task, name: c, resourceArn: acs:fc:::functions/f, serviceParams: [1]}
`,
    faults: [
      '4:94 error bad-parameter steps[0].serviceParams.InvocationType',
      '5:77 warning key-without-effect steps[1].serviceParams',
      '5:108 warning unknown-parameter steps[1].serviceParams.Invocationtype',
      '6:77 error wrong-type steps[2].serviceParams',
    ],
  },
  {
    name: 'classic: parameters of flows and messages',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: acs:fnf:::flow/x, serviceParams: {Input: text, Name: n}}
  - {type: task, name: b, resourceArn: acs:fnf:::flow/x, serviceParams: {Input: "[1]"}}
  - {type: task, name: c, resourceArn: acs:mns:::/queues/q/messages}
  - {type: task, name: d, resourceArn: acs:mns:::/queues/q/messages, serviceParams: {Body: $, MessageTag: $input.x}}
  - {type: task, name: e, action: fnf:StartExecution, serviceParams: {Flow: x}}
  - {type: task, name: f, action: fnf:StartExecution}
  - {type: task, name: g, action: HTTP:Request, serviceParams: {URL: x, method: Fetch}}
  - {type: task, name: h, action: HTTP:Request}
`,
    faults: [
      '4:81 error bad-parameter steps[0].serviceParams.Input',
      '4:87 warning unknown-parameter steps[0].serviceParams.Name',
      '5:81 error bad-parameter steps[1].serviceParams.Input',
      '6:5 error missing-parameter steps[2]',
      '7:70 error missing-parameter steps[3].serviceParams',
      '7:86 warning unknown-parameter steps[3].serviceParams.Body',
      '7:107 warning odd-text steps[3].serviceParams.MessageTag',
      '8:55 error missing-parameter steps[4].serviceParams',
      '8:71 warning unknown-parameter steps[4].serviceParams.Flow',
      '9:5 error missing-parameter steps[5]',
      '10:49 error missing-parameter steps[6].serviceParams',
      '10:65 warning unknown-parameter steps[6].serviceParams.URL',
      '10:81 error bad-parameter steps[6].serviceParams.method',
      '11:5 error missing-parameter steps[7]',
      '11:5 warning default-parameter steps[7]',
    ],
  },
  {
    name: 'classic: time limits of tasks',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: acs:fc:::functions/f, timeoutSeconds: -1}
  - {type: task, name: b, resourceArn: acs:fc:::functions/f, timeoutSeconds: $.x}
  - {type: task, name: c, resourceArn: acs:fc:::functions/f, Timeout: 5}
`,
    faults: [
      '4:78 error out-of-range steps[0].timeoutSeconds',
      '5:78 error wrong-type steps[1].timeoutSeconds',
      '6:62 warning unknown-key steps[2].Timeout',
    ],
  },
  {
    name: 'classic: retry and catch with faults',
    text: `version: v1
type: flow
steps:
  - type: task
    name: a
    resourceArn: acs:fc:::functions/f
    errorMappings: []
    retry:
      - {}
      - {errors: [], maxAttempts: -1, intervalSeconds: 86401, multiplier: 0, maxIntervalSeconds: 0}
      - {errors: [5], backoffRate: 2}
      - 5
  - type: task
    name: b
    resourceArn: acs:fc:::functions/f
    catch:
      - {errors: [FnF.ALL]}
      - {goto: x}
      - {errors: FnF.ALL, next: a}
`,
    faults: [
      '7:5 warning key-without-effect steps[0].errorMappings',
      '9:9 error missing-field steps[0].retry[0]',
      '10:18 error empty-list steps[0].retry[1].errors',
      '10:35 error out-of-range steps[0].retry[1].maxAttempts',
      '10:56 error out-of-range steps[0].retry[1].intervalSeconds',
      '10:75 error out-of-range steps[0].retry[1].multiplier',
      '10:98 error out-of-range steps[0].retry[1].maxIntervalSeconds',
      '11:19 error wrong-type steps[0].retry[2].errors[0]',
      '11:23 warning unknown-key steps[0].retry[2].backoffRate',
      '12:9 error wrong-type steps[0].retry[3]',
      '17:9 error missing-field steps[1].catch[0]',
      '18:9 error missing-field steps[1].catch[1]',
      '18:16 error dangling-next steps[1].catch[1].goto',
      '19:9 error missing-field steps[1].catch[2]',
      '19:18 error wrong-type steps[1].catch[2].errors',
      '19:27 warning unknown-key steps[1].catch[2].next',
    ],
  },
  {
    name: 'classic: a reference that is none',
    text: `version: v1
type: flow
steps:
  - {type: task, name: a, resourceArn: !Ref service}
  - {type: task, name: b, resourceArn: !Ref a/b/c}
  - {type: task, name: c, resourceArn: !Sub s/f}
`,
    faults: [
      '4:40 warning unknown-tag',
      '4:45 error bad-resource steps[0].resourceArn',
      '5:40 warning unknown-tag',
      '5:45 error bad-resource steps[1].resourceArn',
      '6:40 warning unknown-tag',
      '6:45 error bad-resource steps[2].resourceArn',
    ],
  },
  {
    name: 'classic: parts that the context does not have, and a token that is not there',
    mode: 'Standard',
    text: `version: v1
type: flow
steps:
  - type: task
    name: a
    resourceArn: acs:fc:::functions/f
    inputMappings:
      - {target: a, source: $context.taskToken}
      - {target: b, source: $context.execution.id}
      - {target: c, source: $context.task.token}
      - {target: d, source: $context.step.eventId}
      - {target: e, source: $context}
`,
    faults: [
      '8:29 warning odd-source steps[0].inputMappings[0].source',
      '9:29 warning odd-source steps[0].inputMappings[1].source',
      '10:29 warning odd-source steps[0].inputMappings',
    ],
  },
  {
    name: 'classic: constants that a message and a start cannot have',
    mode: 'Standard',
    text: `version: v1
type: flow
steps:
  - type: task
    name: a
    resourceArn: acs:mns:::/queues/q/messages
    serviceParams: {MessageBody: $, Priority: 17, DelaySeconds: "60", MessageTag: 5, MessageAttributes: "{}"}
  - type: task
    name: b
    resourceArn: acs:mns:::/queues/q/messages
    serviceParams: {MessageBody: $, Priority: $.p, DelaySeconds: -1}
  - {type: task, name: c, resourceArn: "acs:fnf:::flow/x", serviceParams: {ExecutionName: 5}}
  - {type: task, name: d, action: "fnf:StartExecution", serviceParams: {FlowName: x, ExecutionName: [a]}}
`,
    faults: [
      '7:47 error bad-parameter steps[0].serviceParams.Priority',
      '7:83 error bad-parameter steps[0].serviceParams.MessageTag',
      '11:66 error bad-parameter steps[1].serviceParams.DelaySeconds',
      '12:91 error bad-parameter steps[2].serviceParams.ExecutionName',
      '13:101 error bad-parameter steps[3].serviceParams.ExecutionName',
    ],
  },
];
