/** The work of one look at what is due: how much of it is under way, and how much a turn of the event loop does. */
import type { Scheduler } from '../base/scheduler.ts';
import type { ExecutionMode } from '../store/flows.ts';

/** Starts of one turn of the event loop: about a millisecond of work, so that calls are served in between. */
const STARTS_A_TURN = 8;
/** Starts that wait for their commit. All executions of a commit act in one turn of the event loop, so it has to be small. */
const UNDER_WAY_MAX = 100;

export class Round {
  readonly nowMs: number;
  /** Modes whose starts are refused at this time. The rest of the round does not try them. */
  readonly refused = new Set<ExecutionMode>();
  /** True when a due time was taken. */
  hasTaken = false;
  readonly #scheduler: Pick<Scheduler, 'soon'>;
  #ofTurn = 0;
  #underWay = 0;
  #wake: (() => void) | null = null;

  constructor(nowMs: number, scheduler: Pick<Scheduler, 'soon'>) {
    this.nowMs = nowMs;
    this.#scheduler = scheduler;
  }

  /** Resolves when the round may do the work of one more start. */
  async turn(): Promise<void> {
    while (this.#underWay >= UNDER_WAY_MAX) await this.#change();
    if (++this.#ofTurn < STARTS_A_TURN) return;
    this.#ofTurn = 0;
    await new Promise<void>((resolve) => this.#scheduler.soon(resolve));
  }

  /** The last piece of work took as long as all starts of a turn, so the next one gets another turn. */
  endTurn(): void {
    this.#ofTurn = STARTS_A_TURN;
  }

  /** `work` never rejects. */
  add(work: Promise<void>): void {
    this.#underWay++;
    void work.finally(() => {
      this.#underWay--;
      this.#wake?.();
    });
  }

  /** Resolves when no work is under way. */
  async settled(): Promise<void> {
    while (this.#underWay > 0) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
