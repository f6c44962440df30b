/** An attack of `npm run stalls`, and the server under it. */
import type { Answer } from '../connection.ts';

export interface Target {
  readonly port: number;
  readonly pid: number;
  /** URL of a service of the attacker, which answers with what the path asks for. */
  readonly service: string;
  /** A signed call. */
  call(action: string, form: Readonly<Record<string, string>>): Promise<Answer>;
  /** Kills the server and starts it again on its data. */
  restart(): Promise<void>;
}

export interface Attack {
  /** A noun phrase for the table. */
  readonly what: string;
  /** Lines of a settings file. */
  readonly settings?: string;
  /** Work before the watch begins, such as creating a flow. */
  prepare?(target: Target): Promise<void>;
  /** Returns how the server answered, for the table. */
  run(target: Target): Promise<string>;
}

/** `200 ×39, 429 ResourceThrottled ×1`: how often each answer came. */
export function summary(answers: readonly (Answer | Error)[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const text = answer instanceof Error ? 'no answer' : nameOf(answer);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} ×${count}`)).join(', ');
}

function nameOf({ status, body }: Answer): string {
  const text = body.toString('utf8', 0, 4096);
  const code = /"(?:ErrorCode|Code)":"([^"]+)"/.exec(text)?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** Creates a flow. An answer other than 200 is returned as its summary, because the refusal may be the point. */
export async function create(
  target: Target,
  name: string,
  definition: unknown,
  mode: 'Express' | 'Standard' = 'Express',
): Promise<string> {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const form = { Name: name, Type: 'FDL', ExecutionMode: mode, Description: 'x', Definition: text };
  return summary([await target.call('CreateFlow', form)]);
}

/** Starts an Express flow so many times at once. */
export async function runFlow(target: Target, flow: string, input: unknown = {}, times = 1): Promise<string> {
  const form = { FlowName: flow, Input: JSON.stringify(input) };
  const calls = Array.from({ length: times }, () =>
    target.call('StartSyncExecution', form).catch((error: unknown) => error as Error),
  );
  return summary(await Promise.all(calls));
}

/** A state machine whose states follow one another. */
export function machine(name: string, states: readonly Readonly<Record<string, unknown>>[]): object {
  const chained = states.map((state, i) => {
    if (state['Type'] === 'Choice' || state['Type'] === 'Succeed') return state;
    const next = states[i + 1]?.['Name'];
    return next === undefined ? { ...state, End: true } : { ...state, Next: next };
  });
  return { Type: 'StateMachine', SpecVersion: 'v1', Name: name, StartAt: states[0]?.['Name'], States: chained };
}
