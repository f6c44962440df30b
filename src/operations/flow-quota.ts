/**
 * The quota of flows (`limits.flows`, rules.md 4.6). Under a quota flows are created one after the other: calls that came together
 * would otherwise all find the last place free.
 */
import { ApiError } from '../api/error.ts';
import type { FlowStore } from '../store/flows.ts';

export class FlowQuota {
  readonly #flows: Pick<FlowStore, 'count'>;
  readonly #max: number | null;
  /** Resolves when the creations so far have ended. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param max flows of the account; null: not limited */
  constructor(flows: Pick<FlowStore, 'count'>, max: number | null) {
    this.#flows = flows;
    this.#max = max;
  }

  /** Calls `create` if there is room for a flow, and returns its result. @throws {ApiError} `ResourceThrottled` without a time to retry. */
  within<Result>(create: () => Promise<Result>): Promise<Result> {
    const max = this.#max;
    if (max === null) return create();
    const creating = this.#last.then(async () => {
      if ((await this.#flows.count()) < max) return create();
      throw full(max);
    });
    this.#last = creating.catch(() => null);
    return creating;
  }
}

function full(max: number): ApiError {
  const message = `The account has ${max} flows, the limit (limits.flows). Delete a flow first, because waiting does not help.`;
  return new ApiError('ResourceThrottled', message);
}
