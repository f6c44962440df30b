/** Calls between two processes: what crosses, in which order, and what becomes of calls whose answer never comes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import { ApiError, throttled } from '../../src/api/error.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { Link, LinkEnded } from '../../src/workers/link.ts';
import type { Channel } from '../../src/workers/link.ts';
import { remotePort, servePort } from '../../src/workers/remote-port.ts';
import type { PortDefinition } from '../../src/workers/remote-port.ts';

interface Echo {
  same(value: JsonValue): Promise<JsonValue>;
  fail(reason: string): Promise<JsonValue>;
  never(): Promise<JsonValue>;
}

const ECHO: PortDefinition<Echo> = { name: 'echo', methods: { same: true, fail: true, never: true } };

function channelOf(port: MessagePort): Channel {
  return {
    send: (text) => port.postMessage(text),
    onText: (take) => void port.on('message', take),
    onEnd: (take) => void port.once('close', take),
  };
}

function twoEnds(t: CleanUp): { readonly here: Link; readonly there: Link; end(): void } {
  const { port1, port2 } = new MessageChannel();
  atEnd(t, () => port1.close());
  const here = new Link(channelOf(port1), systemScheduler);
  const there = new Link(channelOf(port2), systemScheduler);
  return { here, there, end: () => port2.close() };
}

const IMPLEMENTATION: Echo = {
  same: async (value) => value,
  fail: async (reason) => {
    if (reason === 'throttled') throw throttled(1_500, 'The limit is 3.');
    if (reason === 'denied')
      throw new ApiError('AccessDenied', 'no', { accessDeniedDetail: { AuthAction: 'fnf:Test' } });
    throw new TypeError(reason, { cause: new Error('below') });
  },
  never: () => new Promise(() => undefined),
};

function echo(t: CleanUp): { readonly port: Echo; readonly link: Link; end(): void } {
  const { here, there, end } = twoEnds(t);
  servePort(there, ECHO, IMPLEMENTATION);
  return { port: remotePort(here, ECHO), link: here, end };
}

describe('a call of another process', () => {
  it('passes values of flows as they are', async (t) => {
    const { port } = echo(t);
    const texts = [
      '{"long":12345678901234567890,"small":-9007199254740993,"huge":1e999}',
      '{"__proto__":{"a":1},"constructor":2,"":[null,true,"\\ud800 \\u0000"]}',
      `${'['.repeat(256)}${']'.repeat(256)}`,
    ];
    for (const text of texts) {
      const value = parseJson(text, undefined, 'accept');
      assert.equal(stringifyJson(await port.same(value)), stringifyJson(value));
    }
  });

  it('passes an error of the API whole, and of any other its name, message, stack and cause', async (t) => {
    const { port } = echo(t);
    const limited = await port.fail('throttled').catch((error: unknown) => error);
    assert.ok(limited instanceof ApiError);
    const { code, status, retryAfterMs, message } = throttled(1_500, 'The limit is 3.');
    assert.deepEqual(
      [limited.code, limited.status, limited.retryAfterMs, limited.message],
      [code, status, retryAfterMs, message],
    );
    const denied = await port.fail('denied').catch((error: unknown) => error);
    assert.ok(denied instanceof ApiError);
    assert.deepEqual(denied.accessDeniedDetail, { AuthAction: 'fnf:Test' });
    const other = await port.fail('a defect').catch((error: unknown) => error);
    assert.ok(other instanceof Error && other.cause instanceof Error && !(other instanceof ApiError));
    assert.deepEqual([other.name, other.message, other.cause.message], ['TypeError', 'a defect', 'below']);
    assert.match(other.stack ?? '', /link\.test\.ts/);
  });

  it('refuses a method that the other process does not serve', async (t) => {
    const { link } = echo(t);
    for (const method of ['echo.toString', 'echo.constructor', 'other.same']) {
      await assert.rejects(link.call(method, []), /serves no/);
    }
  });

  it('arrives in the order of the calls, and a message without an answer among them', async (t) => {
    const { here, there } = twoEnds(t);
    const order: string[] = [];
    there.serve('say', async (word: string) => void order.push(word));
    here.note('say', ['first']);
    const second = here.call('say', ['second']);
    here.note('say', ['third']);
    await Promise.all([second, here.call('say', ['fourth'])]);
    assert.deepEqual(order, ['first', 'second', 'third', 'fourth']);
  });

  it('rejects when the other process ends, and afterwards', async (t) => {
    const { port, link, end } = echo(t);
    const call = port.never();
    end();
    await assert.rejects(call, LinkEnded);
    await link.ended;
    await assert.rejects(port.same(1), LinkEnded);
  });
});
