/** The children of one Map run that are under way: starts them, and knows them by their positions. */
import { inBackground } from '../../../base/isolated.ts';
import { stringifyJson } from '../../../base/json.ts';
import type { MapCommand } from '../../../interpreter/commands.ts';
import type { CallingExecution } from '../../driver/calls.ts';
import type { ItemOfRun } from '../../map-items.ts';
import { belowStandard } from '../../start-origin.ts';
import type { StartOrigin } from '../../start-origin.ts';
import { PARENT_GONE } from '../children/awaited-children.ts';
import { itemsOfBatch } from './item-batches.ts';
import type { ItemBatch } from './item-batches.ts';
import type { ItemOutcome, WaitingStart } from './item-runner.ts';
import type { MapRunParts } from './parts.ts';
import type { PendingItem } from './results.ts';

/** UTF-16 units of the name of the execution in the names of its children, which may have 128 characters. */
const NAME_UNITS = 96;
const RUN_NAME_UNITS = 12;

interface UnderWay {
  readonly items: number;
  /** As JSON text; empty without a ResultWriter, and for a child that was started before a restart. */
  readonly input: string;
}

/** The run, as its children see it. */
export interface ParentRun {
  /** True when the run does no more. */
  readonly isDone: boolean;
  /** False when no child may begin: the run is done, or the server is stopping. */
  readonly mayStart: boolean;
  /** A child has said its end by its start: an Express one has run, another was refused. */
  childEnded(index: number, items: number, outcome: ItemOutcome): void;
  /** A start has ended. */
  startEnded(): void;
  /** A defect. */
  refused(error: unknown): void;
}

export class RunChildren {
  readonly #parts: MapRunParts;
  readonly #command: MapCommand;
  readonly #calling: CallingExecution;
  /** Id of the execution. */
  readonly #id: number;
  readonly #run: ParentRun;
  readonly #underWay = new Map<number, UnderWay>();
  /** Stops the Express children. */
  readonly #stop = new AbortController();
  /** Starts under way: of an Express child until its end. */
  #starting = 0;
  /** By position, why the server has no room yet for a child. */
  readonly #waiting = new Map<number, string>();

  constructor(parts: MapRunParts, command: MapCommand, calling: CallingExecution, id: number, run: ParentRun) {
    this.#parts = parts;
    this.#command = command;
    this.#calling = calling;
    this.#id = id;
    this.#run = run;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** True while this process starts a child or runs one. */
  get areStarting(): boolean {
    return this.#starting > 0;
  }

  /** Items of all children under way. */
  get items(): number {
    let count = 0;
    for (const { items } of this.#underWay.values()) count += items;
    return count;
  }

  /** Children for which the server has no room yet. */
  get waiting(): { readonly count: number /** Of the first one; empty when none waits. */; readonly why: string } {
    const [why = ''] = this.#waiting.values();
    return { count: this.#waiting.size, why };
  }

  has(index: number): boolean {
    return this.#underWay.has(index);
  }

  /** A child that was started before this process came to know the run. */
  async found(index: number, flowId: string): Promise<void> {
    const { batch } = this.#command.run;
    const child = batch === undefined ? null : await this.#parts.store.find(flowId, this.#nameOf(index));
    this.#underWay.set(index, { items: child === null ? 1 : itemsOfBatch(child.input), input: '' });
  }

  /** The child has ended. Returns its input as JSON text; empty when it is not known. */
  ended(index: number): string {
    const input = this.#underWay.get(index)?.input ?? '';
    this.#underWay.delete(index);
    return input;
  }

  /** Stops the Express children. Another part stops the Standard ones (`children/orphans.ts`). */
  stop(): void {
    this.#stop.abort(PARENT_GONE);
  }

  /**
   * The children that have not ended, for the results of a run that ends without them. The store has the input of a child that was
   * started before a restart.
   */
  async pending(flowId: string): Promise<PendingItem[]> {
    const items: PendingItem[] = [];
    for (const [index, { input }] of [...this.#underWay]) {
      const name = this.#nameOf(index);
      const known = input === '' ? (await this.#parts.store.find(flowId, name))?.input : input;
      items.push({ index, name, input: known ?? '' });
    }
    return items;
  }

  start({ index, items, input, failure }: ItemBatch, shared: ItemOfRun): void {
    const text = this.#command.run.writer === undefined ? '' : stringifyJson(input);
    this.#underWay.set(index, { items, input: text });
    if (failure !== null) {
      const nowMs = this.#parts.ports.clock.nowMs();
      this.#run.childEnded(index, items, { ok: false, name: '', failure, startedMs: nowMs, stoppedMs: nowMs });
      return;
    }
    this.#starting++;
    const item = { name: this.#nameOf(index), index, input };
    inBackground(this.#parts.ports.observer, 'starting an item of a Map run', () =>
      this.#start(item, items, shared).catch((error: unknown) => this.#run.refused(error)),
    );
  }

  async #start(
    item: { readonly name: string; readonly index: number; readonly input: ItemBatch['input'] },
    items: number,
    shared: ItemOfRun,
  ): Promise<void> {
    const { state, run } = this.#command;
    const { items: runner } = this.#parts;
    const waiting: WaitingStart = {
      isOver: () => !this.#run.mayStart,
      waits: (why) => {
        if (why === null) this.#waiting.delete(item.index);
        else this.#waiting.set(item.index, why);
      },
    };
    const { childMode } = state.distributed;
    const outcome = await runner.start(
      childMode,
      shared,
      item,
      this.origin,
      run.continues ?? [],
      this.#stop.signal,
      waiting,
    );
    this.#starting--;
    if (outcome !== null && !this.#run.isDone) this.#run.childEnded(item.index, items, outcome);
    this.#run.startEnded();
  }

  /** Of every child. */
  get origin(): StartOrigin & { readonly from: 'map' } {
    const { start, ancestry } = this.#calling;
    const { flowName, name } = start;
    const below = belowStandard({ flowName, name, ancestry }, this.#command.state.name);
    return { from: 'map', task: { execution: this.#id, event: this.#command.id }, ancestry: below };
  }

  /** A name that only a repetition of the same start gets again: of the execution, the run and the position. */
  #nameOf(index: number): string {
    const { name } = this.#calling.start;
    return `${name.slice(0, NAME_UNITS)}-${this.#command.run.name.slice(0, RUN_NAME_UNITS)}-${index}`;
  }
}
