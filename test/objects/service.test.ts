/** A bucket of a service: against a server with real sockets that checks each signature, and breaks what a test wants broken. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ManualTime } from '../../src/testing/manual-time.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { until } from '../actions/support.ts';
import { eTagOf, objectServer, refuse } from './object-server.ts';
import { faultOf, fileSpec, itemsOf, listSpec, NEVER, objectsWith, rest, ShortPauses } from './support.ts';

const MIB = 1_048_576;

/** Text of JSON Lines with so many bytes, and its items. */
function linesOf(bytes: number): { content: Buffer; items: number[] } {
  const items: number[] = [];
  const parts: string[] = [];
  for (let length = 0, i = 0; length < bytes; i++) {
    const line = `${i}\n`;
    items.push(i);
    parts.push(line);
    length += line.length;
  }
  return { content: Buffer.from(parts.join('')), items };
}

async function service(t: CleanUp, objects: Readonly<Record<string, string | Buffer>> = {}) {
  const server = await objectServer(t);
  for (const [key, content] of Object.entries(objects)) server.objects.set(key, Buffer.from(content));
  const time = new ShortPauses();
  return { server, time, ...objectsWith(t, server.settings, time) };
}

describe('a file of a service', () => {
  it('is read in pieces of a mebibyte, each on the condition that it is the same file', async (t) => {
    const { content, items } = linesOf(2.5 * MIB);
    const { objects, server } = await service(t, { 'in/a b+ü.jsonl': content });
    const reading = await objects.openItems(fileSpec('in/a b+ü.jsonl', 'JSONL'), null, NEVER);
    assert.deepEqual(reading.mark, { eTag: eTagOf(content), size: content.length });
    assert.equal(server.received.length, 1, 'no more is read than was asked for');
    assert.deepEqual(await rest(reading, 100_000), items);
    assert.deepEqual(
      server.received.map(({ url, headers }) => [url, headers.range, headers['if-match']]),
      [
        ['/data/in/a%20b%2B%C3%BC.jsonl', `bytes=0-${MIB - 1}`, undefined],
        ['/data/in/a%20b%2B%C3%BC.jsonl', `bytes=${MIB}-${2 * MIB - 1}`, eTagOf(content)],
        ['/data/in/a%20b%2B%C3%BC.jsonl', `bytes=${2 * MIB}-${content.length - 1}`, eTagOf(content)],
      ],
    );
  });

  it('may be empty, and may end where a piece ends', async (t) => {
    const whole = Buffer.concat([linesOf(MIB - 10).content, Buffer.alloc(10, '\n')]).subarray(0, MIB);
    const { objects, server } = await service(t, { empty: '', whole });
    assert.deepEqual(await itemsOf(objects, fileSpec('empty', 'JSONL')), []);
    assert.ok((await itemsOf(objects, fileSpec('whole', 'JSONL'))).length > 100_000);
    assert.deepEqual(
      server.received.map(({ headers }) => headers.range),
      [`bytes=0-${MIB - 1}`, undefined, `bytes=0-${MIB - 1}`],
    );
  });

  it('gives the same items when the connection breaks at any byte', async (t) => {
    const { content, items } = linesOf(1.1 * MIB);
    const { objects, server, time } = await service(t, { a: content });
    await fc.assert(
      fc.asyncProperty(fc.nat(MIB - 1), async (bytes) => {
        server.received.length = 0;
        // Each of the two pieces breaks once, the second only if it is long enough.
        const broken = new Set<string>();
        server.trouble = (request, response) => {
          const range = String(request.headers.range);
          if (broken.has(range)) return false;
          broken.add(range);
          server.cut(response, request, bytes);
          return true;
        };
        assert.deepEqual(await rest(await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER), 50_000), items);
        assert.equal(server.received.length, bytes < content.length - MIB ? 4 : 3);
      }),
      { numRuns: 12, examples: [[0], [1], [MIB - 1]] },
    );
    assert.deepEqual(new Set(time.pauses), new Set([200]));
  });

  it('is asked for again after errors that pass, and is a fault after five attempts', async (t) => {
    const { objects, server, time } = await service(t, { a: '[1]' });
    const statuses = [500, 503, 429, 502];
    server.trouble = (_request, response, number) => {
      const status = statuses[number];
      if (status === undefined) return false;
      refuse(response, status, 'SlowDown', 'later');
      return true;
    };
    assert.deepEqual(await itemsOf(objects, fileSpec('a', 'JSON')), [1]);
    assert.deepEqual(time.pauses, [200, 1_000, 3_000, 9_000]);
    server.trouble = (_request, response) => {
      refuse(response, 503, 'ServiceUnavailable', 'no');
      return true;
    };
    const { reason, message } = await faultOf(objects.openItems(fileSpec('a', 'JSON'), null, NEVER));
    assert.equal(reason, 'Unavailable');
    assert.match(
      message,
      /^object "a" of bucket "data": http:\/\/127.*in 5 attempts, the last time because it answered with status 503;/,
    );
    assert.equal(server.received.length, 5 + 5);
  });

  it('is a fault when the service cannot be reached', async (t) => {
    const time = new ShortPauses();
    const { objects } = objectsWith(
      t,
      'objects: {buckets: {data: {type: s3, endpoint: "http://127.0.0.1:1", accessKeyId: a, accessKeySecret: b}}}',
      time,
    );
    const { reason, message } = await faultOf(objects.openItems(fileSpec('a', 'CSV'), null, NEVER));
    assert.equal(reason, 'Unavailable');
    assert.match(message, /ECONNREFUSED/);
    assert.equal(time.pauses.length, 4);
  });

  it('is a fault when it changes between two pieces', async (t) => {
    const { content } = linesOf(2.5 * MIB);
    const { objects, server } = await service(t, { a: content });
    for (const other of [Buffer.concat([content, Buffer.from('1\n')]), content.subarray(0, MIB), Buffer.from('1\n')]) {
      server.objects.set('a', content);
      const reading = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
      server.objects.set('a', other);
      const { reason, message } = await faultOf(rest(reading, 10_000));
      assert.equal(reason, 'Changed');
      assert.match(message, /^object "a" of bucket "data" has changed since this Map run began to read it/);
    }
    const reading = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
    server.objects.set('a', content);
    await rest(reading);
  });

  it('is a fault when it changes, even if the store does not know If-Match', async (t) => {
    const { content } = linesOf(1.5 * MIB);
    const { objects, server } = await service(t, { a: content });
    const reading = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
    const changed = Buffer.from(content);
    changed[0] = 0x39;
    server.objects.set('a', changed);
    server.trouble = (request, response) => {
      server.cut(response, request, 2 * MIB);
      return true;
    };
    assert.equal((await faultOf(rest(reading, 100_000))).reason, 'Changed');
  });

  it('is a fault when the store returns fewer bytes than it was asked for', async (t) => {
    const { content } = linesOf(1.5 * MIB);
    const { objects, server } = await service(t, { a: content });
    const reading = await objects.openItems(fileSpec('a', 'JSONL'), null, NEVER);
    server.trouble = (_request, response) => {
      const range = `bytes ${MIB}-${MIB + 9}/${content.length}`;
      response.writeHead(206, { etag: eTagOf(content), 'content-range': range }).end(content.subarray(MIB, MIB + 10));
      return true;
    };
    const { reason, message } = await faultOf(rest(reading, 100_000));
    assert.equal(reason, 'Unusable');
    assert.match(message, /did not return the range of bytes that it was asked for/);
  });

  it('is refused when it is not the one of an earlier reading', async (t) => {
    const { objects, server } = await service(t, { a: '[1,2]' });
    const first = await objects.openItems(fileSpec('a', 'JSON'), null, NEVER);
    const { mark } = first;
    first.close();
    const again = await objects.openItems(fileSpec('a', 'JSON'), mark, NEVER);
    assert.deepEqual(await rest(again), [1, 2]);
    server.objects.set('a', Buffer.from('[1,3]'));
    assert.equal((await faultOf(objects.openItems(fileSpec('a', 'JSON'), mark, NEVER))).reason, 'Changed');
  });

  it('is a fault that says what is missing', async (t) => {
    const { objects, server } = await service(t);
    const refused = async (spec = fileSpec('a.csv', 'CSV')) => {
      const { reason, message } = await faultOf(objects.openItems(spec, null, NEVER));
      return `${reason}: ${message}`;
    };
    assert.match(
      await refused(),
      /^Missing: object "a.csv" of bucket "data": it does not exist.*NoSuchKey: The specified key/,
    );
    const answer = (status: number, code: string): void => {
      server.trouble = (_request, response) => {
        refuse(response, status, code, 'said');
        return true;
      };
    };
    answer(404, 'NoSuchBucket');
    assert.match(await refused(), /^Missing: .*the bucket does not exist/);
    answer(403, 'AccessDenied');
    assert.match(
      await refused(),
      /^Forbidden: .*object "a.csv" of bucket "data": .*needs the right oss:GetObject on it\. .*403/,
    );
    assert.match(await refused(listSpec('in/')), /^Forbidden: .*may not list bucket "data": .*right oss:ListObjects/);
    answer(403, 'InvalidAccessKeyId');
    assert.match(await refused(), /^Forbidden: .*access key or its secret is wrong/);
    answer(403, 'AccessDenied');
    const { objects: unsigned } = objectsWith(t, `objects: {buckets: {data: {type: s3, endpoint: "${server.url}"}}}`);
    const { message } = await faultOf(unsigned.openItems(fileSpec('a', 'CSV'), null, NEVER));
    assert.match(message, /the calls are not signed; set accessKeyId and accessKeySecret of the bucket/);
    answer(301, 'PermanentRedirect');
    assert.match(await refused(), /^Unusable: .*the bucket is elsewhere; correct endpoint and region/);
    answer(400, 'InvalidArgument');
    assert.match(await refused(), /^Unusable: this server cannot read .* status 400 \(InvalidArgument: said\)/);
    server.trouble = (_request, response) => {
      response.writeHead(200, { etag: '"x"' }).end(Buffer.alloc(MIB + 1));
      return true;
    };
    assert.match(await refused(), /^Unusable: .*ignores the range of bytes/);
  });

  it('refuses keys that would lead elsewhere, and calls nothing', async (t) => {
    const { objects, server } = await service(t);
    for (const key of ['', '..', 'a/../b', './a', 'x'.repeat(1_025)]) {
      assert.equal((await faultOf(objects.openItems(fileSpec(key, 'CSV'), null, NEVER))).reason, 'Unusable', key);
    }
    assert.equal(server.received.length, 0);
  });

  it('is let go when its signal is aborted, in a call and in a pause', async (t) => {
    const server = await objectServer(t);
    const time = new ManualTime();
    const { objects } = objectsWith(t, server.settings, time);
    for (const answers of [false, true]) {
      server.received.length = 0;
      server.trouble = (_request, response) => {
        if (answers) refuse(response, 503, 'SlowDown', 'later');
        return true;
      };
      const stop = new AbortController();
      const fault = faultOf(objects.openItems(fileSpec('a', 'CSV'), null, stop.signal));
      await until(() => server.received.length === 1 && (!answers || time.timers === 1));
      stop.abort();
      assert.equal((await fault).reason, 'Aborted');
      assert.equal(time.timers, 0);
    }
  });

  it('is let go when the server ends, in a call and in a pause', async (t) => {
    for (const answers of [false, true]) {
      const server = await objectServer(t);
      const time = new ManualTime();
      const { objects } = objectsWith(t, server.settings, time);
      server.trouble = (_request, response) => {
        if (answers) refuse(response, 503, 'SlowDown', 'later');
        return true;
      };
      const faults = [faultOf(objects.openItems(fileSpec('a', 'CSV'), null, NEVER))];
      const writing = await objects.openResults({ bucket: 'data', prefix: '' }, 'run', NEVER);
      faults.push(faultOf(writing.check()));
      await until(() => server.received.length === 2 && time.timers === 2);
      await objects.close();
      for (const fault of faults) assert.equal((await fault).reason, 'Aborted');
      assert.equal(time.timers, 0);
    }
  });

  it('has as much time for each piece as any call', async (t) => {
    const server = await objectServer(t);
    const time = new ManualTime();
    const { objects } = objectsWith(t, `{http: {timeout: 5s}, ${server.settings.slice(1)}`, time);
    server.objects.set('a', Buffer.from('[1]'));
    server.trouble = (_request, _response, number) => number === 0;
    const read = itemsOf(objects, fileSpec('a', 'JSON'));
    await until(() => server.received.length === 1);
    time.advance(5_000);
    await until(() => {
      if (time.timers > 0) time.advance(200);
      return server.received.length === 2;
    });
    assert.deepEqual(await read, [1]);
  });
});

