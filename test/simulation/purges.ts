/** The purges of one process, some of them while a redrive of an execution that they delete is under way. */
import type { ExecutionStore, PurgeStep } from '../../src/store/executions.ts';
import type { Audit } from './audit.ts';
import type { SimulatedLife } from './life.ts';
import type { Random } from './random.ts';

export type Purge = Parameters<ExecutionStore['purge']>;

export interface PurgesOptions {
  readonly inner: Pick<ExecutionStore, 'purge'>;
  readonly life: SimulatedLife;
  readonly audit: Audit;
  readonly random: Random;
  /** Virtual time, never jumping. */
  readonly elapsedMs: () => number;
  readonly isFaulty: () => boolean;
  readonly isCurrent: () => boolean;
  /** Called before a purge that the process asks for. */
  readonly onPurge: () => void;
}

export class Purges {
  readonly #options: PurgesOptions;
  #last: { readonly atMs: number; readonly given: Purge } | null = null;

  constructor(options: PurgesOptions) {
    this.#options = options;
  }

  /** A purge that has begun happens, although the process dies. */
  async purge(given: Purge): Promise<PurgeStep> {
    const { life, random, elapsedMs, isFaulty, onPurge } = this.#options;
    onPurge();
    await life.pass(isFaulty() ? random.pick([0, 0, 1, 20, 400]) : 0);
    this.#last = { atMs: elapsedMs(), given };
    return this.#purge(given);
  }

  /** Another purge, as the process would ask for one at this time. */
  async again(): Promise<void> {
    const { life, random, elapsedMs, isFaulty } = this.#options;
    if (this.#last === null || life.isDead || !isFaulty() || random.chance(0.3)) return;
    const { atMs, given } = this.#last;
    const [node, retention, limit] = given;
    if (retention.endedBeforeMs === null) return;
    const later = { ...retention, endedBeforeMs: retention.endedBeforeMs + elapsedMs() - atMs };
    // A process that has lost the store does not get that far.
    await this.#purge([node, later, limit, null]).catch(() => undefined);
  }

  #purge(given: Purge): Promise<PurgeStep> {
    const { inner, audit, isCurrent } = this.#options;
    return audit.watched(async () => {
      const purged = await inner.purge(...given);
      if (isCurrent()) await audit.purged(given[1]);
      return purged;
    });
  }
}
