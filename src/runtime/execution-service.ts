/**
 * Executions of both modes behind one port (`executions.ts`). The service finds the flow by its name and reads its executions:
 * Standard ones from the store, Express ones from the memory of the processes that ran them.
 */
import { apiError, modeNotSupported } from '../api/error.ts';
import type { ApiError } from '../api/error.ts';
import type { Failure } from '../interpreter/event.ts';
import { historyEvent } from '../interpreter/history.ts';
import type { StateEventNames } from '../interpreter/history.ts';
import { decodeEvents } from '../interpreter/journal.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore, FlowSnapshot } from '../store/executions.ts';
import { environmentUnits } from '../store/flows.ts';
import type { FlowRecord, FlowStore } from '../store/flows.ts';
import type { DurableRuntime } from './durable/durable.ts';
import type { Executions, ExecutionView, HistoryPage, ListRequest } from './executions.ts';
import type { ExpressQuery } from './express/history/express-position.ts';
import type { ExpressReader } from './express/history/express-reader.ts';
import { eventNames } from './express/history/own-express.ts';
import { positionIn } from './express/history/whole-express.ts';
import { Explanation } from './explanation.ts';
import { existingFlow } from './flows/existing-flow.ts';
import { parseQualifier } from './flows/qualifier.ts';
import { positionOf, tokenOf } from './next-token.ts';
import { FROM_API } from './start-origin.ts';
import type { StartOrigin } from './start-origin.ts';

export interface ExecutionServiceOptions {
  readonly flows: Pick<FlowStore, 'get'>;
  readonly store: ExecutionStore;
  readonly durable: DurableRuntime;
  readonly express: ExpressReader;
  readonly stateEventNames: StateEventNames;
}

export function createExecutions(options: ExecutionServiceOptions): Executions {
  const { durable, express } = options;
  const read = new Reader(options);
  return {
    async start({ callbackToken, ...request }) {
      const origin: StartOrigin = callbackToken === '' ? FROM_API : await durable.originOf(callbackToken);
      const { record, snapshot } = await durable.start({ ...request, origin });
      return read.view(record, snapshot);
    },
    async stop(flowName, executionName, failure) {
      const flow = await read.flow(flowName);
      if (isExpress(flow, executionName)) throw await read.notStoppable(flow, executionName);
      const record = await read.record(flow, executionName);
      if (record.status !== 'Running') throw apiError('ExecutionAlreadyCompleted', executionName, flowName);
      return read.view(await durable.stop(record, failure satisfies Failure));
    },
    async describe(flowName, executionName, waitMs) {
      const flow = await read.flow(flowName);
      if (isExpress(flow, executionName)) {
        return retained(flow, executionName, await express.describe(flow, executionName, waitMs));
      }
      if (waitMs > 0) await read.untilEnded(flow, executionName, waitMs);
      return read.view(await read.record(flow, executionName));
    },
    list: (request) => read.list(request),
    async history(flowName, executionName, fromEvent, limit) {
      const flow = await read.flow(flowName);
      if (isExpress(flow, executionName)) {
        return retained(flow, executionName, await express.history(flow, executionName, fromEvent, limit));
      }
      const record = await read.record(flow, executionName);
      return read.standardHistory(record, fromEvent, limit);
    },
    report: (taskToken, report) => durable.report(taskToken, report),
    async taskToken(flowName, executionName, event) {
      const flow = await read.flow(flowName);
      if (isExpress(flow, executionName)) throw modeNotSupported('Express');
      return durable.taskToken(await read.record(flow, executionName), event);
    },
    async waits(flowName, executionName) {
      const flow = await read.flow(flowName);
      if (isExpress(flow, executionName)) {
        const waits = retained(flow, executionName, await express.waits(flow, executionName));
        return { ...waits, depth: 0, startedBy: [] };
      }
      const record = await read.record(flow, executionName);
      const { waits, explanation } = await durable.waits(record);
      const startedBy = await durable.startedBy(record);
      const view = await read.view(record);
      const { depth } = record.ancestry;
      return { view, waits, explanation: explanation ?? (await read.explain(record, view)), depth, startedBy };
    },
    async redrive(flowName, executionName) {
      const flow = await read.flow(flowName);
      if (isExpress(flow, executionName)) throw modeNotSupported('Express');
      return read.view(await durable.redrive(await read.record(flow, executionName)));
    },
    async mapRun(flowName, executionName, mapRunName) {
      return durable.mapRun(await read.record(await read.flow(flowName), executionName), mapRunName);
    },
    async updateMapRun(flowName, executionName, mapRunName, changes) {
      const record = await read.record(await read.flow(flowName), executionName);
      return durable.updateMapRun(record, mapRunName, changes);
    },
  };
}

