/**
 * The messages, newest first, page by page. When the stream says that messages have changed, the newest page is read again, and those
 * behind it as far as pushes are due.
 */
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
  /** Reads a page, and more of them up to a message, and shows what `merge` makes of the list and these. */
  const load = (
    nextToken: string | undefined,
    merge: (list: MessageList, page: MessageList) => MessageList,
    until: string | null = null,
  ): void => {
    aborting.current?.abort();
    const own = new AbortController();
    aborting.current = own;
    setState((old) => ({ ...old, isLoading: true }));
    const parameters = { Kind: filters.kind || undefined, Name: filters.name || undefined, Limit: PAGE };
    const most = state.messages.length + PAGE;
    const read = async (): Promise<MessageList> => {
      const messages: Message[] = [];
      let next = nextToken;
      do {
        const page = await call('ListMessages', { ...parameters, NextToken: next }, { signal: own.signal });
        messages.push(...page.Messages);
        next = page.NextToken;
        if (until === null || messages.some(({ MessageId }) => MessageId === until)) break;
      } while (next !== undefined && messages.length < most);
      return { messages, nextToken: next };
    };
    read().then(
      (page) => {
        if (own.signal.aborted) return;
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
  const lastDue = state.messages.findLast(({ Push }) => Push.Status === 'Due')?.MessageId ?? null;
  useCalmReload(changes, { isLoading, reload: () => load(undefined, withNewest, isOwn ? lastDue : null) });
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
