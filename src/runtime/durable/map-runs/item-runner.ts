/** Starts the children of Map runs, in both modes, through the runtimes that start every other execution. */
import { ApiError } from '../../../api/error.ts';
import { parseJson, stringifyJson } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { Ports } from '../../../base/ports.ts';
import { pause } from '../../../base/scheduler.ts';
import type { Failure } from '../../../interpreter/event.ts';
import { RUNTIME_ERROR } from '../../../interpreter/failure.ts';
import type { ChildMode } from '../../../language/plan.ts';
import type { ExpressItem, ExpressItemEnd, ItemOfRun } from '../../map-items.ts';
import type { StartOrigin } from '../../start-origin.ts';
import { RunBroke } from '../../run-broke.ts';
import type { Starts } from '../starts.ts';

/** The end of a child whose start has said it: an Express one has run to its end, a Standard one was refused. */
export type ItemOutcome =
  | {
      readonly ok: true;
      readonly name: string;
      readonly output: JsonValue;
      readonly startedMs: number;
      readonly stoppedMs: number;
    }
  | {
      readonly ok: false;
      readonly name: string;
      readonly failure: Failure;
      readonly startedMs: number;
      readonly stoppedMs: number;
    };

export interface ItemRunnerOptions {
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'ids' | 'observer'>;
  readonly starts: Pick<Starts, 'startItem'>;
  /** Runs an Express child to its end. */
  readonly runExpressItem: (item: ExpressItem) => Promise<ExpressItemEnd>;
}

/** The run, as one start sees it. */
export interface WaitingStart {
  /** True when the child needs no start any more. */
  readonly isOver: () => boolean;
  /** Receives why the server has no room for the child, and null when it has; of an Express child, when it is tried again. */
  readonly waits: (why: string | null) => void;
}

/** A start that was refused because too much runs is tried again after this time. */
const RETRY_MS = 1_000;

export class ItemRunner {
  readonly #options: ItemRunnerOptions;

  constructor(options: ItemRunnerOptions) {
    this.#options = options;
  }

  /**
   * Starts a child. Resolves with its end if it has one, or with null for a Standard child that has been started: a report will
   * bring its end. Waits while the server has no room for it. Null, too, once `isOver`.
   * @param signal stops an Express child; another part stops the Standard ones, whose start may outlive the run
   * @param undone MapRunStarted events of the run that redrives have undone: the child may have been started for one of them
   */
  async start(
    mode: ChildMode,
    run: ItemOfRun,
    item: { readonly name: string; readonly index: number; readonly input: JsonValue },
    origin: StartOrigin & { readonly from: 'map' },
    undone: readonly number[],
    signal: AbortSignal,
    { isOver, waits }: WaitingStart,
  ): Promise<ItemOutcome | null> {
    const { ports, starts, runExpressItem } = this.#options;
    const inputText = stringifyJson(item.input);
    for (;;) {
      if (isOver()) return null;
      try {
        if (mode === 'Express') {
          const name = `${item.name}:${ports.ids.uuid()}`;
          // The answer comes with the end of the child, which may be long after its start.
          waits(null);
          return outcomeOf(await runExpressItem({ run, ...item, name, inputText, origin, signal }));
        }
        await starts.startItem({ run, ...item, inputText, origin, undone });
        waits(null);
        return null;
      } catch (error) {
        if (error instanceof ApiError && error.code !== 'ResourceThrottled') return this.#refused(item.name, error);
        const isThrottled = error instanceof ApiError;
        // Only the start of a Standard child reads the store, whose failures pass.
        const isDefect = error instanceof RunBroke || (mode === 'Express' && !isThrottled);
        if (isDefect) return this.#broken(item.name, error);
        if (isThrottled) waits(error.message);
        else ports.observer.defect?.({ error, where: 'starting an item of a Map run' });
        await pause(ports.scheduler, RETRY_MS);
      }
    }
  }

  #refused(name: string, { code, message }: ApiError): ItemOutcome {
    return this.#failed(name, { error: `FNF.${code}`, cause: message });
  }

  /** A defect ends one child and not the run. */
  #broken(name: string, error: unknown): ItemOutcome {
    this.#options.ports.observer.defect?.({ error, where: 'the start of an item of a Map run' });
    const cause = "A defect in this server has ended the execution. The server's log has the details.";
    return this.#failed(name, { error: RUNTIME_ERROR, cause });
  }

  #failed(name: string, failure: Failure): ItemOutcome {
    const nowMs = this.#options.ports.clock.nowMs();
    return { ok: false, name, failure, startedMs: nowMs, stoppedMs: nowMs };
  }
}

function outcomeOf({
  name,
  status,
  errorCode,
  errorMessage,
  output,
  startedMs,
  stoppedMs,
}: ExpressItemEnd): ItemOutcome {
  const times = { name, startedMs, stoppedMs };
  if (status === 'Succeeded') return { ok: true, output: parseJson(output), ...times };
  return { ok: false, failure: { error: errorCode, cause: errorMessage }, ...times };
}
