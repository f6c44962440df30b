/** The names of Map runs, which clients find in the history of an execution. */
import type { Body, Client } from './clients.ts';

/** The name of the first Map run of an execution, `at` its FlowName and ExecutionName. The run must have begun. */
export async function nameOfMapRun(client: Client, at: Body): Promise<string> {
  const { Events: events } = await client.call('GetExecutionHistory', { ...at, Limit: 10 });
  const started = (events as Body[]).find(({ Type }) => Type === 'MapRunStarted');
  const { output } = JSON.parse(String(started?.['EventDetail'])) as { output: { MapRunName: string } };
  return output.MapRunName;
}
