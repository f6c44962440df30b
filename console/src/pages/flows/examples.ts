/**
 * Flows to begin with. Each shows one thing that flows are made for, runs on a server without anything beside it, and is accepted
 * by the compiler without a warning, which a test checks.
 */
import type { Language } from '../../texts/texts.ts';

export interface FlowExample {
  /** The name in the definition, and the suggested name of the flow. */
  readonly name: string;
  readonly mode: 'Standard' | 'Express';
  readonly title: Readonly<Record<Language, string>>;
  readonly about: Readonly<Record<Language, string>>;
  readonly definition: string;
  /** An input to try it with, as JSON; `{server}` is the address of the server. */
  readonly input: string;
}

/** The input of an example, for a server at this address. */
export function exampleInput({ input }: FlowExample, server: string): string {
  return input.replaceAll('{server}', server.replace(/\/$/, ''));
}

export const EXAMPLES: readonly FlowExample[] = [
  {
    name: 'hello',
    mode: 'Express',
    title: { en: 'Hello', zh: '你好' },
    about: {
      en: 'The smallest useful flow: one state makes the output from the input, and the caller gets it in the same call.',
      zh: '最小的可用流程：一个状态根据输入生成输出，调用方在同一次调用中得到结果。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: hello
StartAt: Greet
States:
  - Type: Pass
    Name: Greet
    OutputConstructor:
      greeting.$: format("Hello, {}!", $Input.name)
    End: true
`,
    input: '{"name": "Ada"}',
  },
  {
    name: 'fetch-page',
    mode: 'Express',
    title: { en: 'Call an HTTP service', zh: '调用 HTTP 服务' },
    about: {
      en: 'A task calls an address and the output has its status and body. Ten lines, no function to deploy.',
      zh: '任务调用一个地址，输出包含响应的状态码和正文。只需十几行，无需部署函数。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: fetch-page
StartAt: Fetch
States:
  - Type: Task
    Name: Fetch
    Action: HTTP:Request
    Parameters:
      method: GET
      url.$: $Input.url
    OutputConstructor:
      status.$: $Output.Code
      body.$: $Output.Body
    End: true
`,
    input: '{"url": "{server}/healthz"}',
  },
  {
    name: 'approval',
    mode: 'Standard',
    title: { en: 'Ask for an approval', zh: '请求审批' },
    about: {
      en: 'A task sends a message and waits up to a day until someone reports the decision, with the callback token or with the button on the page of the execution.',
      zh: '任务发送一条消息，然后最多等待一天，直到有人用回调令牌或执行页面上的按钮上报结果。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: approval
StartAt: Ask
States:
  - Type: Task
    Name: Ask
    Action: MNS:SendMessage
    TaskMode: WaitForCustomCallback
    Timeout: 86400
    Parameters:
      resourceArn: acs:mns:::/queues/approvals/messages
      message:
        item.$: $Input.item
        amount.$: $Input.amount
        token.$: $Context.Current.TaskToken
    Catch:
      - Errors: [FnF.TaskTimeout]
        Next: NoAnswer
    OutputConstructor:
      item.$: $Input.item
      approved.$: $Output.approved
    Next: Decide

  - Type: Choice
    Name: Decide
    Branches:
      - Condition: $Input.approved == true
        Next: Order
    Default: Refused

  - Type: Succeed
    Name: Order
    OutputConstructor:
      text.$: format("{} is ordered.", $Input.item)

  - Type: Fail
    Name: Refused
    Code: Refused
    Detail: The request was refused.

  - Type: Fail
    Name: NoAnswer
    Code: NoAnswer
    Detail: There was no answer within a day.
`,
    input: '{"item": "A new bicycle", "amount": 900}',
  },
  {
    name: 'invoice-lines',
    mode: 'Express',
    title: { en: 'Repeat for each item', zh: '逐项处理列表' },
    about: {
      en: 'A Map runs its states once for each item of a list, three items at a time, and collects the results in order.',
      zh: 'Map 对列表中的每一项运行一遍其状态，每次三项，并按顺序汇总结果。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: invoice-lines
StartAt: Lines
States:
  - Type: Map
    Name: Lines
    ItemsPath: $Input.items
    MaxConcurrency: 3
    ItemConstructor:
      customer.$: $Input.customer
      item.$: $Item
      place.$: $Context.Current.ItemIndex
    Processor:
      StartAt: Write
      States:
        - Type: Pass
          Name: Write
          OutputConstructor:
            line.$: intAdd($Input.place, 1)
            text.$: format("{} × {} for {}", $Input.item.count, $Input.item.name, $Input.customer)
          End: true
    OutputConstructor:
      lines.$: $Output.Items
    End: true
`,
    input: '{"customer": "Ada", "items": [{"name": "Pencil", "count": 12}, {"name": "Paper", "count": 2}]}',
  },
  {
    name: 'offer',
    mode: 'Express',
    title: { en: 'Work in parallel and catch errors', zh: '并行处理并捕获错误' },
    about: {
      en: 'Two branches call two services at once. If one of them cannot be reached, the flow makes a simpler offer instead of failing.',
      zh: '两个分支同时调用两个服务。若其中一个无法访问，流程会改用较简单的方案，而不是失败。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: offer
StartAt: Ask
States:
  - Type: Parallel
    Name: Ask
    Branches:
      - StartAt: Price
        States:
          - Type: Task
            Name: Price
            Action: HTTP:Request
            Parameters:
              method: GET
              url.$: $Input.priceUrl
            OutputConstructor:
              status.$: $Output.Code
            End: true
      - StartAt: Stock
        States:
          - Type: Task
            Name: Stock
            Action: HTTP:Request
            Timeout: 5
            Parameters:
              method: GET
              url.$: $Input.stockUrl
            OutputConstructor:
              status.$: $Output.Code
            End: true
    Catch:
      - Errors: [HTTP.ConnectionFailed, HTTP.Timeout, FnF.TaskTimeout]
        OutputConstructor:
          item.$: $Input.item
          reason.$: $Context.Current.Error.Code
        Next: OfferLater
    OutputConstructor:
      item.$: $Input.item
      price.$: $Output.Branch0.status
      stock.$: $Output.Branch1.status
    Next: OfferNow

  - Type: Succeed
    Name: OfferNow
    OutputConstructor:
      text.$: format("{} can be sent now, the services answered {} and {}", $Input.item, $Input.price, $Input.stock)

  - Type: Succeed
    Name: OfferLater
    OutputConstructor:
      text.$: format("{}, answer follows by mail, {}", $Input.item, $Input.reason)
`,
    input: '{"item": "Bicycle", "priceUrl": "{server}/healthz", "stockUrl": "http://127.0.0.1:9/stock"}',
  },
  {
    name: 'wait-until-ready',
    mode: 'Standard',
    title: { en: 'Wait and try again', zh: '等待与重试' },
    about: {
      en: 'Asks a service every ten seconds until it is ready. Failed calls are retried with growing pauses, and the flow gives up after five questions.',
      zh: '每十秒询问一次服务，直到其就绪。失败的调用会以递增的间隔重试，询问五次后放弃。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: wait-until-ready
StartAt: Begin
States:
  - Type: Pass
    Name: Begin
    OutputConstructor:
      url.$: $Input.url
      asked: 0
    Next: Ask

  - Type: Task
    Name: Ask
    Action: HTTP:Request
    Timeout: 30
    Parameters:
      method: GET
      url.$: $Input.url
    Retry:
      - Errors: [HTTP.ConnectionFailed, HTTP.Timeout, FnF.TaskTimeout]
        MaxAttempts: 4
        IntervalSeconds: 1
        BackoffRate: 2
    OutputConstructor:
      url.$: $Input.url
      status.$: $Output.Code
      asked.$: intAdd($Input.asked, 1)
    Next: IsReady

  - Type: Choice
    Name: IsReady
    Branches:
      - Condition: $Input.status == 200
        Next: Ready
      - Condition: $Input.asked >= 5
        Next: GiveUp
    Default: Pause

  - Type: Wait
    Name: Pause
    Seconds: 10
    Next: Ask

  - Type: Succeed
    Name: Ready

  - Type: Fail
    Name: GiveUp
    Code: NotReady
    Detail: The service was not ready after five questions.
`,
    input: '{"url": "{server}/healthz"}',
  },
  {
    name: 'order',
    mode: 'Standard',
    title: { en: 'Start another flow and wait for it', zh: '启动子流程并等待' },
    about: {
      en: 'A task starts an execution of the flow “approval”, the example above, and continues with its output when it has ended.',
      zh: '任务启动流程 approval（上面的示例）的一次执行，待其结束后使用它的输出继续。',
    },
    definition: `Type: StateMachine
SpecVersion: v1
Name: order
StartAt: Approve
States:
  - Type: Task
    Name: Approve
    Action: FNF:StartExecution
    TaskMode: WaitForSystemCallback
    Parameters:
      resourceArn: acs:fnf:::flow/approval
      input:
        item.$: $Input.item
        amount.$: $Input.amount
    Catch:
      - Errors: [Refused, NoAnswer]
        OutputConstructor:
          reason.$: $Context.Current.Error.Detail
        Next: Cancelled
    OutputConstructor:
      result.$: $Output.text
    End: true

  - Type: Succeed
    Name: Cancelled
`,
    input: '{"item": "A new bicycle", "amount": 900}',
  },
];
