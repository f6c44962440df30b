/**
 * Executions of both modes under one port (`executions.ts`): names are resolved to flows, and flows to where their
 * executions are. Standard ones are in the store; Express ones in memory, as long as they are kept.
 */
import { ApiError, apiError, invalidArgument } from '../api/error.ts';
import { isNumeral } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import type { Failure } from '../interpreter/event.ts';
import { historyEvent } from '../interpreter/history.ts';
import type { StateEventNames } from '../interpreter/history.ts';
import { decodeEvents } from '../interpreter/journal.ts';
import type { Dialect } from '../language/plan.ts';
import type { ExecutionPosition, ExecutionQuery, ExecutionRecord, ExecutionStore } from '../store/executions.ts';
import type { FlowRecord, FlowStore } from '../store/flows.ts';
import type { Executions, ExecutionView, HistoryPage, ListRequest } from './executions.ts';
import type { ExpressHistory } from './express/history/express-history.ts';
import type { KeptExecution } from './express/history/kept-execution.ts';
import type { StandardRuntime } from './durable/durable.ts';

export interface ExecutionServiceOptions {
  readonly flows: FlowStore;
  readonly store: ExecutionStore;
  readonly standard: StandardRuntime;
  /** Null: Express executions are not kept. */
  readonly express: ExpressHistory | null;
  readonly clock: Clock;
  readonly stateEventNames: StateEventNames;
}

export function createExecutions(options: ExecutionServiceOptions): Executions {
  const { store, standard } = options;
  const read = new Reader(options);
  return {
    async start({ callbackToken, ...request }) {
      const parent = callbackToken === '' ? null : standard.taskOf(callbackToken);
      const record = await standard.start({ ...request, parent, reports: parent !== null, byTask: false });
      return read.view(record);
    },
    async stop(flowName, executionName, failure) {
      const flow = await read.flow(flowName);
      if (flow.executionMode === 'Express') throw await read.notStoppable(flow, executionName);
      const record = await read.record(flow, executionName);
      if (record.status !== 'Running') throw apiError('ExecutionAlreadyCompleted', executionName, flowName);
      return read.view(await standard.stop(record, failure satisfies Failure));
    },
    async describe(flowName, executionName, waitMs) {
      const flow = await read.flow(flowName);
      if (flow.executionMode === 'Express') return read.describeExpress(flow, executionName, waitMs);
      const record = await read.record(flow, executionName);
      if (waitMs === 0 || record.status !== 'Running') return read.view(record);
      const ended = standard.whenEnded(record.id, waitMs);
      // It may have ended between the look and the wait.
      const again = await read.record(flow, executionName);
      if (again.status === 'Running') await ended;
      return read.view((await store.get(record.id)) ?? again);
    },
    list: (request) => read.list(request),
    async history(flowName, executionName, fromEvent, limit) {
      const flow = await read.flow(flowName);
      if (flow.executionMode === 'Express') return read.expressHistory(flow, executionName, fromEvent, limit);
      const record = await read.record(flow, executionName);
      return read.standardHistory(record, fromEvent, limit);
    },
    report: (taskToken, report) => standard.report(taskToken, report),
    async waits(flowName, executionName) {
      const flow = await read.flow(flowName);
      if (flow.executionMode === 'Express') {
        return { view: read.kept(flow, executionName).view(false), waits: [] };
      }
      const record = await read.record(flow, executionName);
      return { view: await read.view(record), waits: await standard.waits(record) };
    },
    async redrive(flowName, executionName) {
      const flow = await read.flow(flowName);
      if (flow.executionMode === 'Express') {
        throw new ApiError('ActionNotSupported', 'Express execution is not supported');
      }
      return read.view(await standard.redrive(await read.record(flow, executionName)));
    },
  };
}

class Reader {
  readonly #options: ExecutionServiceOptions;
  /** The snapshot that was read last: a page of executions mostly has one definition. */
  #snapshot: { key: string; value: Pick<ExecutionView, 'definition' | 'roleArn' | 'environment'> } | null = null;

  constructor(options: ExecutionServiceOptions) {
    this.#options = options;
  }

  /** @throws {ApiError} `FlowNotExists` */
  async flow(name: string): Promise<FlowRecord> {
    const flow = await this.#options.flows.get(name);
    if (flow === null) throw apiError('FlowNotExists', name);
    return flow;
  }

  /** @throws {ApiError} `ExecutionNotExists` */
  async record(flow: FlowRecord, name: string): Promise<ExecutionRecord> {
    const record = await this.#options.store.find(flow.id, name);
    if (record === null) throw apiError('ExecutionNotExists', name, flow.name);
    return record;
  }

  /** @throws {ApiError} `ExecutionNotExists`, also for one that is kept no longer. */
  kept(flow: FlowRecord, name: string): KeptExecution {
    const kept = this.#options.express?.find(flow.id, name) ?? null;
    if (kept === null) throw apiError('ExecutionNotExists', name, flow.name);
    return kept;
  }

