/** The messages, newest first, page by page. The newest page is read again when the stream says that messages have changed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, isSignedOut, sessionBegun } from '../../api/client.ts';
import { useListStream } from '../../api/use-list-stream.ts';
import { useCalmReload } from '../../parts/use-calm-reload.ts';
import { withNewest } from './message-list.ts';
import type { Message, MessageList } from './message-list.ts';

export interface Messages {
  readonly messages: readonly Message[];
  readonly fault: Error | null;
  readonly isLoading: boolean;
  /** False: there are further pages. */
  readonly isWhole: boolean;
  more(): void;
  /** Reads the list anew, with the old one shown meanwhile. */
  reload(): void;
}

interface State extends MessageList {
  /** The filters of the list. */
  readonly of: string;
  readonly fault: Error | null;
  readonly isLoading: boolean;
}

const PAGE = 100;
const NOTHING: MessageList = { messages: [], nextToken: undefined };

export function useMessages(filters: { readonly kind: string; readonly name: string }): Messages {
  const of = `${filters.kind} ${filters.name}`;
  const [state, setState] = useState<State>({ ...NOTHING, of, fault: null, isLoading: true });
  const [changes, setChanges] = useState(0);
  const aborting = useRef<AbortController | null>(null);
  /** Reads a page and shows what `merge` makes of the list and the page. */
  const load = (nextToken: string | undefined, merge: (list: MessageList, page: MessageList) => MessageList): void => {
    aborting.current?.abort();
    const own = new AbortController();
    aborting.current = own;
    setState((old) => ({ ...old, isLoading: true }));
    const parameters = {
      Kind: filters.kind || undefined,
      Name: filters.name || undefined,
      Limit: PAGE,
      NextToken: nextToken,
    };
    call('ListMessages', parameters, { signal: own.signal }).then(
      ({ Messages: messages, NextToken }) => {
        if (own.signal.aborted) return;
        const page = { messages, nextToken: NextToken };
        // The page continues or renews no list of other filters, which is there until the first page of these has arrived.
        setState((old) => ({ ...merge(old.of === of ? old : NOTHING, page), of, fault: null, isLoading: false }));
      },
      (error: unknown) => {
        if (!own.signal.aborted) setState((old) => ({ ...old, fault: error as Error, isLoading: false }));
      },
    );
  };
  const { isLoading, fault, nextToken } = state;
  const isOwn = state.of === of;
  useEffect(() => {
    load(undefined, (_, page) => page);
    return () => aborting.current?.abort();
  }, [filters.kind, filters.name]);
  useEffect(() => {
    if (isSignedOut(fault)) load(undefined, (_, page) => page);
  }, [sessionBegun.value]);
  const changed = (): void => setChanges((before) => before + 1);
  useListStream({
    onHello: (isFirst) => {
      if (!isFirst || !isLoading) changed();
    },
    onMessages: changed,
  });
  useCalmReload(changes, { isLoading, reload: () => load(undefined, withNewest) });
  // Until the server has answered, the list of before is shown as far as it matches.
  const messages = state.messages.filter(
    ({ Kind, Name }) =>
      (filters.kind === '' || filters.kind === Kind) && (filters.name === '' || filters.name === Name),
  );
  return {
    ...{ messages, fault, isLoading },
    isWhole: isOwn && nextToken === undefined,
    more() {
      if (isLoading || fault !== null || !isOwn || nextToken === undefined) return;
      load(nextToken, (list, page) => ({ ...page, messages: [...list.messages, ...page.messages] }));
    },
    reload: () => load(undefined, (_, page) => page),
  };
}
