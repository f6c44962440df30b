/**
 * Masked values in the console. The server shows one when a person asks for it, which is logged; and it reports the outcome of a
 * task, whose token stays in the server.
 */
import type { ActionName } from '../api/actions.ts';
import { apiError, invalidArgument } from '../api/error.ts';
import { stringifyJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Observer } from '../base/observer.ts';
import type { OperationServices } from '../operations/services.ts';
import type { Calls, Who } from './calls.ts';
import { LAST_EVENT_ID } from './protocol.ts';
import { bodyObject, requireNames, textMember } from './calls.ts';
import type { Answer } from './request.ts';

export interface SecretsOptions {
  readonly services: Pick<OperationServices, 'executions' | 'messages'>;
  readonly calls: Calls;
  readonly observer: Pick<Observer, 'secretShown'>;
}

/** How far back the server looks for a message; the screen shows the newest ones. */
const MESSAGE_PAGES = 20;
const MESSAGES = 100;
const PAGE_UNITS = 8 * 1024 * 1024;

export class Secrets {
  readonly #options: SecretsOptions;

  constructor(options: SecretsOptions) {
    this.#options = options;
  }

  /** Answers with an event of an execution, or the body of a message, as it is. Never rejects. */
  reveal(body: Buffer, who: Who): Promise<Answer> {
    return this.#options.calls.reported('Reveal', async (requestId) => {
      const asked = bodyObject(body);
      const shown = asked['kind'] === 'message' ? await this.#message(asked, who) : await this.#event(asked, who);
      return { RequestId: requestId, detail: shown };
    });
  }

  /** Reports the outcome of a task by its event. Never rejects. */
  async report(body: Buffer, who: Who): Promise<Answer> {
    const { calls, services } = this.#options;
    let action: ActionName = 'ReportTaskSucceeded';
    let parameters: JsonObject = {};
    // The reply of a refusal here has the form of any other; the report itself is a call of the API.
    const refused = await calls.reported('Report', async (requestId) => {
      const asked = bodyObject(body);
      action = asked['kind'] === 'failed' ? 'ReportTaskFailed' : 'ReportTaskSucceeded';
      if (asked['kind'] !== 'failed' && asked['kind'] !== 'succeeded') throw invalidArgument(NO_KIND);
      const flow = text(asked, 'flow');
      calls.authorize(action, new Map(), who);
      // The API asks for the token, which a caller of this right finds in the history.
      calls.authorize('GetExecutionHistory', new Map([['FlowName', flow]]), who);
      const execution = text(asked, 'execution');
      requireNames(flow, execution);
      const token = await services.executions.taskToken(flow, execution, eventId(asked));
      parameters =
        action === 'ReportTaskFailed'
          ? { TaskToken: token, Error: text(asked, 'error'), Cause: textMember(asked, 'cause') }
          : { TaskToken: token, Output: text(asked, 'output') };
      return { RequestId: requestId };
    });
    if (refused.status !== 200) return refused;
    return calls.answer(action, Buffer.from(stringifyJson(parameters)), who);
  }

  async #event(asked: JsonObject, who: Who): Promise<JsonValue> {
    const { services, calls, observer } = this.#options;
    const flowName = text(asked, 'flow');
    const executionName = text(asked, 'execution');
    const id = eventId(asked);
    calls.authorize('GetExecutionHistory', new Map([['FlowName', flowName]]), who);
    requireNames(flowName, executionName);
    const { events } = await services.executions.history(flowName, executionName, id, 1);
    const event = events.find((each) => each.id === id);
    if (event === undefined) throw invalidArgument(`The execution has no event ${id}.`);
    observer.secretShown?.({ accessKeyId: idOf(who), what: `event ${id}`, flowName, executionName });
    return stringifyJson(event.detail);
  }

  async #message(asked: JsonObject, who: Who): Promise<JsonValue> {
    const { services, calls, observer } = this.#options;
    const messageId = text(asked, 'messageId');
    calls.authorize('ListMessages', new Map(), who);
    let before: number | null = null;
    for (let page = 0; page < MESSAGE_PAGES; page++) {
      const query = { target: null, name: null, before, limit: MESSAGES, textUnits: PAGE_UNITS };
      const { messages, next } = await services.messages.list(query);
      const found = messages.find((each) => each.messageId === messageId);
      if (found !== undefined) {
        const what = `message ${messageId} of ${found.target} ${found.name}`;
        observer.secretShown?.({ accessKeyId: idOf(who), what, flowName: '', executionName: '' });
        return found.body;
      }
      if (next === null) break;
      before = next;
    }
    throw invalidArgument(`There is no message ${messageId} among the newest ones. It may have been deleted.`);
  }
}

const NO_KIND = "'kind' must be 'succeeded' or 'failed'.";

function idOf({ key }: Who): string {
  return key?.accessKeyId ?? '';
}

/** @throws {ApiError} `MissingRequiredParams`, `InvalidArgument` */
function text(object: JsonObject, name: string): string {
  const value = textMember(object, name);
  if (value === '') throw apiError('MissingRequiredParams', name);
  return value;
}

function eventId(object: JsonObject): number {
  const value = object['eventId'];
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= LAST_EVENT_ID) return value;
  throw invalidArgument("'eventId' must be the id of an event.");
}
