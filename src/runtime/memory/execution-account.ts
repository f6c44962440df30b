/**
 * The memory that one execution holds, in the budget of all (`base/memory-budget.ts`). The driver weighs the execution after each decision
 * that leaves it running, so an execution that never waits costs nothing here. Only the threads that the decision changed are
 * weighed again.
 */
import type { JsonValue } from '../../base/json.ts';
import type { MemoryBudget } from '../../base/memory-budget.ts';
import type { ExecutionEvent } from '../../interpreter/event.ts';
import type { Execution } from '../../interpreter/execution.ts';
import type { Group, Thread } from '../../interpreter/thread.ts';
import { CALL_BYTES, THREAD_BYTES } from '../../interpreter/weights.ts';
import { nothingHeld, SharedValues, textBytes } from './shared-values.ts';
import type { Held } from './shared-values.ts';

/** The objects of an execution without its values: its run, timers, promises, and the request that waits for it. */
const EXECUTION_BYTES = 6_144;
const EVENT_BYTES = 128;
const SLOT_BYTES = 8;

interface HeldByThread {
  readonly held: Held;
  readonly group: Group | null;
  /** Results of branches and items. They arrive one by one and are not weighed again with each. */
  readonly results: Held;
}

export class ExecutionAccount {
  readonly #budget: MemoryBudget;
  readonly #execution: Execution;
  readonly #values = new SharedValues();
  /** The input and `$Global`, later the output. */
  #own = nothingHeld();
  #ownParts: readonly unknown[] = [];
  readonly #threads = new Map<Thread, HeldByThread>();
  /** Events that wait for a commit. */
  readonly #events = nothingHeld();
  /** Text of the execution's own, and of its commit under way. */
  readonly #fixedBytes: number;
  #commitBytes = 0;
  /** As the budget has it. */
  #bytes = 0;
  #isClosed = false;

  /** @param inputText as the caller sent it */
  constructor(budget: MemoryBudget, execution: Execution, inputText: string) {
    this.#budget = budget;
    this.#execution = execution;
    this.#fixedBytes = EXECUTION_BYTES + textBytes(inputText) + textBytes(execution.start.name);
    budget.enter();
  }

  /** Bytes that the execution holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Weighs what has changed since the last call. */
  weigh(): void {
    if (this.#isClosed) return;
    const { touched, status } = this.#execution;
    for (const thread of touched.splice(0)) {
      thread.isTouched = false;
      this.#weighThread(thread);
    }
    if (status !== 'Running') {
      for (const held of this.#threads.values()) this.#releaseThread(held);
      this.#threads.clear();
    }
    this.#weighOwn();
    this.#settle();
  }

  /** An event was decided that waits for a commit. */
  addEvent({ value, facts }: ExecutionEvent): void {
    const held = this.#events;
    this.#values.hold(value, held);
    if (facts !== null) this.#values.hold(facts as unknown as JsonValue, held);
    held.bytes += EVENT_BYTES;
    this.#values.bytes += EVENT_BYTES;
    this.#settle();
  }

  /** Events were taken into a commit: `left` remain, and the commit has this text. */
  committing(left: readonly ExecutionEvent[], text: string): void {
    this.#values.release(this.#events);
    this.#commitBytes = textBytes(text);
    for (const event of left) this.addEvent(event);
    this.#settle();
  }

  /** The commit is durable, or was given up. */
  committed(): void {
    this.#commitBytes = 0;
    this.#settle();
  }

  /** The execution has left memory. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#budget.remove(this.#bytes);
    this.#bytes = 0;
    this.#budget.leave();
  }

  #weighOwn(): void {
    const { start, global, output, warnings } = this.#execution;
    const parts = [global, output, warnings.length];
    if (parts.every((part, i) => part === this.#ownParts[i])) return;
    this.#ownParts = parts;
    const before = this.#own;
    this.#own = nothingHeld();
    // A copy: the list grows, and a value must not change while it is held.
    for (const value of [start.input, global, output, [...warnings]]) this.#values.hold(value, this.#own);
    this.#values.release(before);
  }

  #weighThread(thread: Thread): void {
    const before = this.#threads.get(thread);
    if (thread.phase === 'dead') {
      if (before !== undefined) this.#releaseThread(before);
      this.#threads.delete(thread);
      return;
    }
    const held = nothingHeld();
    const values = this.#values;
    values.hold(thread.incoming, held);
    if (thread.input !== thread.incoming) values.hold(thread.input, held);
    values.hold(thread.local, held);
    const { activity, group } = thread;
    if (activity.phase === 'result') values.hold(activity.output, held);
    else if ('failure' in activity) values.hold({ ...activity.failure }, held);
    if (group !== null) values.hold(group.items, held);
    const extra = THREAD_BYTES + (group?.results.length ?? 0) * SLOT_BYTES + this.#commandBytes(thread, held);
    held.bytes += extra;
    values.bytes += extra;
    const results = before !== undefined && before.group === group ? before.results : nothingHeld();
    for (const result of group?.arrived.splice(0) ?? []) values.hold(result, results);
    this.#threads.set(thread, { held, group, results });
    if (before === undefined) return;
    // Only now, so that large values which stay are not weighed again.
    values.release(before.held);
    if (before.results !== results) values.release(before.results);
  }

  #releaseThread({ held, results }: HeldByThread): void {
    this.#values.release(held);
    this.#values.release(results);
  }

  #commandBytes(thread: Thread, held: Held): number {
    const command = this.#execution.commands.get(thread.waitingFor);
    if (command === undefined || command.kind === 'timer') return 0;
    this.#values.hold(command.kind === 'map' ? (command.run.items ?? null) : command.parameters, held);
    return CALL_BYTES;
  }

  /** Brings the budget up to date. */
  #settle(): void {
    if (this.#isClosed) return;
    const bytes = this.#fixedBytes + this.#commitBytes + this.#values.bytes;
    const more = bytes - this.#bytes;
    this.#bytes = bytes;
    if (more > 0) this.#budget.add(more);
    else if (more < 0) this.#budget.remove(-more);
  }
}