describe('a listing of a service', () => {
  it('gives the objects of a prefix, over pages', async (t) => {
    const keys = ['in/a', 'in/b c', 'in/d+e', 'in/ü&<>', 'in/z/1', 'out/a'];
    const { objects, server } = await service(t, Object.fromEntries(keys.map((key) => [key, key])));
    server.pageSize = 2;
    const items = await itemsOf(objects, listSpec('in/'));
    assert.deepEqual(items[1], {
      Etag: eTagOf(Buffer.from('in/b c')),
      Key: 'in/b c',
      LastModified: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
      Size: 6,
      StorageClass: 'Standard',
    });
    assert.deepEqual(
      items.map((item) => (item as { Key: string }).Key),
      ['in/a', 'in/b c', 'in/d+e', 'in/z/1', 'in/ü&<>'],
    );
    assert.equal(server.received.length, 3);
  });

  it('has no items when there are no such objects', async (t) => {
    const { objects } = await service(t, { a: '1' });
    assert.deepEqual(await itemsOf(objects, listSpec('none/')), []);
  });

  it('is refused when another object came among those that were read', async (t) => {
    const keys = Array.from({ length: 9 }, (_, i) => `k${i}`);
    const { objects, server } = await service(t, Object.fromEntries(keys.map((key) => [key, key])));
    server.pageSize = 4;
    const reading = await objects.openItems(listSpec('k'), null, NEVER);
    await reading.next(5);
    const { mark } = reading;
    reading.close();
    assert.equal(mark['count'], 5);
    server.objects.set('k7x', Buffer.from('behind'));
    const again = await objects.openItems(listSpec('k'), mark, NEVER);
    assert.equal((await rest(again)).length, 10);
    server.objects.set('k3x', Buffer.from('before'));
    const { reason, message } = await faultOf(objects.openItems(listSpec('k'), mark, NEVER));
    assert.equal(reason, 'Changed');
    assert.match(message, /^the listing of bucket "data" with prefix "k" has changed/);
  });

  it('is a fault when the answer is none', async (t) => {
    const { objects, server } = await service(t);
    for (const body of ['hello', '<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>']) {
      server.trouble = (_request, response) => {
        response.end(body);
        return true;
      };
      const { message } = await faultOf(objects.openItems(listSpec(''), null, NEVER));
      assert.match(message, /cannot be listed: the answer of the service is no ListBucketResult/);
    }
  });
});

