/**
 * The outside world of a case: a catalogue whose only action answers as the case says and remembers what it was
 * asked. The real actions have tests of their own; here the language is tested, and it must meet every answer.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ActionCatalog, TaskCall, TaskResult } from '../../src/actions/action.ts';
import { type JsonValue, parseJson } from '../../src/base/json.ts';
import type { Clock } from '../../src/base/clock.ts';
import { stateOf } from '../support/flows.ts';
import type { TaskAnswer } from './case.ts';

interface Entry {
  readonly answer: TaskAnswer;
  left: number;
}

export class StandIn implements ActionCatalog {
  readonly calls: string[] = [];
  readonly aborted: string[] = [];
  readonly #problems: string[] = [];
  readonly #entries: Entry[];
  readonly #clock: Clock;

  constructor(answers: readonly TaskAnswer[], clock: Clock) {
    this.#clock = clock;
    this.#entries = answers.map((answer) => ({ answer, left: answer.times ?? 1 }));
  }

  /** What did not go by the script, to be asked for after the run. */
  problems(): string[] {
    const unused = this.#entries.filter((entry) => entry.left > 0).map((entry) => JSON.stringify(entry.answer));
    return [...this.#problems, ...unused.map((text) => `the script has an answer that no call took: ${text}`)];
  }

  find(): { run(call: TaskCall, signal: AbortSignal): Promise<TaskResult> } {
    return { run: (call, signal) => this.#answer(call, signal) };
  }

  #answer(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const state = stateOf(call);
    this.calls.push(state);
    const entry = this.#entries.find(
      (candidate) => candidate.left > 0 && (candidate.answer.state === undefined || candidate.answer.state === state),
    );
    if (entry === undefined) {
      this.#problems.push(`the script has no answer for a call of ${state}`);
      return Promise.resolve({ ok: false, error: 'Script.NoAnswer', cause: state });
    }
    entry.left--;
    const { answer } = entry;
    if (answer.action !== undefined && answer.action !== call.action) {
      this.#problems.push(`action of ${state}: expected ${answer.action}, got ${call.action}`);
    }
    if (answer.parameters !== undefined && !isDeepStrictEqual(copy(answer.parameters), copy(call.parameters))) {
      const [wanted, got] = [JSON.stringify(answer.parameters), JSON.stringify(call.parameters)];
      this.#problems.push(`parameters of ${state}:\n  expected ${wanted}\n  got      ${got}`);
    }
    return new Promise((resolve) => {
      let cancel: (() => void) | null = null;
      let answered = false;
      const give = (): void => {
        answered = true;
        resolve(resultOf(answer));
      };
      signal.addEventListener('abort', () => {
        if (answered) return;
        this.aborted.push(state);
        cancel?.();
        resolve({ ok: false, error: 'Script.Aborted', cause: state });
      });
      if (answer.never === true) return;
      const seconds = answer.afterSeconds ?? 0;
      if (seconds === 0) give();
      else cancel = this.#clock.after(seconds * 1000, give);
    });
  }
}

function resultOf(answer: TaskAnswer): TaskResult {
  if (answer.error !== undefined) return { ok: false, error: answer.error.code, cause: answer.error.cause ?? '' };
  if (answer.outputText !== undefined) return { ok: true, output: parseJson(answer.outputText) };
  return { ok: true, output: copy(answer.output ?? {}) };
}

function copy(value: JsonValue): JsonValue {
  return parseJson(JSON.stringify(value));
}
