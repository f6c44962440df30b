/**
 * Runs work for two milliseconds at a time: executions that compute without waiting, and starts of Express children that flows
 * open by the thousand within one turn of the event loop. In between, the process reads requests and fires timers.
 *
 * Each flow has a lane, and the lanes take turns: a flow that computes for long delays its own executions more than those of
 * others. A decision outside of this queue (a start, an answer, a timer) is noted too. One may take 20 ms, and hundreds can
 * arrive within one turn of the event loop: once the turn {@link isOver}, further ones wait in their lanes.
 */
import { isolated } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';

/** Longest stretch of work between two turns of the event loop. */
const TURN_MS = 2;
/** A shorter decision costs about as much as the request or the answer that led to it, so it is not noted. */
const NOTED_MS = 0.2;

/** The work of one flow that waits. */
interface Lane {
  work: (() => void)[];
  next: number;
}

export class Turns {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>;
  /** The first one is next. A lane without work is not here. */
  readonly #lanes = new Map<string, Lane>();
  #size = 0;
  #isScheduled = false;
  /** A caller of {@link later} continues after this turn of the queue. */
  #hasResumed = false;
  /** Milliseconds of the noted decisions in this turn of the event loop. */
  #spentMs = 0;

  constructor(ports: Pick<Ports, 'clock' | 'scheduler' | 'observer'>) {
    this.#ports = ports;
  }

  /** True when decisions have taken so much of this turn of the event loop that others should wait for a later one. */
  get isOver(): boolean {
    return this.#spentMs >= TURN_MS;
  }

  /** Notes a decision of this turn of the event loop, which took so many milliseconds. */
  spent(ms: number): void {
    if (ms < NOTED_MS) return;
    const isFirst = this.#spentMs === 0;
    this.#spentMs += ms;
    if (!isFirst) return;
    this.#ports.scheduler.soon(() => {
      this.#spentMs = 0;
    });
  }

  /**
   * Calls `work` in a later turn of the event loop, after what waits in its lane. It may add itself again. An error that it throws
   * is reported as a defect.
   * @param lane the name of a flow
   */
  add(lane: string, work: () => void): void {
    const known = this.#lanes.get(lane);
    if (known === undefined) this.#lanes.set(lane, { work: [work], next: 0 });
    else known.work.push(work);
    this.#size++;
    this.#schedule();
  }

  /** Resolves in a later turn of the event loop, as the work of {@link add}. Nothing else of this queue runs in that turn. */
  later(lane: string): Promise<void> {
    return new Promise((resolve) => {
      this.add(lane, () => {
        // The caller continues after this work has returned, so its time cannot be taken here.
        this.#hasResumed = true;
        resolve();
      });
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.scheduler.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    try {
      this.#work();
    } finally {
      if (this.#size > 0) this.#schedule();
    }
  }

  #work(): void {
    const { clock, observer } = this.#ports;
    const endMs = clock.monotonicMs() + TURN_MS;
    this.#hasResumed = false;
    // As much as waits now: work that adds itself again must not hold the event loop.
    for (let left = this.#size; left > 0; left--) {
      isolated(observer, 'the turn of an execution', this.#take());
      if (this.#hasResumed || clock.monotonicMs() >= endMs) break;
    }
  }

  /** The next work of the first lane, which becomes the last. */
  #take(): () => void {
    const [name, lane] = this.#lanes.entries().next().value as [string, Lane];
    const work = lane.work[lane.next++] as () => void;
    this.#size--;
    this.#lanes.delete(name);
    if (lane.next === lane.work.length) return work;
    if (lane.next * 2 >= lane.work.length) {
      lane.work = lane.work.slice(lane.next);
      lane.next = 0;
    }
    this.#lanes.set(name, lane);
    return work;
  }
}
