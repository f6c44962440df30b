/** ListMessages: pages of the stored messages, as a client reads them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message, PushState } from '../../src/store/messages.ts';
import { startApi, STORES } from './api-harness.ts';

const message = (messageId: string, members: Partial<Message> = {}): Message => ({
  messageId,
  target: 'queue',
  name: 'orders',
  body: '{"a":1}',
  tag: '',
  attributes: '',
  priority: 8,
  sentMs: Date.UTC(2026, 0, 1),
  visibleMs: Date.UTC(2026, 0, 1, 0, 1),
  task: null,
  ...members,
});
const NONE: PushState = { status: 'none', attempts: 0, nextMs: null, error: '' };
const DUE: PushState = { status: 'due', attempts: 1, nextMs: Date.UTC(2026, 0, 2), error: 'it answered 500' };

for (const store of STORES) {
  describe(`ListMessages: ${store}`, () => {
    it('returns every member of a message', async (t) => {
      const { call, services } = await startApi(t, store);
      assert.deepEqual(await call('ListMessages', {}), { Messages: [] });
      await services.messages.add(message('A'), NONE, 10);
      await services.messages.add(message('B', { target: 'topic', tag: 't', attributes: '{"x":"y"}' }), DUE, 10);
      const common = { Name: 'orders', MessageBody: '{"a":1}', Priority: 8 };
      const times = { SentTime: '2026-01-01T00:00:00.000Z', VisibleTime: '2026-01-01T00:01:00.000Z' };
      assert.deepEqual((await call('ListMessages', {}))['Messages'], [
        {
          Kind: 'Topic',
          ...common,
          ...times,
          MessageId: 'B',
          MessageTag: 't',
          MessageAttributes: '{"x":"y"}',
          Push: { Status: 'Due', Attempts: 1, NextTime: '2026-01-02T00:00:00.000Z', Error: 'it answered 500' },
        },
        {
          Kind: 'Queue',
          ...common,
          ...times,
          MessageId: 'A',
          MessageTag: '',
          MessageAttributes: '',
          Push: { Status: 'None', Attempts: 0, NextTime: '', Error: '' },
        },
      ]);
    });

    it('returns pages, filtered by kind and name', async (t) => {
      const { call, services } = await startApi(t, store);
      const sent: readonly Partial<Message>[] = [
        {},
        { name: 'x' },
        { target: 'topic' },
        {},
        { target: 'topic', name: 'x' },
      ];
      for (const [i, members] of sent.entries()) await services.messages.add(message(String(i), members), NONE, 10);
      const all = async (parameters: Record<string, string>): Promise<string[]> => {
        const found: string[] = [];
        for (let token = ''; ; ) {
          const page = await call('ListMessages', { ...parameters, Limit: '1', NextToken: token });
          for (const each of page['Messages'] as readonly { MessageId: string }[]) found.push(each.MessageId);
          token = String(page['NextToken'] ?? '');
          if (token === '') return found;
        }
      };
      assert.deepEqual(await all({}), ['4', '3', '2', '1', '0']);
      assert.deepEqual(await all({ Kind: 'Queue' }), ['3', '1', '0']);
      assert.deepEqual(await all({ Name: 'x' }), ['4', '1']);
      assert.deepEqual(await all({ Name: 'x', Kind: 'Topic' }), ['4']);
    });
  });
}
