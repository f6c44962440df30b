/** Reads messages page by page, newest first. The stream has no messages, so a person asks for newer ones. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';

export type Message = ReplyOf<'ListMessages'>['Messages'][number];

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

interface State {
  readonly messages: readonly Message[];
  readonly nextToken: string | undefined;
  readonly fault: Error | null;
  readonly isLoading: boolean;
}

const PAGE = 100;

export function useMessages(filters: { readonly kind: string; readonly name: string }): Messages {
  const [state, setState] = useState<State>({ messages: [], nextToken: undefined, fault: null, isLoading: true });
  const aborting = useRef<AbortController | null>(null);
  const load = (before: readonly Message[], nextToken: string | undefined): void => {
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
      ({ Messages, NextToken }) =>
        setState({ messages: [...before, ...Messages], nextToken: NextToken, fault: null, isLoading: false }),
      (error: unknown) => {
        if (!own.signal.aborted) setState((old) => ({ ...old, fault: error as Error, isLoading: false }));
      },
    );
  };
  useEffect(() => {
    load([], undefined);
    return () => aborting.current?.abort();
  }, [filters.kind, filters.name]);
  return {
    messages: state.messages,
    fault: state.fault,
    isLoading: state.isLoading,
    isWhole: state.nextToken === undefined,
    more() {
      if (!state.isLoading && state.fault === null && state.nextToken !== undefined) {
        load(state.messages, state.nextToken);
      }
    },
    reload: () => load([], undefined),
  };
}
