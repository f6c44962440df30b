/** A list of messages whose newest page is read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUpTo, withNewest } from '../../src/pages/messages/message-list.ts';
import type { Message, MessageList } from '../../src/pages/messages/message-list.ts';

/** Messages of these numbers, from the first down to the last. */
function list(first: number, last: number, nextToken?: string): MessageList {
  const messages = Array.from({ length: first - last + 1 }, (_, i) => ({ MessageId: String(first - i) }) as Message);
  return { messages, nextToken };
}

test('new messages come in above those that are loaded, and what they say now takes the place of what they said', () => {
  const before = list(20, 1, 'older');
  const merged = withNewest(before, list(23, 14, 'after 14'));
  assert.deepEqual(merged, list(23, 1, 'older'));
  const [newest] = list(20, 11).messages;
  const pushed = { ...newest, MessageBody: 'pushed' } as Message;
  const again = withNewest(before, { messages: [pushed, ...list(19, 11).messages], nextToken: 'after 11' });
  assert.equal(again.messages[0], pushed);
  assert.deepEqual(again.messages.slice(1), list(19, 1).messages);
});

test('a message that is gone leaves the list', () => {
  const newest = { messages: list(10, 6).messages.filter(({ MessageId }) => MessageId !== '8'), nextToken: 'after 6' };
  const { messages } = withNewest(list(10, 1), newest);
  assert.deepEqual(
    messages.map(({ MessageId }) => MessageId),
    ['10', '9', '7', '6', '5', '4', '3', '2', '1'],
  );
});

test('the list begins anew when more has come than a page holds, or nothing is left behind it', () => {
  const newest = list(200, 101, 'after 101');
  assert.deepEqual(withNewest(list(100, 1), newest), newest);
  assert.deepEqual(withNewest(list(5, 1), list(7, 1)), list(7, 1));
  assert.deepEqual(withNewest(list(0, 1), newest), newest);
  assert.deepEqual(withNewest(list(5, 1, 'x'), list(0, 1)), list(0, 1));
});

test('messages behind a page that is the last one are gone', () => {
  assert.deepEqual(withNewest(list(9, 1, 'older'), list(12, 5)), list(12, 5));
});

test('a list is read again as far as a message, or as far as the list was', async () => {
  /** Pages of ten, from message 95 down to message 1. */
  const asked: (string | undefined)[] = [];
  const read = async (token: string | undefined): Promise<MessageList> => {
    asked.push(token);
    const first = token === undefined ? 95 : Number(token);
    return list(first, Math.max(1, first - 9), first <= 10 ? undefined : String(first - 10));
  };
  const upTo = async (messageId: string | undefined, most: number): Promise<[MessageList, number]> => {
    asked.length = 0;
    return [await readUpTo(read, messageId, most), asked.length];
  };
  assert.deepEqual(await upTo(undefined, 500), [list(95, 86, '85'), 1]);
  assert.deepEqual(await upTo('90', 500), [list(95, 86, '85'), 1]);
  assert.deepEqual(await upTo('71', 500), [list(95, 66, '65'), 3]);
  assert.deepEqual(await upTo('gone', 25), [list(95, 66, '65'), 3]);
  assert.deepEqual(await upTo('gone', 500), [list(95, 1), 10]);
});
