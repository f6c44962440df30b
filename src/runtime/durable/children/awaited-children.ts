/** The tasks and Maps of one execution that wait for children. When one ends, its children stop: they must not outlive it. */
import { awaitsChild } from '../../../interpreter/commands.ts';
import type { CallCommand, MapCommand } from '../../../interpreter/commands.ts';

/** The failure of a child that stops because its task has ended (rules.md 11.4). */
export const PARENT_GONE = {
  error: 'FnF.ParentStopped',
  cause: 'The task that waited for this execution has ended.',
};

export class AwaitedChildren {
  /** Tasks that have started a child, or are about to. */
  readonly #waiting = new Set<number>();
  /** Tasks that ended since the last change. */
  #ended: number[] = [];
  /** Tasks whose children the last change stops. */
  #taken: readonly number[] = [];

  opened(command: CallCommand | MapCommand): void {
    if (command.kind === 'map' || awaitsChild(command)) this.#waiting.add(command.id);
  }

  /** A Map run begins, whose command may be closed before it is carried out. */
  began(mapRun: number): void {
    this.#waiting.add(mapRun);
  }

  closed(ids: readonly number[]): void {
    for (const id of ids) if (this.#waiting.delete(id)) this.#ended.push(id);
  }

  /** Tasks of an execution that is redriven, which the redrive has undone. A crash may have left children of them. */
  undone(ids: readonly number[]): void {
    this.#ended.push(...ids);
  }

  /** The change that is being built stops the children of all tasks that ended. */
  take(): void {
    this.#taken = this.#ended.splice(0);
  }

  /** The tasks whose children the last change stops. */
  get taken(): readonly number[] {
    return this.#taken;
  }

  /** The last change is durable. Returns the tasks whose children it stops. */
  committed(): readonly number[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }
}
