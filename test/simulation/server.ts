/** A process of the simulation: the durable runtime as the composition root puts it together, on a faulty store. */
import { startExecutionAction } from '../../src/actions/fnf.ts';
import type { Action } from '../../src/actions/action.ts';
import { apiError } from '../../src/api/error.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { decodeEvents } from '../../src/interpreter/journal.ts';
import type { ExecutionView } from '../../src/runtime/executions.ts';
import { createFlowCompiler, createRunnableFlows } from '../../src/runtime/runnable-flows.ts';
import { createStandardRuntime } from '../../src/runtime/standard.ts';
import type { ExecutionRecord, ExecutionStore } from '../../src/store/executions.ts';
import { InjectedFault } from './faulty-store.ts';
import type { Life } from './life.ts';
import type { Server, World } from './world.ts';

export async function startServer(world: World, life: Life, store: ExecutionStore): Promise<Server> {
  const { clock, ids } = life;
  const compile = createFlowCompiler({ compile: compileDefinition, parallelBranches: 50 });
  const flows = createRunnableFlows({ flows: world.flows, ids, compile });
  const startExecution: Action = startExecutionAction(
    async (request) => {
      const { flowName, executionName, idempotencyKey, qualifier, input, task, waits } = request;
      const record = await runtime.start({
        flowName,
        qualifier,
        executionName: executionName ?? `c-${idempotencyKey.replaceAll(/[^\w-]/g, '_')}`,
        inputText: stringifyJson(input),
        input,
        parent: task,
        reports: waits,
        byTask: true,
      });
      return { flowName: record.flowName, executionName: record.name, requestId: ids.uuid() };
    },
    { region: 'cn-hangzhou', account: '1234567890123456' },
  );
  const runtime = await createStandardRuntime({
    clock,
    ids,
    store,
    flows,
    compile,
    actions: world.services.catalogFor(life, (action) => (action === 'FNF:StartExecution' ? startExecution : null)),
    flowId: async (name) => (await world.flows.get(name))?.id ?? null,
    limits: { ...world.options.limits, standardExecutions: null },
    keepMs: null,
    log: {
      defect(error, where) {
        if (!(error instanceof InjectedFault)) world.audit.fault(`a defect in ${where}: ${textOf(error)}`);
      },
      storeTrouble: (trouble) => world.trace.add(trouble === null ? 'the store works again' : 'the store is in trouble'),
      stuck: (id, error) => world.audit.fault(`#${id} is stuck: ${textOf(error)}`),
      ownershipLost: () => world.trace.add(`life ${life.number} has lost the store`),
    },
  });
  const find = async (flowName: string, name: string): Promise<ExecutionRecord> => {
    const flow = await world.flows.get(flowName);
    if (flow === null) throw apiError('FlowNotExists', flowName);
    const record = await store.find(flow.id, name);
    if (record === null) throw apiError('ExecutionNotExists', name, flowName);
    return record;
  };
  const viewOf = (record: ExecutionRecord): ExecutionView => ({ ...record, definition: '', roleArn: '', environment: [] });
  return {
    life,
    executions: {
      async start({ flowName, executionName, inputText, input, qualifier }) {
        const start = { flowName, qualifier, executionName, inputText, input };
        return viewOf(await runtime.start({ ...start, parent: null, reports: false, byTask: false }));
      },
      stop: async (flowName, name, failure) => viewOf(await runtime.stop(await find(flowName, name), failure)),
      async describe(flowName, name, waitMs) {
        const record = await find(flowName, name);
        const ended = runtime.whenEnded(record.id, waitMs);
        const again = await find(flowName, name);
        if (again.status !== 'Running' || waitMs === 0) return viewOf(again);
        await ended;
        return viewOf(await find(flowName, name));
      },
      async list({ flowName, limit, nextToken, textUnits }) {
        const flow = await world.flows.get(flowName);
        if (flow === null) throw apiError('FlowNotExists', flowName);
        const query = { status: null, startedAfterMs: null, startedBeforeMs: null, namePrefix: '', metadataOnly: false };
        const after = nextToken === '' ? null : (JSON.parse(nextToken) as { startedMs: number; id: number });
        const more = { flowId: flow.id, version: null, alias: null, after, limit, textUnits };
        const page = await store.list({ ...query, ...more });
        return {
          executions: page.executions.map(viewOf),
          nextToken: page.next === null ? '' : JSON.stringify(page.next),
        };
      },
      async history(flowName, name, fromEvent, limit) {
        const rows = await store.journal((await find(flowName, name)).id, fromEvent, limit + 1);
        const all = rows
          .flatMap((row) => decodeEvents(row.events))
          .filter(({ event }) => event.id >= fromEvent)
          .map(({ event, stepName }) => ({ ...event, stepName, detail: {} }));
        return { events: all.slice(0, limit), nextEvent: all.length > limit ? fromEvent + limit : null };
      },
      report: (token, report) => runtime.report(token, report),
      async waits(flowName, name) {
        const record = await find(flowName, name);
        return { view: viewOf(record), waits: await runtime.waits(record) };
      },
      redrive: async (flowName, name) => viewOf(await runtime.redrive(await find(flowName, name))),
    },
    flowChanged: (name) => flows.forget(name),
    flowDeleted(name) {
      flows.forget(name);
      runtime.flowDeleted(name, { error: 'FnF.FlowDeleted', cause: `Flow '${name}' was deleted.` });
    },
    async stop(limitMs) {
      await runtime.drain(limitMs);
      runtime.close();
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
