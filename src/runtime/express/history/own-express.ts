/** Reads the Express executions of this process, from its history in memory. */
import type { Scheduler } from '../../../base/scheduler.ts';
import { historyEvent } from '../../../interpreter/history.ts';
import type { StateEventNames } from '../../../interpreter/history.ts';
import type { Dialect } from '../../../language/plan.ts';
import { Explanation } from '../../explanation.ts';
import type { ExpressRuntime } from '../express.ts';
import type { ExpressHistory } from './express-history.ts';
import type { ExpressReader } from './express-reader.ts';
import type { RetainedExecution } from './retained-execution.ts';

export interface OwnExpressOptions {
  /** Null: Express executions are not retained. */
  readonly history: ExpressHistory | null;
  readonly runtime: Pick<ExpressRuntime, 'entryWait'>;
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly stateEventNames: StateEventNames;
}

export function createOwnExpress({ history, runtime, scheduler, stateEventNames }: OwnExpressOptions): ExpressReader {
  const find = (flowId: string, name: string): RetainedExecution | null => history?.find(flowId, name) ?? null;
  return {
    async describe(flow, name, waitMs) {
      const retained = find(flow.id, name);
      if (retained === null) return null;
      if (waitMs > 0 && retained.status === 'Running') {
        const { ended, forget } = retained.whenEnded();
        const cancel = scheduler.after(waitMs, forget);
        await ended;
        cancel();
      }
      return retained.view(false);
    },
    async history(flow, name, fromEvent, limit) {
      const retained = find(flow.id, name);
      if (retained === null) return null;
      const { events, nextEvent } = retained.events(fromEvent, limit);
      const names = eventNames(retained.source.dialect, stateEventNames);
      return { events: events.map((event) => historyEvent(event, retained.stepName(event), names)), nextEvent };
    },
    async waits(flow, name) {
      const retained = find(flow.id, name);
      if (retained === null) return null;
      const wait = runtime.entryWait(flow.name, name);
      const view = retained.view(false);
      if (wait !== null) return { view, waits: [wait], explanation: 'It waits.' };
      return { view, waits: [], explanation: explain(retained) };
    },
    async list(query) {
      const page = history?.list(query) ?? { executions: [], isMore: false };
      const executions = page.executions.map((retained) => ({
        id: retained.id,
        units: retained.textUnits(query.metadataOnly),
        view: retained.view(query.metadataOnly),
      }));
      return { executions, isMore: page.isMore };
    },
    async search(search) {
      const found = history?.search(search) ?? [];
      const executions = found.slice(0, search.limit).map((retained) => retained.head());
      return { executions, isMore: found.length > search.limit };
    },
  };
}

/** Classic flows have steps; the setting concerns state machines only (rules.md 13.2). */
export function eventNames(dialect: Dialect | null, setting: StateEventNames): StateEventNames {
  return dialect === 'classic' ? 'step' : setting;
}

function explain(retained: RetainedExecution): string {
  const explanation = new Explanation();
  const { events } = retained.events(1, Number.MAX_SAFE_INTEGER);
  for (const event of events) explanation.add({ event, stepName: retained.stepName(event) });
  const { error = '', cause = '' } = events.at(-1)?.facts?.failure ?? {};
  return explanation.text(retained.view(false), { error, cause }, 'Express');
}
