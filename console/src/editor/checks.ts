/**
 * Asks the server's compiler about a text as a person types: some time after the last key, with one question under way at most, and
 * without the answers to texts that are no longer there. No DOM and no component, so that it can be used and tested alone.
 */
import type { Diagnostic as CompilerDiagnostic } from '../../../src/base/diagnostic.ts';
import { ApiFault, call } from '../api/client.ts';
import type { FlowGraph } from '../graph/flow-graph.ts';

/** As CheckDefinition reports it. */
export interface Diagnostic extends CompilerDiagnostic {
  /** The line that `millrace validate` prints, after the name of the file. */
  readonly text: string;
}

export interface CheckOptions {
  readonly mode: 'Standard' | 'Express';
  /** The flow's name; a `Name` in the text that differs from it is a warning. */
  readonly name?: string | undefined;
}

export interface CheckState {
  /** Of the last text that was checked. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of the last text without errors; null until there was one. */
  readonly graph: FlowGraph | null;
  /** The text of the graph. */
  readonly graphText: string;
  /** Whether the graph is that of the checked text. */
  readonly isGraphCurrent: boolean;
  /** The text that was checked; null before the first answer. */
  readonly checked: string | null;
  /** Why the last question had no answer. */
  readonly fault: Error | null;
}

export const UNCHECKED: CheckState = {
  diagnostics: [],
  graph: null,
  graphText: '',
  isGraphCurrent: false,
  checked: null,
  fault: null,
};

/** After the last key. With the call, a result is there within 300 ms. */
const PAUSE_MS = 120;
/** Before the next attempt when the server has too much to do. */
const THROTTLED_MS = 1_000;

export class Checks {
  readonly #onChange: (state: CheckState) => void;
  #state = UNCHECKED;
  #wanted: { readonly text: string; readonly options: CheckOptions } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isUnderWay = false;
  #isDue = false;
  #isClosed = false;
  /** The text of the question that is due, under way or answered. */
  #asked = '';

  constructor(onChange: (state: CheckState) => void) {
    this.#onChange = onChange;
  }

  /** Asks about a text soon. The first one is asked about at once. */
  check(text: string, options: CheckOptions): void {
    const key = JSON.stringify([text, options.mode, options.name]);
    if (key === this.#asked && this.#state.fault === null) return;
    const isFirst = this.#asked === '';
    this.#asked = key;
    this.#wanted = { text, options };
    this.#isDue = false;
    this.#wait(isFirst ? 0 : PAUSE_MS);
  }

  /** Asks again after a fault. */
  retry(): void {
    if (this.#state.fault === null || this.#wanted === null) return;
    this.#wait(0);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isDue = true;
      void this.#ask();
    }, ms);
  }

  async #ask(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null || this.#isUnderWay || this.#isClosed) return;
    this.#isUnderWay = true;
    this.#isDue = false;
    const { text, options } = wanted;
    try {
      const reply = await call('CheckDefinition', {
        Definition: text,
        ExecutionMode: options.mode,
        Name: options.name === '' ? undefined : options.name,
      });
      if (this.#wanted === wanted) this.#answer(text, reply);
    } catch (error) {
      if (this.#wanted === wanted) this.#fail(error as Error);
    } finally {
      this.#isUnderWay = false;
    }
    // The pause after a later key ended while this question was under way.
    if (this.#isDue) void this.#ask();
  }

  #answer(checked: string, { Diagnostics, Graph }: { readonly Diagnostics: string; readonly Graph: string }): void {
    const graph = Graph === '' ? null : (JSON.parse(Graph) as FlowGraph);
    this.#set({
      diagnostics: JSON.parse(Diagnostics) as Diagnostic[],
      graph: graph ?? this.#state.graph,
      graphText: graph === null ? this.#state.graphText : checked,
      isGraphCurrent: graph !== null,
      checked,
      fault: null,
    });
  }

  #fail(fault: Error): void {
    this.#set({ ...this.#state, fault });
    if (fault instanceof ApiFault && fault.status === 429) this.#wait(THROTTLED_MS);
  }

  #set(state: CheckState): void {
    if (this.#isClosed) return;
    this.#state = state;
    this.#onChange(state);
  }
}
