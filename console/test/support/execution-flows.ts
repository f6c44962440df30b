/** Flows whose executions have much to show. The heads of their definitions are added by `createFlow`. */
import type { ConsoleServer } from './console-server.ts';

/** Counts to a number in a loop of two states: six events a round. */
export function loopFlow(rounds: number): Readonly<Record<string, unknown>> {
  return {
    StartAt: 'Count',
    States: [
      { Type: 'Pass', Name: 'Count', OutputConstructor: { 'n.$': 'intAdd($Input.n, 1)' }, Next: 'Enough' },
      {
        Type: 'Choice',
        Name: 'Enough',
        Branches: [{ Condition: `$Input.n < ${rounds}`, Next: 'Count' }],
        Default: 'Done',
      },
      { Type: 'Succeed', Name: 'Done' },
    ],
  };
}

/** Waits for a report, with its token and an Authorization header in the parameters. */
export const APPROVAL = {
  StartAt: 'Ask',
  States: [
    {
      Type: 'Task',
      Name: 'Ask',
      Action: 'MNS:SendMessage',
      TaskMode: 'WaitForCustomCallback',
      Parameters: {
        resourceArn: 'acs:mns:::/queues/approvals/messages',
        message: { 'token.$': '$Context.Current.TaskToken', headers: { Authorization: 'Bearer secret-of-the-header' } },
      },
      Timeout: 86_400,
      Next: 'Done',
    },
    { Type: 'Succeed', Name: 'Done' },
  ],
};

/** States of all kinds with names that are hard to show; its Call fails after three attempts. */
export const VARIED = {
  StartAt: 'Prepare',
  States: [
    {
      Type: 'Pass',
      Name: 'Prepare',
      InputConstructor: { 'order.$': '$Input.id', 'items.$': '$Input.items', 'lost.$': '$Input.nothing.here' },
      GlobalConstructor: { shop: 'eu' },
      Next: '并行处理 📦 مرحبا',
    },
    {
      Type: 'Parallel',
      Name: '并行处理 📦 مرحبا',
      Branches: [
        { StartAt: 'Reserve', States: [{ Type: 'Wait', Name: 'Reserve', Seconds: 1, End: true }] },
        {
          StartAt: 'Each',
          States: [
            {
              Type: 'Map',
              Name: 'Each',
              ItemsPath: '$Input.items',
              Processor: { StartAt: 'x'.repeat(128), States: [{ Type: 'Pass', Name: 'x'.repeat(128), End: true }] },
              End: true,
            },
          ],
        },
      ],
      OutputConstructor: { 'packed.$': '$Output.Branch1.Items' },
      Next: 'Call',
    },
    {
      Type: 'Task',
      Name: 'Call',
      Action: 'HTTP:Request',
      TaskMode: 'RequestComplete',
      Parameters: { url: 'http://127.0.0.1:9/none', method: 'POST', 'body.$': '$Input' },
      Retry: [{ Errors: ['FnF.ALL'], MaxAttempts: 2, IntervalSeconds: 1 }],
      End: true,
    },
  ],
};

/** Digits, markup, and names that other programs trip over. */
export const VARIED_INPUT =
  '{"id":"A-1","items":[1,2,9007199254740993],"note":"<script>alert(1)</script>","__proto__":{"polluted":true}}';

/** The name of the first Map run of an execution, as soon as it has begun. */
export async function mapRunOf(server: Pick<ConsoleServer, 'call'>, flow: string, execution: string): Promise<string> {
  for (;;) {
    const { Events } = await server.call('GetExecutionHistory', { FlowName: flow, ExecutionName: execution });
    const started = (Events as { Type: string; EventDetail: string }[]).find(({ Type }) => Type === 'MapRunStarted');
    if (started !== undefined) {
      return (JSON.parse(started.EventDetail) as { readonly output: { readonly MapRunName: string } }).output
        .MapRunName;
    }
  }
}