  async view(record: ExecutionRecord): Promise<ExecutionView> {
    const { flowName, name, status, startedMs, stoppedMs, input, output } = record;
    return { flowName, name, status, startedMs, stoppedMs, input, output, ...(await this.#frozen(record)) };
  }

  async #frozen({ flowId, revision }: ExecutionRecord) {
    const key = `${flowId}/${revision}`;
    if (this.#snapshot?.key === key) return this.#snapshot.value;
    const snapshot = await this.#options.store.snapshot(flowId, revision);
    const { definition = '', roleArn = '', environment = [] } = snapshot ?? {};
    const value = { definition, roleArn, environment };
    this.#snapshot = { key, value };
    return value;
  }

  async describeExpress(flow: FlowRecord, name: string, waitMs: number): Promise<ExecutionView> {
    const kept = this.kept(flow, name);
    if (waitMs > 0 && kept.status === 'Running') {
      const { ended, forget } = kept.whenEnded();
      const cancel = this.#options.clock.after(waitMs, forget);
      await ended;
      cancel();
    }
    return kept.view(false);
  }

  /** A sync execution has nobody who could stop it: its caller waits for the end (api.md 4.16 is about Standard ones). */
  async notStoppable(flow: FlowRecord, name: string): Promise<ApiError> {
    const { status } = this.kept(flow, name);
    if (status !== 'Running') return apiError('ExecutionAlreadyCompleted', name, flow.name);
    return new ApiError('ActionNotSupported', 'Express execution is not supported');
  }

  async list(request: ListRequest): Promise<{ executions: ExecutionView[]; nextToken: string }> {
    const flow = await this.flow(request.flowName);
    const query = queryOf(request, flow);
    if (flow.executionMode === 'Express') {
      const page = this.#options.express?.list(query) ?? { executions: [], next: null };
      return {
        executions: page.executions.map((kept) => kept.view(query.metadataOnly)),
        nextToken: tokenOf(flow, page.next),
      };
    }
    const page = await this.#options.store.list(query);
    const executions: ExecutionView[] = [];
    let units = 0;
    for (const record of page.executions) {
      const view = await this.view(record);
      executions.push(query.metadataOnly ? { ...view, definition: '' } : view);
      units += query.metadataOnly ? 0 : view.definition.length + view.input.length + view.output.length;
      if (units <= query.textUnits || record === page.executions.at(-1)) continue;
      return { executions, nextToken: tokenOf(flow, { startedMs: record.startedMs, id: record.id }) };
    }
    return { executions, nextToken: tokenOf(flow, page.next) };
  }

  async standardHistory(record: ExecutionRecord, fromEvent: number, limit: number): Promise<HistoryPage> {
    // One more than asked for tells whether there is another page.
    const rows = await this.#options.store.journal(record.id, fromEvent, limit + 1);
    const names = this.#names(await this.#options.standard.dialect(record));
    const events = rows
      .flatMap((row) => decodeEvents(row.events))
      .filter(({ event }) => event.id >= fromEvent)
      .slice(0, limit + 1)
      .map(({ event, stepName }) => historyEvent(event, stepName, names));
    return { events: events.slice(0, limit), nextEvent: events[limit]?.id ?? null };
  }

  expressHistory(flow: FlowRecord, name: string, fromEvent: number, limit: number): HistoryPage {
    const kept = this.kept(flow, name);
    const { events, nextEvent } = kept.events(fromEvent, limit);
    const names = this.#names(kept.source.dialect);
    return { events: events.map((event) => historyEvent(event, kept.stepName(event), names)), nextEvent };
  }

  /** The classic dialect has steps; the setting is about state machines (decisions.md 5). */
  #names(dialect: Dialect | null): StateEventNames {
    return dialect === 'classic' ? 'step' : this.#options.stateEventNames;
  }
}

function queryOf(request: ListRequest, flow: FlowRecord): ExecutionQuery {
  const { qualifier, nextToken, flowName: _flowName, ...filters } = request;
  const isVersion = isNumeral(qualifier);
  return {
    ...filters,
    flowId: flow.id,
    // LATEST asks for those that ran what was then the current definition.
    version: qualifier === 'LATEST' ? '' : isVersion ? qualifier : null,
    alias: qualifier === '' || qualifier === 'LATEST' || isVersion ? null : qualifier,
    after: nextToken === '' ? null : positionOf(flow, nextToken),
  };
}

/** The position on a page's end, for this flow; opaque to callers. */
function tokenOf(flow: FlowRecord, next: ExecutionPosition | null): string {
  if (next === null) return '';
  return Buffer.from(`${flow.id}/${next.startedMs}/${next.id}`).toString('base64url');
}

/** @throws {ApiError} `InvalidArgument` for a text that no page of this flow gave. */
function positionOf(flow: FlowRecord, token: string): ExecutionPosition {
  const text = Buffer.from(token, 'base64url').toString();
  const [, flowId, startedMs, id] = /^([^/]+)\/(\d{1,15})\/(\d{1,15})$/.exec(text) ?? [];
  if (flowId !== flow.id) throw invalidArgument('NextToken is not one that ListExecutions gave for this flow.');
  return { startedMs: Number(startedMs), id: Number(id) };
}
