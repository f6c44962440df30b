/**
 * Starts of Express executions whose due time is taken (rules.md 12.19). An Express execution leaves nothing on disk by which a second
 * start could be known, so the due time is durable before the first: a crash in between loses the start, and none comes twice. A
 * start that is refused is tried again in memory.
 */
import { inBackground } from '../base/isolated.ts';
import type { Ports } from '../base/ports.ts';
import type { SyncExecutions } from '../runtime/express/sync-executions.ts';
import { inputOf } from './due-start.ts';
import { refusalOf, refusalReason } from './refusal.ts';
import type { Firing, Reports } from './reports.ts';
import type { Round } from './round.ts';

export interface ExpressStartsOptions {
  readonly sync: SyncExecutions;
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  readonly reports: Reports;
  readonly catchUpMs: number;
}

const RETRY_MS = 1_000;

export class ExpressStarts {
  readonly #options: ExpressStartsOptions;
  /** Refused, the earliest first. */
  #refused: Firing[] = [];
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(options: ExpressStartsOptions) {
    this.#options = options;
  }

  /** True while starts are refused: no further due time should be taken. */
  get isRefusing(): boolean {
    return this.#refused.length > 0;
  }

  start(firing: Firing, round: Pick<Round, 'refused'> | null = null): void {
    const { sync, ports, reports } = this.#options;
    const { schedule, due, executionName } = firing;
    const { flowName, flowId, name, payload } = schedule;
    const { value, text } = inputOf(name, due.lastMs, payload);
    const origin = { from: 'schedule' as const, flowId, due };
    let isRefused = false;
    const request = { flowName, executionName, qualifier: '', input: value, inputText: text, depth: 0, origin };
    inBackground(ports.observer, 'an Express execution of a schedule', () =>
      sync.start(request).then(
        () => undefined,
        (error: unknown) => {
          isRefused = true;
          round?.refused.add('Express');
          this.#fails(firing, error);
        },
      ),
    );
    // A refusal comes before the next turn, unless the definition has to be compiled first.
    ports.scheduler.soon(() => {
      if (!isRefused) reports.fired(firing);
    });
  }

  /** Tries nothing more. Refused starts are lost, and reported. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    for (const firing of this.#refused.splice(0)) {
      this.#options.reports.failed(firing, 'the server stopped before the execution could start');
    }
  }

  #fails(firing: Firing, error: unknown): void {
    const { reports } = this.#options;
    const refusal = refusalOf(error);
    if (refusal === 'gone') return;
    if (refusal === 'never') return reports.failed(firing, refusalReason(error));
    if (this.#isClosed) return reports.failed(firing, 'the server stopped');
    reports.delayed(firing.schedule, error);
    this.#refused.push(firing);
    this.#cancel ??= this.#options.ports.scheduler.after(RETRY_MS, () => this.#again());
  }

  #again(): void {
    this.#cancel = null;
    const { ports, catchUpMs, reports } = this.#options;
    const fromMs = ports.clock.nowMs() - catchUpMs;
    const firings = this.#refused.sort((a, b) => a.due.lastMs - b.due.lastMs);
    this.#refused = [];
    for (const firing of firings) {
      const { lastMs: dueMs, nextMs } = firing.due;
      if (dueMs < fromMs) reports.old(firing.schedule, { dueMs, nextMs, count: 1 });
      else this.start(firing);
    }
  }
}