describe('the place of a bucket', () => {
  it('is that of the exact name, then of the longest pattern, then the cloud', async (t) => {
    const { server } = await service(t);
    const place = (type: string): string =>
      `{type: ${type}, endpoint: "${server.url}", accessKeyId: a, accessKeySecret: b}`;
    const { objects } = objectsWith(
      t,
      `{cloud: {accessKeyId: c, accessKeySecret: d}, oss: {endpoint: "${server.url}"}, objects: {buckets: ` +
        `{"*": ${place('s3')}, "lake-*": ${place('oss')}, lake-one: ${place('s3')}}}}`,
    );
    const { objects: cloud } = objectsWith(
      t,
      `{cloud: {accessKeyId: c, accessKeySecret: d}, oss: {endpoint: "${server.url}"}}`,
    );
    for (const [room, bucket, signature] of [
      [objects, 'other', 'AWS4-HMAC-SHA256 Credential=a/'],
      [objects, 'lake-two', 'OSS4-HMAC-SHA256 Credential=a/'],
      [objects, 'lake-one', 'AWS4-HMAC-SHA256 Credential=a/'],
      [cloud, 'other', 'OSS4-HMAC-SHA256 Credential=c/'],
    ] as const) {
      const { reason } = await faultOf(room.openItems(fileSpec('a', 'CSV', { bucket }), null, NEVER));
      assert.equal(reason, 'Forbidden');
      assert.ok(server.received.at(-1)?.headers.authorization?.startsWith(signature), bucket);
    }
  });

  it('takes the calls with the token of a temporary key, and the bucket in front of the host where it belongs', async (t) => {
    const { server } = await service(t, { a: '[1]' });
    for (const [type, header] of [
      ['oss', 'x-oss-security-token'],
      ['s3', 'x-amz-security-token'],
    ] as const) {
      const key = 'accessKeyId: LTAItest, accessKeySecret: s3cret, securityToken: tok';
      const { objects } = objectsWith(
        t,
        `objects: {buckets: {data: {type: ${type}, endpoint: "${server.url}", region: cn-hangzhou, ${key}}}}`,
      );
      const read = itemsOf(objects, fileSpec('a', 'JSON'));
      // The server knows the signature of Object Storage Service only.
      if (type === 'oss') assert.deepEqual(await read, [1]);
      else assert.equal((await faultOf(read)).reason, 'Forbidden');
      assert.equal(server.received.at(-1)?.headers[header], 'tok');
    }
    for (const [style, host] of [
      ['', 's3.test.invalid'],
      [', pathStyle: true', 's3.test.invalid'],
      [', pathStyle: false', 'data.s3.test.invalid'],
    ] as const) {
      const place = `{type: s3, endpoint: "http://s3.test.invalid:9"${style}}`;
      const { objects } = objectsWith(t, `objects: {buckets: {data: ${place}}}`, new ShortPauses());
      const { message } = await faultOf(objects.openItems(fileSpec('a', 'JSON'), null, NEVER));
      assert.ok(message.startsWith(`object "a" of bucket "data": http://${host}:9 gave no useful answer`), message);
    }
  });

  it('must be known, and the key of the cloud must be allowed for it', async (t) => {
    const { objects } = objectsWith(t, 'region: cn-hangzhou');
    const { reason, message } = await faultOf(objects.openItems(fileSpec('a', 'CSV'), null, NEVER));
    assert.equal(reason, 'Unusable');
    assert.match(
      message,
      /does not know bucket "data": add it to the setting objects.buckets, or set cloud.accessKeyId/,
    );
    const { objects: limited } = objectsWith(
      t,
      '{cloud: {accessKeyId: c, accessKeySecret: d, actions: ["OSS:GetObject"]}}',
    );
    const refused = await faultOf(limited.openResults({ bucket: 'data', prefix: '' }, 'run', NEVER));
    assert.match(refused.message, /^bucket "data" cannot be used: .*cloud.actions does not allow it/);
  });

  it('has a name that can be part of a path or of a host', async (t) => {
    const { objects } = objectsWith(
      t,
      '{cloud: {accessKeyId: c, accessKeySecret: d}, objects: {buckets: {"s-*": {type: s3}, "f*": {type: folder, path: x}}}}',
    );
    for (const bucket of ['', '..', 'a/b', 'a.evil.example', 'A', 's-A', 's-..x', 'f/../..', 'a?b', 'a@b']) {
      const { reason, message } = await faultOf(objects.openItems(fileSpec('a', 'CSV', { bucket }), null, NEVER));
      assert.equal(reason, 'Unusable', bucket);
      assert.match(message, /a name of a bucket/);
    }
  });
});
