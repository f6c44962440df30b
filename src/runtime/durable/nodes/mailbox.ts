/**
 * Asks the owner of an execution to do something with it, by mail in the store. The owner, or the node that owns the execution next,
 * stores the answer in the commit of the effect. So a request has one effect and one answer, even if a node ends meanwhile.
 */
import { ApiError } from '../../../api/error.ts';
import { ERRORS } from '../../../api/errors.ts';
import type { ErrorCode } from '../../../api/errors.ts';
import { isJsonObject, memberOf, parseJson, stringifyJson } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { Ports } from '../../../base/ports.ts';
import type { NodeMembership } from '../../../cluster/membership.ts';
import type { ExecutionId, ExecutionStore } from '../../../store/executions.ts';
import type { NodeNumber } from '../../../store/nodes.ts';
import { notAccepting } from '../not-accepting.ts';

export interface MailboxOptions {
  readonly store: Pick<ExecutionStore, 'post' | 'answers' | 'ended'>;
  readonly cluster: Pick<NodeMembership, 'node' | 'hint'>;
  readonly ports: Pick<Ports, 'scheduler' | 'ids'>;
}

/** How long a caller waits for an answer, as long as it waits for a commit. */
const PATIENCE_MS = 10_000;

/** Text, or why there is none: the execution has ended without having seen the request, or no answer has come in time. */
type Answer = { readonly text: string } | 'ended' | 'late';

interface Waiting {
  readonly execution: ExecutionId;
  readonly settled: PromiseWithResolvers<Answer>;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  /**
   * The answer of the owner. Null when the execution does not run.
   * @throws {ApiError} the owner's, or `InternalServerError` when no answer comes; the request may still take effect
   */
  async ask(execution: ExecutionId, owner: NodeNumber, request: JsonValue): Promise<JsonValue | null> {
    const { store, cluster, ports } = this.#options;
    const id = ports.ids.uuid();
    const settled = Promise.withResolvers<Answer>();
    this.#waiting.set(id, { execution, settled });
    const cancel = ports.scheduler.after(PATIENCE_MS, () => settled.resolve('late'));
    try {
      if (!(await store.post({ id, execution, from: cluster.node, request: stringifyJson(request) }))) return null;
      cluster.hint(owner, 'work');
      const answer = await settled.promise;
      if (answer === 'ended') return null;
      if (answer === 'late') throw notAccepting(`node ${owner}, which has the execution, has not answered`);
      return valueOf(answer.text);
    } finally {
      cancel();
      this.#waiting.delete(id);
    }
  }

  /** Looks for answers, and for executions that have ended before their owner saw the request. */
  async look(): Promise<void> {
    const waiting = new Map(this.#waiting);
    if (waiting.size === 0) return;
    const { store } = this.#options;
    // In this order: what an execution has answered is in the store when its end is.
    const ended = new Set(await store.ended([...waiting.values()].map(({ execution }) => execution)));
    const { answers } = await store.answers([...waiting.keys()]);
    for (const { id, answer } of answers) waiting.get(id)?.settled.resolve({ text: answer });
    for (const { execution, settled } of waiting.values()) if (ended.has(execution)) settled.resolve('ended');
  }

  /** Callers wait no longer. */
  close(): void {
    for (const { settled } of this.#waiting.values()) settled.resolve('late');
  }
}

/** The answer of a request that was carried out. */
export function answerOf(value: JsonValue): string {
  return stringifyJson({ value });
}

/** The answer of a request that was refused. */
export function refusalOf({ code, message }: ApiError): string {
  return stringifyJson({ refused: { code, message } });
}

/** @throws {ApiError} of a refusal */
function valueOf(answer: string): JsonValue {
  const parsed = parseJson(answer);
  const refused = isJsonObject(parsed) ? memberOf(parsed, 'refused') : undefined;
  if (refused === undefined || !isJsonObject(refused)) {
    return (isJsonObject(parsed) ? memberOf(parsed, 'value') : undefined) ?? null;
  }
  const code = String(memberOf(refused, 'code'));
  throw new ApiError(isCode(code) ? code : 'InternalServerError', String(memberOf(refused, 'message')));
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
