/**
 * The stream of changes: server-sent events over `fetch`, because an `EventSource` shows neither the status of a refusal nor sends
 * a header. A stream that is lost is opened again, from the last id that arrived; one that the page does not show is closed.
 *
 * The server writes a comment when it has nothing else to say, so a stream that brings nothing at all is lost, although the connection
 * may not say so: a laptop that has slept, or a router that has forgotten it.
 */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { ApiFault, CONSOLE_HEADERS, faultOf, isReachable, isSignedOut, sessionBegun } from './client.ts';

export interface StreamOptions {
  /** The query of the stream. It is asked at each connection, with the last id that arrived; `''` for none. */
  readonly query: (lastId: string) => Readonly<Record<string, string>>;
  /** Called for each event, in order. */
  readonly onEvent: (name: string, data: unknown, id: string) => void;
  /** A refusal after which the stream is not opened again. */
  readonly onRefused?: (fault: ApiFault) => void;
  /** A refusal after which it is, until it succeeds. */
  readonly onTrouble?: (fault: ApiFault) => void;
}

export interface Stream {
  /** `live` while connected, `waiting` before the next attempt, `hidden` while the page is not shown. */
  readonly state: Signal<'connecting' | 'live' | 'waiting' | 'hidden' | 'closed'>;
  close(): void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** The server writes every 15 seconds at least. */
const SILENT_MS = 40_000;
/** It answers at once, but a browser may ask it on an old connection that is dead too. */
const HEAD_MS = 15_000;

/** Opens a stream. Call `close` when the component goes. */
export function openStream(options: StreamOptions): Stream {
  const state: Stream['state'] = signal('connecting');
  let lastId = '';
  let pauseMs = FIRST_PAUSE_MS;
  let timer = 0;
  let aborting: AbortController | null = null;
  let unwatch = (): void => {};

  const connect = async (): Promise<void> => {
    if (document.hidden) {
      state.value = 'hidden';
      return;
    }
    state.value = 'connecting';
    const own = new AbortController();
    aborting = own;
    let isSilent = false;
    let silence = 0;
    const expect = (ms: number): void => {
      window.clearTimeout(silence);
      silence = window.setTimeout(() => {
        isSilent = true;
        own.abort();
      }, ms);
    };
    expect(HEAD_MS);
    try {
      const query = new URLSearchParams(options.query(lastId)).toString();
      const response = await fetch(`stream?${query}`, {
        headers: { ...CONSOLE_HEADERS, accept: 'text/event-stream' },
        signal: own.signal,
      });
      if (!response.ok || response.body === null) {
        const body: unknown = await response.json().catch(() => null);
        // Closed meanwhile: the refusal concerns no one any more.
        if (own.signal.aborted && !isSilent) return;
        const fault = faultOf(response, body);
        if (isSignedOut(fault)) {
          state.value = 'waiting';
          connectWithNextSession();
          return;
        }
        if (response.status < 500 && response.status !== 429 && fault.code !== 'UnknownReply') {
          state.value = 'closed';
          options.onRefused?.(fault);
          return;
        }
        throw fault;
      }
      const type = response.headers.get('content-type') ?? '';
      if (!type.startsWith('text/event-stream')) throw faultOf(response, null);
      isReachable.value = true;
      state.value = 'live';
      await readEvents(
        response.body,
        () => expect(SILENT_MS),
        (name, data, id) => {
          if (own.signal.aborted) return;
          if (id !== '') lastId = id;
          pauseMs = FIRST_PAUSE_MS;
          options.onEvent(name, data, id);
        },
      );
    } catch (error) {
      if (error instanceof ApiFault) options.onTrouble?.(error);
      if (isSilent || (!own.signal.aborted && !(error instanceof ApiFault))) isReachable.value = false;
    } finally {
      window.clearTimeout(silence);
    }
    if (own.signal.aborted && !isSilent) return;
    state.value = 'waiting';
    timer = window.setTimeout(() => void connect(), pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  };

  const connectWithNextSession = (): void => {
    const before = sessionBegun.peek();
    unwatch = sessionBegun.subscribe((now) => {
      if (now === before) return;
      unwatch();
      void connect();
    });
  };

  const stop = (): void => {
    window.clearTimeout(timer);
    unwatch();
    aborting?.abort();
    aborting = null;
  };
  const onVisibility = (): void => {
    if (document.hidden) {
      stop();
      if (state.value !== 'closed') state.value = 'hidden';
    } else if (state.value === 'hidden') {
      void connect();
    }
  };
  document.addEventListener('visibilitychange', onVisibility);
  void connect();
  return {
    state,
    close() {
      document.removeEventListener('visibilitychange', onVisibility);
      stop();
      state.value = 'closed';
    },
  };
}

/** Reads server-sent events until the end of the body. Data is JSON. `heard` is called for everything that arrives. */
async function readEvents(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
  onEvent: (name: string, data: unknown, id: string) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const parts = (rest + value).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      let name = 'message';
      let id = '';
      let data = '';
      for (const line of part.split('\n')) {
        if (line.startsWith('event: ')) name = line.slice(7);
        else if (line.startsWith('id: ')) id = line.slice(4);
        else if (line.startsWith('data: ')) data += line.slice(6);
      }
      if (data !== '') onEvent(name, JSON.parse(data) as unknown, id);
    }
  }
}
