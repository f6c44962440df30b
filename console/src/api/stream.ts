/**
 * The stream of changes: server-sent events over `fetch`, because an `EventSource` shows neither the status of a refusal nor sends
 * a header. A stream that is lost is opened again, from the last id that arrived; one that the page does not show is closed.
 */
import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { ApiFault, CONSOLE_HEADERS, faultOf, isReachable } from './client.ts';

export interface StreamOptions {
  /** The query of the stream. It is asked at each connection, with the last id that arrived; `''` for none. */
  readonly query: (lastId: string) => Readonly<Record<string, string>>;
  /** Called for each event, in order. */
  readonly onEvent: (name: string, data: unknown, id: string) => void;
  /** A refusal after which the stream is not opened again. */
  readonly onRefused?: (fault: ApiFault) => void;
}

export interface Stream {
  /** `live` while connected, `waiting` before the next attempt, `hidden` while the page is not shown. */
  readonly state: Signal<'connecting' | 'live' | 'waiting' | 'hidden' | 'closed'>;
  close(): void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Opens a stream. Call `close` when the component goes. */
export function openStream(options: StreamOptions): Stream {
  const state: Stream['state'] = signal('connecting');
  let lastId = '';
  let pauseMs = FIRST_PAUSE_MS;
  let timer = 0;
  let aborting: AbortController | null = null;

  const connect = async (): Promise<void> => {
    if (document.hidden) {
      state.value = 'hidden';
      return;
    }
    state.value = 'connecting';
    const own = new AbortController();
    aborting = own;
    try {
      const query = new URLSearchParams(options.query(lastId)).toString();
      const response = await fetch(`stream?${query}`, {
        headers: { ...CONSOLE_HEADERS, accept: 'text/event-stream' },
        signal: own.signal,
      });
      if (!response.ok || response.body === null) {
        const fault = faultOf(response, await response.json().catch(() => null));
        if (response.status < 500 && response.status !== 429) {
          state.value = 'closed';
          options.onRefused?.(fault);
          return;
        }
        throw fault;
      }
      isReachable.value = true;
      state.value = 'live';
      await readEvents(response.body, (name, data, id) => {
        if (own.signal.aborted) return;
        if (id !== '') lastId = id;
        pauseMs = FIRST_PAUSE_MS;
        options.onEvent(name, data, id);
      });
    } catch (error) {
      if (!own.signal.aborted && !(error instanceof ApiFault)) isReachable.value = false;
    }
    if (own.signal.aborted) return;
    state.value = 'waiting';
    timer = window.setTimeout(() => void connect(), pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  };

  const stop = (): void => {
    window.clearTimeout(timer);
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

/** Reads server-sent events until the end of the body. Data is JSON. */
async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (name: string, data: unknown, id: string) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
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
