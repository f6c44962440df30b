/**
 * Loads the actions only when they are needed. Their HTTP client takes a third of a server's start and of its idle memory, and
 * a server whose flows call nothing never needs it.
 */
import { inBackground } from '../base/isolated.ts';
import type { Action } from './action.ts';
import type { ActionOptions, Actions } from './catalog.ts';

/** The actions of one server, loaded by the first task, by `wake`, or by `resume` if a push can be left to continue. */
export class LazyActions implements Actions {
  readonly #options: ActionOptions;
  #loading: Promise<Actions> | null = null;
  #loaded: Actions | null = null;

  constructor(options: ActionOptions) {
    this.#options = options;
  }

  find(name: string): Action {
    if (this.#loaded !== null) return this.#loaded.find(name);
    return { run: async (call, signal) => (await this.#load()).find(name).run(call, signal) };
  }

  resume(): void {
    if (this.#options.mns.subscriptions.length > 0) this.wake();
  }

  /** Looks for messages to push, because another process has added one. */
  wake(): void {
    if (!this.#options.mns.local) return;
    inBackground(this.#options.observer, 'continuing the pushes of messages', async () =>
      (await this.#load()).resume(),
    );
  }

  async idle(): Promise<void> {
    await this.#loaded?.idle();
  }

  async close(): Promise<void> {
    if (this.#loading !== null) await (await this.#loading).close();
  }

  #load(): Promise<Actions> {
    // Through the scheduler, so that virtual time waits for the load.
    this.#loading ??= this.#options.scheduler.outside(createActions(this.#options)).then((actions) => {
      this.#loaded = actions;
      return actions;
    });
    return this.#loading;
  }
}

async function createActions(options: ActionOptions): Promise<Actions> {
  const catalog = await import('./catalog.ts');
  return catalog.createActions(options);
}
