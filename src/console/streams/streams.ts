/** Opens the streams of the console, bounds their number, and ends those whose caller may no longer read. */
import type { ActionName } from '../../api/actions.ts';
import { ApiError, throttled } from '../../api/error.ts';
import { isolated } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { OperationServices } from '../../operations/services.ts';
import { requireNames } from '../calls.ts';
import type { Calls, Who } from '../calls.ts';
import type { Changes } from '../changes.ts';
import type { ChangeReader } from '../other-consoles.ts';
import { LAST_EVENT_ID } from '../protocol.ts';
import type { Answer, ConsoleRequest } from '../request.ts';
import { errorAnswer, refusal } from '../request.ts';
import { EventStream } from './event-stream.ts';
import { ExecutionStream } from './execution-stream.ts';
import { ListStream } from './list-stream.ts';
import { MapRunStream } from './map-run-stream.ts';

export interface StreamsOptions {
  readonly services: Pick<OperationServices, 'executions'>;
  readonly calls: Pick<Calls, 'authorize'>;
  readonly changes: Changes;
  /** Reads the changes of other processes, in which executions may run; null: there are none. */
  readonly reader: ChangeReader | null;
  readonly ports: Ports;
}

/** More than the tabs of a team, and far fewer than the connections of a server. */
const MOST_STREAMS = 256;
const RETRY_MS = 2_000;
/** How often a stream looks for events of an execution that may run in another process. */
const LOOK_MS = 250;

/** Writes one kind of stream. */
type Source = ExecutionStream | ListStream | MapRunStream;

interface Open {
  readonly stream: EventStream;
  readonly mayGoOn: () => boolean;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #open = new Set<Open>();
  #isClosed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Begins a stream and returns null, or returns the answer to a request that gets none. */
  open({ query, response }: ConsoleRequest, who: Who, mayGoOn: () => boolean): Answer | null {
    try {
      if (this.#isClosed || this.#open.size >= MOST_STREAMS) throw throttled(RETRY_MS);
      const flow = query.get('flow') ?? '';
      const execution = query.get('execution') ?? '';
      if (execution !== '') {
        const mapRun = query.get('mapRun') ?? '';
        const action = mapRun === '' ? 'GetExecutionHistory' : 'DescribeMapRun';
        this.#authorize(action, flow, who);
        requireNames(flow, execution);
        const mayRead = (): boolean => mayGoOn() && this.#may(action, flow, who);
        const of = { flow, execution, ...this.#sources };
        const from = fromOf(query.get('from') ?? '');
        this.#begin(response, mayRead, (stream) =>
          mapRun === '' ? new ExecutionStream(stream, { ...of, from }) : new MapRunStream(stream, { ...of, mapRun }),
        );
        return null;
      }
      if (query.get('list') === null) return NO_TOPIC;
      if (flow !== '') this.#authorize('ListExecutions', flow, who);
      const maySee = (each: string): boolean =>
        (flow === '' || each === flow) && this.#may('ListExecutions', each, who);
      const maySeeMessages = (): boolean => flow === '' && this.#may('ListMessages', '', who);
      const { changes, reader, ports } = this.#options;
      const sources = { changes, reader, maySee, maySeeMessages, ports };
      this.#begin(response, mayGoOn, (stream) => new ListStream(stream, sources));
      return null;
    } catch (error) {
      if (error instanceof ApiError) return errorAnswer(error, '');
      throw error;
    }
  }

  /** Ends the streams whose session has ended. */
  recheck(): void {
    for (const { stream, mayGoOn } of this.#open) if (!mayGoOn()) stream.close();
  }

  close(): void {
    this.#isClosed = true;
    for (const { stream } of this.#open) stream.close();
  }

  /** Streams of an execution and of a Map run read these. */
  get #sources() {
    const { services, changes, ports, reader } = this.#options;
    return { executions: services.executions, changes, lookMs: reader === null ? null : LOOK_MS, ports };
  }

  #begin(response: ConsoleRequest['response'], mayGoOn: () => boolean, make: (stream: EventStream) => Source): void {
    const { scheduler, observer } = this.#options.ports;
    // It may have closed while its body came. Then it is too late to notice its end.
    if (response.req.socket.destroyed) return;
    let source: Source | null = null;
    const onEnd = (): void => {
      this.#open.delete(open);
      isolated(observer, 'the end of a stream of the console', () => source?.end());
    };
    const open: Open = { stream: new EventStream({ response, scheduler, mayGoOn, onEnd }), mayGoOn };
    this.#open.add(open);
    source = make(open.stream);
    source.begin();
  }

  /** @throws {ApiError} `AccessDenied` */
  #authorize(action: ActionName, flow: string, who: Who): void {
    this.#options.calls.authorize(action, new Map([['FlowName', flow]]), who);
  }

  #may(action: ActionName, flow: string, who: Who): boolean {
    try {
      this.#authorize(action, flow, who);
      return true;
    } catch {
      return false;
    }
  }
}

/** The id in a text; 1 for any text that is none. */
function fromOf(text: string): number {
  return /^\d+$/.test(text) ? Math.max(1, Math.min(LAST_EVENT_ID, Number(text))) : 1;
}

const NO_TOPIC = refusal(
  400,
  'InvalidArgument',
  'A stream is of an execution (flow, execution, from), of a Map run (flow, execution, mapRun) or of lists (list=1, and flow for those of one flow).',
);
