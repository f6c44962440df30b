/**
 * The rate at which the executions of one mode together enter states (rules.md 4.6): a token bucket. An execution that finds no
 * token waits in a queue, first come, first served, and enters one state when its turn comes; then it waits again behind the
 * others. So one execution with a thousand branches does not delay the others more than they delay it. The processes that serve
 * together share the rate.
 */
import type { Ports } from '../../base/ports.ts';
import type { Mode } from '../../base/observer.ts';
import { isolated } from '../../base/isolated.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { RateShare } from '../../cluster/limit-share.ts';

/** The setting that makes the rate. */
export interface StepLimit {
  /** Of the executions. */
  readonly mode: Mode;
  /** `limits.stepsPerSecond` */
  readonly setting: string;
  /** Entries in a second; the bucket holds as many. */
  readonly perSecond: number;
}

type StepRatePorts = Pick<Ports, 'clock' | 'scheduler' | 'observer'>;

/** One place in the queue. */
export interface StepTurn {
  /** Leaves the queue. */
  cancel(): void;
  /** Entries that come before this one. */
  readonly ahead: number;
  /** Milliseconds until its token is there if no place ahead is given up. */
  readonly leftMs: number;
  /** When it took the place, wall time. */
  readonly sinceMs: number;
  readonly limit: StepLimit;
  /** As {@link RateShare.note}. */
  readonly note: string;
}

/** Null for a setting whose value is `none`. */
export function createStepRate(
  { perSecond, ...limit }: Omit<StepLimit, 'perSecond'> & { readonly perSecond: number | null },
  ports: StepRatePorts,
  cluster: Pick<Cluster, 'size'>,
): StepRate | null {
  return perSecond === null ? null : new StepRate({ ...limit, perSecond }, ports, cluster);
}

export class StepRate {
  readonly #limit: StepLimit;
  readonly #ports: StepRatePorts;
  readonly #bucket: RateShare;
  /** In the order in which they get tokens. */
  readonly #queue = new Set<() => void>();
  #cancelTimer: (() => void) | null = null;

  constructor(limit: StepLimit, ports: StepRatePorts, cluster: Pick<Cluster, 'size'>) {
    this.#limit = limit;
    this.#ports = ports;
    const { perSecond } = limit;
    this.#bucket = new RateShare({ perSecond, burst: perSecond }, cluster, ports.clock.monotonicMs());
  }

  /** Takes the token of one entry; false when there is none, or others wait for one. */
  take(): boolean {
    return this.#queue.size === 0 && this.#bucket.take(this.#ports.clock.monotonicMs()) === 0;
  }

  /** Calls `enter` once, in a later turn of the event loop, when the execution has a token for one entry. */
  wait(enter: () => void): StepTurn {
    // A function of its own, because a set holds each once.
    const place = (): void => enter();
    this.#queue.add(place);
    if (this.#queue.size === 1) this.#serveAfter(this.#bucket.untilMs(this.#ports.clock.monotonicMs(), 1));
    const bucket = this.#bucket;
    const ahead = (): number => [...this.#queue].indexOf(place);
    const leftMs = (): number => bucket.untilMs(this.#ports.clock.monotonicMs(), ahead() + 1);
    return {
      limit: this.#limit,
      sinceMs: this.#ports.clock.nowMs(),
      get ahead() {
        return ahead();
      },
      get leftMs() {
        return leftMs();
      },
      get note() {
        return bucket.note;
      },
      cancel: () => {
        this.#queue.delete(place);
        if (this.#queue.size > 0) return;
        this.#cancelTimer?.();
        this.#cancelTimer = null;
      },
    };
  }

  #serveAfter(delayMs: number): void {
    this.#cancelTimer = this.#ports.scheduler.after(delayMs, () => this.#serve());
  }

  /** Gives a token to each of the queue, as far as there are tokens. */
  #serve(): void {
    this.#cancelTimer = null;
    const { clock, observer } = this.#ports;
    for (const enter of this.#queue) {
      const leftMs = this.#bucket.take(clock.monotonicMs());
      if (leftMs > 0) return this.#serveAfter(leftMs);
      this.#queue.delete(enter);
      isolated(observer, 'the entry of an execution into a state', enter);
    }
  }
}
