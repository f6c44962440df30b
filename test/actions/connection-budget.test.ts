/** The connections of tasks to all origins together. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { buildConnector } from 'undici';
import { ConnectionBudget } from '../../src/outbound/connection-budget.ts';

type Options = Parameters<buildConnector.connector>[0];

test('a connection beyond the bound waits until another one closes or fails', () => {
  const budget = new ConnectionBudget(2);
  const begun: ((error: Error | null) => EventEmitter)[] = [];
  const got: string[] = [];
  const connect = budget.bound((_options, callback) => {
    begun.push((error) => {
      const socket = new EventEmitter();
      if (error === null) callback(null, socket as never);
      else callback(error, null);
      return socket;
    });
  });
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    connect({} as Options, (...[error]) => {
      got.push(error === null ? name : `${name} failed`);
    });
  }
  assert.equal(begun.length, 2);
  const first = begun[0]?.(null);
  begun[1]?.(new Error('refused'));
  assert.equal(begun.length, 3);
  first?.emit('close');
  assert.equal(begun.length, 4);
  begun[2]?.(null).emit('close');
  assert.equal(begun.length, 5);
  begun[3]?.(null);
  begun[4]?.(null);
  assert.deepEqual(got, ['a', 'b failed', 'c', 'd', 'e']);
});
