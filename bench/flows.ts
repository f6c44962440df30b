/** The flows and the input of the benchmark. */

/** One Pass state. */
export const ONE_STATE = `
Type: StateMachine
SpecVersion: v1
Name: one
StartAt: Only
States:
  - Type: Pass
    Name: Only
    End: true
`;

/** An execution passes through ten states: six have constructors, and one in the middle is a Choice. */
export const TEN_STATES = `
Type: StateMachine
SpecVersion: v1
Name: ten
StartAt: Receive
States:
  - Type: Pass
    Name: Receive
    OutputConstructor:
      order.$: $Input.order
      customer.$: $Input.customer
      currency: EUR
    Next: Greet
  - Type: Pass
    Name: Greet
    OutputConstructor:
      order.$: $Input.order
      customer.$: $Input.customer
      greeting.$: format("Dear {}", $Input.customer.name)
    Next: Look
  - Type: Pass
    Name: Look
    Next: Size
  - Type: Choice
    Name: Size
    Branches:
      - Condition: $Input.order.amount > 1000 && $Input.customer.level == "new"
        Next: Review
      - Condition: $Input.order.amount > 10
        Next: Accept
    Default: Review
  - Type: Pass
    Name: Review
    Next: Note
  - Type: Pass
    Name: Accept
    InputConstructor:
      order.$: $Input.order
      greeting.$: $Input.greeting
      accepted: true
    Next: Note
  - Type: Pass
    Name: Note
    OutputConstructor:
      order.$: $Input.order
      greeting.$: $Input.greeting
      lines.$: length($Input.order.lines)
    Next: Weigh
  - Type: Pass
    Name: Weigh
    Next: Pack
  - Type: Pass
    Name: Pack
    OutputConstructor:
      parcel:
        id.$: $Input.order.id
        lines.$: $Input.lines
      greeting.$: $Input.greeting
    Next: Label
  - Type: Pass
    Name: Label
    OutputConstructor:
      label.$: format("{}/{}", $Input.parcel.id, $Input.parcel.lines)
      greeting.$: $Input.greeting
    Next: Done
  - Type: Succeed
    Name: Done
`;

export const INPUT = JSON.stringify({
  order: { id: 'o-1024', amount: 99.5, lines: ['apples', 'pears', 'plums'] },
  customer: { name: 'Li Lei', level: 'regular' },
});

/** How many Pass states the chain in the interpreter's row has. */
export const CHAIN_LENGTH = 1000;

/** A chain of {@link CHAIN_LENGTH} Pass states in the language of Millrace. */
export function passChain(): string {
  const states = Array.from({ length: CHAIN_LENGTH }, (_, i) => ({
    Type: 'Pass',
    Name: `S${i}`,
    ...(i === CHAIN_LENGTH - 1 ? { End: true } : { Next: `S${i + 1}` }),
  }));
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'chain', StartAt: 'S0', States: states });
}

/** The same chain in the Amazon States Language. */
export function amazonPassChain(): {
  StartAt: string;
  States: Record<string, { Type: 'Pass'; Next: string } | { Type: 'Pass'; End: true }>;
} {
  const states: Record<string, { Type: 'Pass'; Next: string } | { Type: 'Pass'; End: true }> = {};
  for (let i = 0; i < CHAIN_LENGTH - 1; i++) states[`S${i}`] = { Type: 'Pass', Next: `S${i + 1}` };
  states[`S${CHAIN_LENGTH - 1}`] = { Type: 'Pass', End: true };
  return { StartAt: 'S0', States: states };
}

/** Tasks of the flow whose steps a second are counted. */
export const DURABLE_STEPS = 10;
/** Tasks of the flow whose callbacks are timed. */
export const CALLBACK_TASKS = 10;

/** A chain of tasks that are answered at once. */
export function taskChain(): string {
  return chain(DURABLE_STEPS, {
    Type: 'Task',
    Action: 'FC:InvokeFunction',
    Parameters: { resourceArn: 'acs:fc:::functions/f/LATEST' },
  });
}

/** A chain of tasks that each wait for a report. */
export function callbackChain(): string {
  return chain(CALLBACK_TASKS, {
    Type: 'Task',
    Action: 'HTTP:Request',
    TaskMode: 'WaitForCustomCallback',
    Parameters: { url: 'http://127.0.0.1/', method: 'POST' },
  });
}

/** One Wait, which is long enough for the execution to leave memory. */
export const SLEEP = JSON.stringify({
  Type: 'StateMachine',
  SpecVersion: 'v1',
  Name: 'sleep',
  StartAt: 'Sleep',
  States: [{ Type: 'Wait', Name: 'Sleep', Seconds: 300, End: true }],
});

function chain(length: number, state: object): string {
  const states = Array.from({ length }, (_, i) => ({
    ...state,
    Name: `S${i}`,
    ...(i === length - 1 ? { End: true } : { Next: `S${i + 1}` }),
  }));
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'chain', StartAt: 'S0', States: states });
}
