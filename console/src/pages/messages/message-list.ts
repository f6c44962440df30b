/** Messages that are loaded, newest first. */
import type { ReplyOf } from '../../api/client.ts';

export type Message = ReplyOf<'ListMessages'>['Messages'][number];

export interface MessageList {
  readonly messages: readonly Message[];
  /** Of the page behind them; undefined: there is none. */
  readonly nextToken: string | undefined;
}

/**
 * A list with its beginning read anew. If more has come than the page holds, or there is nothing behind it any more, the list begins anew
 * with the page.
 */
export function withNewest(list: MessageList, newest: MessageList): MessageList {
  if (newest.nextToken === undefined) return newest;
  const last = newest.messages.at(-1)?.MessageId;
  const place = list.messages.findIndex(({ MessageId }) => MessageId === last);
  if (place === -1) return newest;
  const older = list.messages.slice(place + 1);
  return older.length === 0 ? newest : { messages: [...newest.messages, ...older], nextToken: list.nextToken };
}

/** Reads one page. */
export type ReadPage = (token: string | undefined) => Promise<MessageList>;

/** The newest page, and those behind it up to a message; about `most` messages in the end, if it is no longer there. */
export async function readUpTo(read: ReadPage, messageId: string | undefined, most: number): Promise<MessageList> {
  let list = await read(undefined);
  const isOver = (): boolean =>
    messageId === undefined ||
    list.nextToken === undefined ||
    list.messages.length >= most ||
    list.messages.some(({ MessageId }) => MessageId === messageId);
  while (!isOver()) list = withPage(list, await read(list.nextToken));
  return list;
}

/** A list with the page behind it. */
export function withPage(list: MessageList, page: MessageList): MessageList {
  return { ...page, messages: [...list.messages, ...page.messages] };
}
