/** The first executions of a search, out of many that are offered in any order, without sorting all of them. */
import { compareFound } from './express-position.ts';
import type { ExpressSearch } from './express-reader.ts';
import type { RetainedExecution } from './retained-execution.ts';

export class FirstFound {
  readonly #search: ExpressSearch;
  readonly #nameContains: string;
  /** In the order of `compareFound`: one more than the limit at most. */
  readonly executions: RetainedExecution[] = [];

  constructor(search: ExpressSearch) {
    this.#search = search;
    this.#nameContains = search.nameContains.toLowerCase();
  }

  offer(execution: RetainedExecution): void {
    const { executions } = this;
    const isFull = executions.length > this.#search.limit;
    if (isFull && compareFound(execution, executions.at(-1) as RetainedExecution) > 0) return;
    if (!this.#matches(execution)) return;
    if (isFull) executions.pop();
    let at = executions.length;
    while (at > 0 && compareFound(execution, executions[at - 1] as RetainedExecution) < 0) at--;
    executions.splice(at, 0, execution);
  }

  #matches(execution: RetainedExecution): boolean {
    const { flowName, status, startedAfterMs, startedBeforeMs, after } = this.#search;
    return (
      execution.mapRun === null &&
      (flowName === '' || execution.flowName === flowName) &&
      (after === null || compareFound(after, execution) < 0) &&
      (status === null || execution.status === status) &&
      (startedAfterMs === null || execution.startedMs > startedAfterMs) &&
      (startedBeforeMs === null || execution.startedMs < startedBeforeMs) &&
      (this.#nameContains === '' || execution.name.toLowerCase().includes(this.#nameContains))
    );
  }
}
