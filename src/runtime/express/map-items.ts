/** Runs the Express children of Map runs (rules.md 7.10) on the runtime of Express flows. */
import type { ExpressItem, ExpressItemEnd, ItemOfRun } from '../map-items.ts';
import { environmentOf } from '../flows/runnable-flows.ts';
import type { ExpressRuntime } from './express.ts';
import type { ExpressSource } from './history/retained-execution.ts';

/** @throws {ApiError} `ResourceThrottled` when too many executions run. */
export function createExpressItems(
  runtime: Pick<ExpressRuntime, 'run'>,
): (item: ExpressItem) => Promise<ExpressItemEnd> {
  // One object for all children of a run, which then share what the history holds of their flow.
  const sources = new WeakMap<ItemOfRun, ExpressSource & { readonly environment: ReturnType<typeof environmentOf> }>();
  return ({ run, name, input, inputText, index, origin, signal }) => {
    const { parent, snapshot, plan } = run;
    let source = sources.get(run);
    if (source === undefined) {
      const { definition, description, roleArn, environment } = snapshot;
      const flow = { id: parent.flowId, name: parent.flowName, definition, description, roleArn, environment };
      source = { flow, plan, version: parent.version, environment: environmentOf(environment) };
      sources.set(run, source);
    }
    return runtime.run({
      ...{
        flowName: parent.flowName,
        roleArn: snapshot.roleArn,
        writer: snapshot.writer,
        environment: source.environment,
      },
      ...{ plan, name, input, depth: 0, origin },
      facts: { source, alias: parent.alias, inputText, mapRun: run.name },
      mapItem: { state: run.state, index },
      signal,
    });
  };
}
