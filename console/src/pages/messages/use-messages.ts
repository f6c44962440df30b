/**
 * The messages, newest first, page by page. When the stream says that messages have changed, the newest page is read again, and those
 * behind it as far as pushes are due.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, isSignedOut, sessionBegun } from '../../api/client.ts';
import { useListStream } from '../../api/use-list-stream.ts';
import { useCalmReload } from '../../parts/use-calm-reload.ts';
import { readUpTo, withNewest, withPage } from './message-list.ts';
import type { Message, MessageList, ReadPage } from './message-list.ts';

export interface Messages {
  readonly messages: readonly Message[];
  readonly fault: Error | null;
  readonly isLoading: boolean;
  /** False: there are further pages. */
  readonly isWhole: boolean;
  /** Reads the page behind the last message, also if the list is being read: then when that is done and has brought none behind it. */
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
  /** Shows what `read` makes of the list of these filters. */
  const load = (read: (page: ReadPage) => Promise<(list: MessageList) => MessageList>): void => {
    aborting.current?.abort();
    const own = new AbortController();
    aborting.current = own;
    setState((old) => ({ ...old, isLoading: true }));
    const parameters = { Kind: filters.kind || undefined, Name: filters.name || undefined, Limit: PAGE };
    const page: ReadPage = async (token) => {
      const reply = await call('ListMessages', { ...parameters, NextToken: token }, { signal: own.signal });
      return { messages: reply.Messages, nextToken: reply.NextToken };
    };
    read(page).then(
      (change) => {
        if (own.signal.aborted) return;
        // The list of other filters is there until these have one.
        setState((old) => ({ ...change(old.of === of ? old : NOTHING), of, fault: null, isLoading: false }));
      },
      (error: unknown) => {
        if (!own.signal.aborted) setState((old) => ({ ...old, fault: error as Error, isLoading: false }));
      },
    );
  };
  const renew = (): void =>
    load(async (page) => {
      const newest = await page(undefined);
      return () => newest;
    });
  const { isLoading, fault } = state;
  const own = state.of === of ? state : NOTHING;
  useEffect(() => {
    renew();
    return () => aborting.current?.abort();
  }, [of]);
  useEffect(() => {
    if (isSignedOut(fault)) renew();
  }, [sessionBegun.value]);
  const changed = (): void => setChanges((before) => before + 1);
  useListStream({
    onHello: (isFirst) => {
      if (!isFirst || !isLoading) changed();
    },
    onMessages: changed,
  });
  const reread = (): void => {
    const lastDue = own.messages.findLast(({ Push }) => Push.Status === 'Due')?.MessageId;
    load(async (page) => {
      const newest = await readUpTo(page, lastDue, own.messages.length + PAGE);
      return (list) => withNewest(list, newest);
    });
  };
  useCalmReload(changes, { isLoading, reload: reread });
  const last = own.messages.at(-1)?.MessageId;
  /** The last message when more was asked for while the list was being read. */
  const wanted = useRef<string | undefined>(undefined);
  const more = (): void => {
    if (isLoading) wanted.current = last;
    else if (fault === null && own.nextToken !== undefined) {
      load(async (page) => {
        const next = await page(own.nextToken);
        return (list) => withPage(list, next);
      });
    }
  };
  useEffect(() => {
    if (isLoading) return;
    if (wanted.current !== undefined && wanted.current === last) more();
    wanted.current = undefined;
  }, [isLoading]);
  // Until the server has answered, the list of before is shown as far as it matches.
  const messages = state.messages.filter(
    ({ Kind, Name }) =>
      (filters.kind === '' || filters.kind === Kind) && (filters.name === '' || filters.name === Name),
  );
  return { messages, fault, isLoading, isWhole: own === state && own.nextToken === undefined, more, reload: renew };
}
