/**
 * Calls of the API by the console: the same operations as for every client, with the rights of the session's key. The replies are
 * masked.
 */
import type { ActionName } from '../api/actions.ts';
import { ApiError, apiError, asApiError, invalidArgument } from '../api/error.ts';
import { NAME_RULE, isExecutionName, isName } from '../api/names.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { AccessKey } from '../auth/key-ring.ts';
import { MAX_DEPTH, isJsonObject, memberOf, parseJson, stringifyJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Ports } from '../base/ports.ts';
import { cut } from '../base/text.ts';
import { halfPairIn } from '../base/unicode.ts';
import type { Operation, Parameters } from '../operations/operation.ts';
import type { OperationServices } from '../operations/services.ts';
import { maskReply, withoutTokens } from './masking.ts';
import type { Answer, ConsoleCaller } from './request.ts';
import { errorAnswer, jsonAnswer } from './request.ts';

const SHOWN_NAME = 100;

/** Who calls, and from where. The key is null with `auth: off`. */
export interface Who {
  readonly key: AccessKey | null;
  readonly caller: Pick<ConsoleCaller, 'address' | 'isSecure'>;
}

export interface CallsOptions {
  readonly operations: ReadonlyMap<string, Operation<OperationServices>>;
  readonly services: OperationServices;
  readonly authenticator: Pick<Authenticator, 'authorizeAction'>;
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'observer'>;
  /** Size limit of a request of the API (`limits.request`). */
  readonly requestBytes: number;
}

export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Calls an action with the parameters in a JSON object of texts. Never rejects. */
  answer(action: string, body: Buffer, who: Who): Promise<Answer> {
    return this.reported(cut(action, SHOWN_NAME), async (requestId) => {
      const parameters = parametersOf(bodyObject(body), this.#options.requestBytes);
      const operation = this.#options.operations.get(action);
      if (operation === undefined) throw apiError('ActionNotSupported', cut(action, SHOWN_NAME));
      this.authorize(operation.action, parameters, who);
      const { key } = who;
      const reply = await operation.run(this.#options.services, {
        requestId,
        parameters,
        caller: key === null || key.isRoot ? null : key.accessKeyId,
        wantsWarnings: true,
      });
      return maskReply({ RequestId: requestId, ...reply }) as JsonObject;
    });
  }

  /** @throws {ApiError} `AccessDenied` if the key's policies do not allow the call. */
  authorize(action: ActionName, parameters: Parameters, { key, caller }: Who): void {
    if (key === null) return;
    const { authenticator } = this.#options;
    const from = { secureTransport: caller.isSecure, sourceIp: caller.address };
    authenticator.authorizeAction(key, action, parameters, from);
  }

  /** Makes an answer of what `work` resolves with or throws, and reports the end of the request. Never rejects. */
  async reported(action: string, work: (requestId: string) => Promise<JsonObject>): Promise<Answer> {
    const { clock, ids, observer } = this.#options.ports;
    const requestId = ids.uuid().toUpperCase();
    const beganMs = clock.monotonicMs();
    const [answer, code] = await this.#outcome(action, requestId, work);
    const tookMs = clock.monotonicMs() - beganMs;
    observer.requestEnded?.({ requestId, action, flowName: '', status: answer.status, code, tookMs });
    return answer;
  }

  async #outcome(
    action: string,
    requestId: string,
    work: (requestId: string) => Promise<JsonObject>,
  ): Promise<[Answer, string]> {
    try {
      return [jsonAnswer(stringifyJson(await work(requestId))), ''];
    } catch (error) {
      const known = this.#known(error, action, requestId);
      // Some messages quote a parameter, and the console itself sends the token in a report of a person who does not have it.
      return [errorAnswer(known, requestId, withoutTokens(known.message)), known.code];
    }
  }

  /** The error for the caller. The reason of an unexpected failure goes to the log only. */
  #known(error: unknown, action: string, requestId: string): ApiError {
    if (error instanceof ApiError && error.status < 500) return error;
    this.#options.ports.observer.requestFailed?.({ requestId, action, error });
    return asApiError(error);
  }
}

/** The JSON object in a body, with halves of surrogate pairs if it has some. @throws {ApiError} `InvalidArgument` for any other body. */
export function bodyObject(body: Buffer): JsonObject {
  try {
    const value = parseJson(body.toString('utf8'), MAX_DEPTH, 'accept');
    if (isJsonObject(value)) return value;
  } catch {
    // Says the same as of another value.
  }
  throw invalidArgument('The body must be a JSON object.');
}

/** The text of a member; empty when absent. @throws {ApiError} `InvalidArgument` for a member that is no text */
export function textMember(object: JsonObject, name: string): string {
  return textOf(memberOf(object, name) ?? '', name);
}

/** A text that may go into the store, as those of requests of the API (`wire/api/form-parameters.ts`). */
function textOf(value: JsonValue, name: string): string {
  if (typeof value === 'string' && !value.includes('\0') && halfPairIn(value) === null) return value;
  throw invalidArgument(
    `'${cut(name, SHOWN_NAME).toWellFormed()}' must be a text of valid Unicode, without a NUL character.`,
  );
}

/** The names of an execution that can exist. @throws {ApiError} `InvalidArgument` for others */
export function requireNames(flow: string, execution: string): void {
  if (!isName(flow)) throw invalidArgument(`There is no flow of this name: a name has ${NAME_RULE}.`);
  if (!isExecutionName(execution)) throw invalidArgument('There is no execution of this name.');
}

/** No parameter can be larger here than in a request of the API, although this body may be. */
function parametersOf(object: JsonObject, mostBytes: number): Parameters {
  return new Map(
    Object.entries(object).map(([name, value]) => {
      const text = textOf(value, name);
      if (text.length * 3 > mostBytes && Buffer.byteLength(text) > mostBytes) {
        throw apiError('EntityTooLarge', String(mostBytes));
      }
      return [name, text];
    }),
  );
}
