/** Messages in memory, for tests and for a server that loses everything when it stops. Nothing here is durable. */
import type { StoredMessage, MessagePage, MessageQuery, MessageStore } from '../messages.ts';
import { Later } from './later.ts';

export function createMemoryMessages(): MessageStore {
  /** By number, ascending. */
  const messages = new Map<number, StoredMessage>();
  const due = new Map<number, StoredMessage>();
  /** Numbers by task. */
  const byTask = new Map<string, number>();
  const later = new Later('message store');
  let last = 0;

  function put(message: StoredMessage): void {
    messages.set(message.number, message);
    if (message.push.status === 'due') due.set(message.number, message);
    else due.delete(message.number);
  }

  function removeOldest(): boolean {
    for (const message of messages.values()) {
      if (message.push.status === 'due') continue;
      messages.delete(message.number);
      if (message.task !== null) byTask.delete(taskKey(message.task));
      return true;
    }
    return false;
  }

  return {
    add: (message, push, retained) =>
      later.answer(() => {
        const key = message.task === null ? null : taskKey(message.task);
        const earlier = key === null ? undefined : messages.get(byTask.get(key) ?? 0);
        if (earlier !== undefined) return earlier.messageId;
        while (messages.size >= retained) if (!removeOldest()) return null;
        put({ ...message, number: ++last, push });
        if (key !== null) byTask.set(key, last);
        return message.messageId;
      }),
    setPush: (number, push) =>
      later.answer(() => {
        const message = messages.get(number);
        if (message === undefined) return false;
        put({ ...message, push });
        return true;
      }),
    due: (limit, without = []) =>
      later.answer(() =>
        [...due.values()]
          .filter(({ name }) => !without.includes(name))
          .sort((a, b) => nextMs(a) - nextMs(b) || a.number - b.number)
          .slice(0, limit),
      ),
    list: (query) => later.answer(() => page([...messages.values()].reverse(), query)),
    close: () => later.close(),
  };
}

function taskKey({ execution, event }: { readonly execution: number; readonly event: number }): string {
  return `${execution}/${event}`;
}

function nextMs(message: StoredMessage): number {
  return message.push.nextMs ?? 0;
}

/** The page that `query` asks for. */
function page(newestFirst: readonly StoredMessage[], query: MessageQuery): MessagePage {
  const found: StoredMessage[] = [];
  let units = 0;
  for (const message of newestFirst) {
    if (query.before !== null && message.number >= query.before) continue;
    if (query.target !== null && message.target !== query.target) continue;
    if (query.name !== null && message.name !== query.name) continue;
    if (found.length === query.limit || units > query.textUnits) {
      return { messages: found, next: found.at(-1)?.number ?? null };
    }
    found.push(message);
    units += message.body.length;
  }
  return { messages: found, next: null };
}
