/**
 * The runs that only wait, the longest idle first. They may leave memory, and have to when there are too many, or when their
 * plans together take too much.
 */
import type { Plan } from '../../language/plan.ts';
import type { DurableRun } from './run.ts';

export class IdleRuns {
  readonly #runs = new Set<DurableRun>();
  /** Idle runs of each plan. */
  readonly #plans = new Map<Plan, number>();
  readonly #runsMax: number;
  readonly #planBytesMax: number;
  #planBytes = 0;

  /** `planBytesMax`: as `limits.plans`, which bounds the plans that no run holds. */
  constructor(runsMax: number, planBytesMax: number) {
    this.#runsMax = runsMax;
    this.#planBytesMax = planBytesMax;
  }

  /** A run is never too many alone. */
  get areTooMany(): boolean {
    return this.#runs.size > this.#runsMax || (this.#planBytes > this.#planBytesMax && this.#runs.size > 1);
  }

  /** The longest idle one. */
  get longest(): DurableRun | undefined {
    return this.#runs.values().next().value;
  }

  add(run: DurableRun): void {
    if (this.#runs.has(run)) return;
    this.#runs.add(run);
    const { plan } = run.execution;
    const others = this.#plans.get(plan) ?? 0;
    if (others === 0) this.#planBytes += plan.bytes;
    this.#plans.set(plan, others + 1);
  }

  delete(run: DurableRun): void {
    if (!this.#runs.delete(run)) return;
    const { plan } = run.execution;
    const others = (this.#plans.get(plan) ?? 1) - 1;
    if (others > 0) this.#plans.set(plan, others);
    else {
      this.#plans.delete(plan);
      this.#planBytes -= plan.bytes;
    }
  }

  clear(): void {
    this.#runs.clear();
    this.#plans.clear();
    this.#planBytes = 0;
  }
}
