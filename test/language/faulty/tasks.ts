/** State machines with faults of a Task, of Retry or of Catch. */
import { flow } from '../support.ts';
import type { FaultyDefinition } from './faulty-definition.ts';

export const FAULTY_TASKS: readonly FaultyDefinition[] = [
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
];