/** True for an execution of the history in memory: of an Express flow, or an Express child of a Map run, whose name has a colon. */
function isExpress({ executionMode }: FlowRecord, executionName: string): boolean {
  return executionMode === 'Express' || executionName.includes(':');
}

/** @throws {ApiError} `ExecutionNotExists` for an Express execution that no process retains. */
function retained<T>(flow: FlowRecord, name: string, found: T | null): T {
  if (found === null) throw apiError('ExecutionNotExists', name, flow.name);
  return found;
}

/** Events of one page of a history that is read to explain an execution. */
const EXPLAINED_EVENTS = 200;

type Frozen = Pick<FlowSnapshot, 'definition' | 'roleArn' | 'environment'>;

const NOTHING: Frozen = { definition: '', roleArn: '', environment: [] };

/** Reads flows, executions and histories for the members of the port. */
class Reader {
  readonly #options: ExecutionServiceOptions;
  /** The last snapshot read: most executions of a page have the same definition. */
  #snapshot: { key: string; value: Frozen } | null = null;

  constructor(options: ExecutionServiceOptions) {
    this.#options = options;
  }

  /** @throws {ApiError} `FlowNotExists` */
  flow(name: string): Promise<FlowRecord> {
    return existingFlow(this.#options.flows, name);
  }

  /** @throws {ApiError} `ExecutionNotExists` */
  async record(flow: FlowRecord, name: string): Promise<ExecutionRecord> {
    const record = await this.#options.store.find(flow.id, name);
    if (record === null) throw apiError('ExecutionNotExists', name, flow.name);
    return record;
  }

  /** Resolves when the execution has ended, or after `waitMs`. Thousands may wait, so it holds no record meanwhile. */
  async untilEnded(flow: FlowRecord, name: string, waitMs: number): Promise<void> {
    const id = await this.#runningId(flow, name);
    if (id === null) return;
    const ended = this.#options.durable.whenEnded(id, waitMs);
    // The execution may have ended before the wait began.
    if ((await this.#runningId(flow, name)) !== null) await ended;
  }

  async #runningId(flow: FlowRecord, name: string): Promise<ExecutionId | null> {
    const { id, status } = await this.record(flow, name);
    return status === 'Running' ? id : null;
  }

  /** @param snapshot of the execution's flow, if the caller has it */
  async view(record: ExecutionRecord, snapshot: FlowSnapshot | null = null): Promise<ExecutionView> {
    const { flowName, name, status, startedMs, stoppedMs, input, output } = record;
    const { definition, roleArn, environment } = snapshot ?? (await this.#frozen(record));
    return { flowName, name, status, startedMs, stoppedMs, input, output, definition, roleArn, environment };
  }

  async #frozen({ flowId, revision }: ExecutionRecord): Promise<Frozen> {
    const key = `${flowId}/${revision}`;
    if (this.#snapshot?.key === key) return this.#snapshot.value;
    const value = (await this.#options.store.snapshot(flowId, revision)) ?? NOTHING;
    this.#snapshot = { key, value };
    return value;
  }

  /** The error of StopExecution for an Express execution: it stops Standard executions only (rules.md 5.13). */
  async notStoppable(flow: FlowRecord, name: string): Promise<ApiError> {
    const { status } = retained(flow, name, await this.#options.express.describe(flow, name, 0));
    if (status !== 'Running') return apiError('ExecutionAlreadyCompleted', name, flow.name);
    return modeNotSupported('Express');
  }

  async list(request: ListRequest): Promise<{ executions: ExecutionView[]; nextToken: string }> {
    const flow = await this.flow(request.flowName);
    const query = queryOf(request, flow);
    if (flow.executionMode === 'Express') return this.#listExpress(flow, query);
    const page = await this.#options.store.list(query);
    // The children of a Map run are all of one mode.
    if (query.mapRun !== null && page.executions.length === 0 && page.next === null)
      return this.#listExpress(flow, query);
    const executions: ExecutionView[] = [];
    let units = 0;
    for (const record of page.executions) {
      const view = await this.view(record);
      executions.push(query.metadataOnly ? { ...view, definition: '' } : view);
      units += environmentUnits(view.environment);
      if (!query.metadataOnly) units += view.definition.length + view.input.length + view.output.length;
      if (units <= query.textUnits || record === page.executions.at(-1)) continue;
      return { executions, nextToken: tokenOf(flow, { startedMs: record.startedMs, id: record.id }) };
    }
    return { executions, nextToken: tokenOf(flow, page.next) };
  }

  async #listExpress(
    flow: FlowRecord,
    query: ExpressQuery,
  ): Promise<{ executions: ExecutionView[]; nextToken: string }> {
    const { executions, isMore } = await this.#options.express.list(query);
    const last = executions.at(-1);
    return {
      executions: executions.map(({ view }) => view),
      nextToken: tokenOf(flow, isMore && last !== undefined ? positionIn(last) : null),
    };
  }

  async standardHistory(record: ExecutionRecord, fromEvent: number, limit: number): Promise<HistoryPage> {
    // One event more than requested shows whether there is another page.
    const rows = await this.#options.store.journal(record.id, fromEvent, limit + 1);
    // A purge has deleted the journal after the record was read.
    if (rows.length === 0 && (await this.#options.store.get(record.id)) === null) {
      throw apiError('ExecutionNotExists', record.name, record.flowName);
    }
    const names = eventNames(await this.#options.durable.dialect(record), this.#options.stateEventNames);
    const events = rows
      .flatMap((row) => decodeEvents(row.events))
      .filter(({ event }) => event.id >= fromEvent)
      .slice(0, limit + 1)
      .map(({ event, stepName }) => historyEvent(event, stepName, names));
    return { events: events.slice(0, limit), nextEvent: events[limit]?.id ?? null };
  }

  /** Reads the history in pages, because only a few facts of it are needed. */
  async explain(record: ExecutionRecord, view: ExecutionView): Promise<string> {
    const explanation = new Explanation();
    for (let from = 1, isMore = true; isMore; from += EXPLAINED_EVENTS) {
      const rows = await this.#options.store.journal(record.id, from, EXPLAINED_EVENTS);
      isMore = rows.length > 0;
      for (const row of rows) {
        for (const named of decodeEvents(row.events)) {
          if (named.event.id >= from && named.event.id < from + EXPLAINED_EVENTS) explanation.add(named);
        }
      }
    }
    return explanation.text(view, record, 'Standard');
  }
}

function queryOf(request: ListRequest, flow: FlowRecord): ExpressQuery {
  const { qualifier: text, nextToken, flowName: _flowName, mapRunName, ...filters } = request;
  const qualifier = parseQualifier(text);
  return {
    ...filters,
    flowId: flow.id,
    mapRun: mapRunName === '' ? null : mapRunName,
    // LATEST asks for executions that ran the definition that was current at their start.
    version: qualifier.kind === 'latest' ? '' : qualifier.kind === 'version' ? qualifier.number : null,
    alias: qualifier.kind === 'alias' ? qualifier.name : null,
    after: nextToken === '' ? null : positionOf(flow, nextToken),
  };
}
