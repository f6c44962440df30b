/**
 * The services of a case: a catalog whose only action gives the answers of the case and records the calls. The real actions
 * have tests of their own.
 *
 * It outlives the server. A call that is repeated after a crash has the idempotency key of an earlier one: it gets the same
 * answer at the same time, and counts once.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ActionCatalog, TaskCall, TaskResult } from '../../src/actions/action.ts';
import { type JsonValue, parseJson } from '../../src/base/json.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import { stateOf } from '../support/flows.ts';
import type { Life } from '../support/life.ts';
import type { TaskAnswer, TaskEnd } from './case.ts';

interface Entry {
  readonly answer: TaskAnswer;
  left: number;
}

/** A call, however often it is repeated. */
interface KnownCall {
  readonly state: string;
  readonly answer: TaskAnswer | null;
  readonly calledMs: number;
  givenUp: boolean;
}

/** Reports the end of a callback task to the server. */
export type Reporter = (token: string, end: TaskEnd) => Promise<void>;

export class StandIn {
  readonly calls: string[] = [];
  readonly aborted: string[] = [];
  /** Task tokens that came with calls. */
  readonly tokens: string[] = [];
  readonly #problems: string[] = [];
  readonly #entries: Entry[];
  readonly #time: VirtualTime;
  readonly #known = new Map<string, KnownCall>();
  readonly #reports: Promise<void>[] = [];
  #watch: (call: TaskCall, isRepeated: boolean) => void = () => {};
  #report: Reporter = () => Promise.resolve();

  constructor(answers: readonly TaskAnswer[], time: VirtualTime) {
    this.#time = time;
    this.#entries = answers.map((answer) => ({ answer, left: answer.times ?? 1 }));
  }

  /** Deviations from the script; complete after the run. */
  problems(): string[] {
    const unused = this.#entries
      .filter(({ answer, left }) => left > 0 && answer.anyTimes !== true)
      .map((entry) => JSON.stringify(entry.answer));
    return [...this.#problems, ...unused.map((text) => `the script has an answer that no call took: ${text}`)];
  }

  addProblem(sentence: string): void {
    this.#problems.push(sentence);
  }

  onReport(report: Reporter): void {
    this.#report = report;
  }

  /** `watch` is called for every call, and learns whether the call is repeated. */
  onCall(watch: (call: TaskCall, isRepeated: boolean) => void): void {
    this.#watch = watch;
  }

  /** Resolves when every report of the script is made. */
  async reported(): Promise<void> {
    await Promise.all(this.#reports);
  }

  /** The actions of one life of the server, which makes no calls and gets no answers when it is dead; null for a server that does not die. */
  catalog(life: Life | null = null): ActionCatalog {
    return standInActions((call, signal) => this.#answer(call, signal, life));
  }

  #answer(call: TaskCall, signal: AbortSignal, life: Life | null): Promise<TaskResult> {
    const before = this.#known.get(call.idempotencyKey);
    this.#watch(call, before !== undefined);
    const known = before ?? this.#take(call);
    const { state, answer } = known;
    if (answer === null) return Promise.resolve({ ok: false, error: 'Script.NoAnswer', cause: state });
    return new Promise((resolve) => {
      let cancel: (() => void) | null = null;
      let answered = false;
      const give = (): void => {
        answered = true;
        if (life?.isDead !== true) resolve(this.#resultOf(known, answer));
      };
      signal.addEventListener('abort', () => {
        cancel?.();
        if (answered || life?.isDead === true) return;
        if (!known.givenUp) this.aborted.push(state);
        known.givenUp = true;
        resolve({ ok: false, error: 'Script.Aborted', cause: state });
      });
      if (answer.never === true) return;
      const leftMs = this.#leftMs(known, answer.afterSeconds);
      if (leftMs <= 0) give();
      else cancel = this.#time.after(leftMs, give);
    });
  }

  /** A new call takes the next answer of the script. */
  #take(call: TaskCall): KnownCall {
    const state = stateOf(call);
    this.calls.push(state);
    this.tokens.push(...tokensOf(call));
    const entry = this.#entries.find(
      (candidate) => candidate.left > 0 && (candidate.answer.state === undefined || candidate.answer.state === state),
    );
    const answer = entry?.answer ?? null;
    const known = { state, answer, calledMs: this.#time.monotonicMs(), givenUp: false };
    this.#known.set(call.idempotencyKey, known);
    if (entry === undefined || answer === null) {
      this.#problems.push(`the script has no answer for a call of ${state}`);
      return known;
    }
    if (answer.anyTimes !== true) entry.left--;
    this.#compare(call, state, answer);
    for (const end of answer.reports ?? []) this.#scheduleReport(call, state, end);
    return known;
  }

  #compare(call: TaskCall, state: string, answer: TaskAnswer): void {
    if (answer.action !== undefined && answer.action !== call.action) {
      this.#problems.push(`action of ${state}: expected ${answer.action}, got ${call.action}`);
    }
    if (answer.parameters === undefined) return;
    const got = parseJson(tokensOf(call).reduce(hideToken, JSON.stringify(call.parameters)));
    if (!isDeepStrictEqual(copy(answer.parameters), got)) {
      const wanted = JSON.stringify(answer.parameters);
      this.#problems.push(`parameters of ${state}:\n  expected ${wanted}\n  got      ${JSON.stringify(got)}`);
    }
  }

  #scheduleReport(call: TaskCall, state: string, end: TaskEnd): void {
    const token = tokensOf(call)[0];
    if (token === undefined) {
      this.#problems.push(`the call of ${state} has no task token to report with`);
      return;
    }
    const made = new Promise<void>((resolve, reject) => {
      this.#time.after((end.afterSeconds ?? 0) * 1000, () => void this.#report(token, end).then(resolve, reject));
    });
    this.#reports.push(made);
  }

  #leftMs({ calledMs }: KnownCall, afterSeconds = 0): number {
    return calledMs + afterSeconds * 1000 - this.#time.monotonicMs();
  }

  #resultOf(known: KnownCall, answer: TaskAnswer): TaskResult {
    const result = resultOf(answer);
    const { completes } = answer;
    if (!result.ok || completes === undefined) return result;
    const completion = new Promise<TaskResult>((resolve) => {
      const give = (): void => resolve(resultOf(completes));
      this.#time.after(Math.max(0, this.#leftMs(known, completes.afterSeconds)), give);
    });
    return { ...result, completion };
  }
}

/** Task tokens differ in every run. A case writes `<token>`. */
export function hideToken(text: string, token: string): string {
  return text.replaceAll(token, '<token>');
}

/** The form of a task token of this server. */
const TOKEN = /(?<![\w-])A[\w-]{75}(?![\w-])/g;

/** The tokens of a call: first the one in its parameters, which the called service sees. */
function tokensOf({ taskToken, parameters }: TaskCall): readonly string[] {
  if (taskToken === null) return [];
  return [...new Set([...(JSON.stringify(parameters).match(TOKEN) ?? []), taskToken])];
}

function resultOf(answer: Pick<TaskAnswer, 'error' | 'output' | 'outputText'>): TaskResult {
  if (answer.error !== undefined) return { ok: false, error: answer.error.code, cause: answer.error.cause ?? '' };
  if (answer.outputText !== undefined) return { ok: true, output: parseJson(answer.outputText) };
  return { ok: true, output: copy(answer.output ?? {}) };
}

function copy(value: JsonValue): JsonValue {
  return parseJson(JSON.stringify(value));
}
