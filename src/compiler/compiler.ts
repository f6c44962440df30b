/**
 * Compiles definitions without holding the event loop. Small ones are compiled at once, in this thread; of any other another
 * thread reads and checks the text, which is most of the work, and this thread links the plan in slices of a few milliseconds.
 * The same thread converts definitions of other languages.
 *
 * Everything is loaded on first use: reading YAML takes much of a server's start and of its idle memory.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { Conversion, ConvertOptions } from '../conversion/convert.ts';
import type { Compilation, CompileOptions } from '../language/compilation.ts';
import type * as compileHere from '../language/compile.ts';
import type { Drawn } from '../language/compile.ts';
import type { Plan } from '../language/plan.ts';
import { SMALL_CHARACTERS } from '../language/limits.ts';
import type { CompileAnswer, CompileRequest } from './compile-messages.ts';
import type { CompileThread } from './compile-thread.ts';

type CompileHere = typeof compileHere;

/** The result of checking a definition. */
export interface Checked {
  /** True when no diagnostic is an error. */
  readonly isSound: boolean;
  /** As those of a {@link Compilation}. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks and compiles definitions without holding the event loop: at once if the definition is small, otherwise later. A promise
 * rejects when the thread for large definitions failed, and the call may be repeated.
 */
export interface Compiler {
  check(text: string, options: CompileOptions): Checked | Promise<Checked>;
  compile(text: string, options: CompileOptions): Compilation | Promise<Compilation>;
  /** Checks a definition, and draws its graph. */
  draw(text: string, options: CompileOptions): Drawn | Promise<Drawn>;
  /** Converts a definition of another language, always in the thread. */
  convert(text: string, options: ConvertOptions): Promise<Conversion>;
  /** The words of both languages: JSON text of a `Vocabulary` (`language/vocabulary/vocabulary.ts`). */
  describeLanguage(): Promise<string>;
  /** Ends the thread. Calls under way fail. */
  close(): Promise<void>;
}

export function createCompiler(scheduler: Scheduler): Compiler {
  return new OwnCompiler(scheduler);
}

class OwnCompiler implements Compiler {
  readonly #scheduler: Scheduler;
  #here: CompileHere | null = null;
  #thread: Promise<CompileThread> | null = null;
  #language: Promise<string> | null = null;
  /** The plan that is being linked: one slice a turn of the event loop, however many plans wait. */
  #linking: Promise<unknown> = Promise.resolve();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  check(text: string, options: CompileOptions): Checked | Promise<Checked> {
    return this.#small(
      text,
      (here) => {
        const drafted = here.draftSmallDefinition(text, options);
        return drafted === null ? null : { isSound: drafted.draft !== null, diagnostics: drafted.diagnostics };
      },
      () => this.#askThread({ text, options, wants: 'nothing' }),
    );
  }

  compile(text: string, options: CompileOptions): Compilation | Promise<Compilation> {
    return this.#small(
      text,
      (here) => here.compileSmallDefinition(text, options),
      async () => {
        const { diagnostics, isSound, pieces } = await this.#askThread({ text, options, wants: 'plan' });
        return { plan: isSound ? await this.#link(pieces) : null, diagnostics };
      },
    );
  }

  draw(text: string, options: CompileOptions): Drawn | Promise<Drawn> {
    return this.#small(
      text,
      (here) => here.drawSmallDefinition(text, options),
      () => this.#askThread({ text, options, wants: 'graph' }),
    );
  }

  async convert(text: string, options: ConvertOptions): Promise<Conversion> {
    return (await this.#threadOf()).ask({ text, conversion: options });
  }

  describeLanguage(): Promise<string> {
    this.#language ??= this.#scheduler
      .outside(import('../language/vocabulary/vocabulary.ts'))
      .then(({ vocabulary }) => JSON.stringify(vocabulary()));
    return this.#language;
  }

  async close(): Promise<void> {
    await (await this.#thread)?.close();
  }

  /** The result of `here`, or of `elsewhere` when it is null: the definition is not small. */
  #small<T>(text: string, here: (loaded: CompileHere) => T | null, elsewhere: () => Promise<T>): T | Promise<T> {
    if (text.length > SMALL_CHARACTERS) return elsewhere();
    if (this.#here !== null) return here(this.#here) ?? elsewhere();
    return this.#scheduler.outside(import('../language/compile.ts')).then((loaded) => {
      this.#here = loaded;
      return here(loaded) ?? elsewhere();
    });
  }

  async #askThread(request: CompileRequest): Promise<CompileAnswer> {
    return (await this.#threadOf()).ask(request);
  }

  #threadOf(): Promise<CompileThread> {
    this.#thread ??= this.#scheduler
      .outside(import('./compile-thread.ts'))
      .then(({ CompileThread: Thread }) => new Thread(this.#scheduler));
    return this.#thread;
  }

  /** Links a plan when those before it are linked. */
  #link(pieces: readonly string[]): Promise<Plan> {
    const linking = this.#linking.then(() => this.#linkNow(pieces));
    this.#linking = linking.catch(() => {});
    return linking;
  }

  async #linkNow(pieces: readonly string[]): Promise<Plan> {
    const { PieceLinker } = await this.#scheduler.outside(import('../language/pieces.ts'));
    const linker = new PieceLinker(pieces);
    for (;;) {
      await new Promise<void>((resolve) => this.#scheduler.soon(resolve));
      const plan = linker.next();
      if (plan !== null) return plan;
    }
  }
}
