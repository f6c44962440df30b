/**
 * A small Object Storage Service for tests: real sockets, objects in memory, and the documented signature `OSS4-HMAC-SHA256`, which it computes
 * independently of the code under test. It can break its answers.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { listen } from '../actions/support.ts';

const KEY_ID = 'LTAItest';
const SECRET = 's3cret';
export const REGION = 'cn-hangzhou';

export interface Answered {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** Another answer than the ordinary one. It returns true when it has answered, or never will. */
export type Trouble = (request: Answered, response: ServerResponse, number: number) => boolean;

export interface ObjectServer {
  readonly url: string;
  /** By key. */
  readonly objects: Map<string, Buffer>;
  readonly received: Answered[];
  /** Called before each answer with the number of the request, from 0. */
  trouble: Trouble;
  /** Cuts the connection in the middle of the body of this request, after so many bytes of it. */
  cut(response: ServerResponse, request: Answered, bytes: number): void;
  /** Settings with this server as the place of the bucket `data`. */
  readonly settings: string;
  /** Keys on a page of a listing. */
  pageSize: number;
}

/** The bucket `data`; any other does not exist. */
export async function objectServer(t: CleanUp): Promise<ObjectServer> {
  const objects = new Map<string, Buffer>();
  const received: Answered[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const seen = { method, url, headers };
      received.push(seen);
      const fault = signatureFault(seen);
      if (fault !== null) refuse(response, 403, 'SignatureDoesNotMatch', fault);
      else if (!self.trouble(seen, response, received.length - 1)) answer(seen, Buffer.concat(chunks), response);
    });
  });

  function answer(request: Answered, body: Buffer, response: ServerResponse): void {
    const url = new URL(request.url, 'http://x');
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    if (bucket !== 'data') refuse(response, 404, 'NoSuchBucket', 'The specified bucket does not exist.');
    else if (key === '') list(url.searchParams, response);
    else if (request.method === 'PUT') {
      objects.set(key, body);
      response.writeHead(200, { etag: eTagOf(body) }).end();
    } else get(request, key, response);
  }

  function get({ headers }: Answered, key: string, response: ServerResponse): void {
    const object = objects.get(key);
    if (object === undefined) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
    const eTag = eTagOf(object);
    const wanted = headers['if-match'];
    if (wanted !== undefined && wanted !== eTag) return refuse(response, 412, 'PreconditionFailed', 'If-Match');
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const common = { etag: eTag, 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' };
    if (from === undefined || headers['x-oss-range-behavior'] !== 'standard') {
      return void response.writeHead(200, { ...common, 'content-length': object.length }).end(object);
    }
    if (Number(from) >= object.length) return refuse(response, 416, 'InvalidRange', 'The range is not satisfiable');
    const end = Math.min(Number(to), object.length - 1);
    const range = `bytes ${from}-${end}/${object.length}`;
    const part = object.subarray(Number(from), end + 1);
    response.writeHead(206, { ...common, 'content-range': range, 'content-length': part.length }).end(part);
  }

  function list(query: URLSearchParams, response: ServerResponse): void {
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? ''))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter((key) => after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
    const page = keys.slice(0, Math.min(self.pageSize, Number(query.get('max-keys'))));
    const isTruncated = page.length < keys.length;
    const escape = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
    const contents = page.map((key) => {
      const object = objects.get(key) ?? Buffer.alloc(0);
      return (
        `<Contents><Key>${escape(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>` +
        `<ETag>&quot;${eTagOf(object).slice(1, -1)}&quot;</ETag><Type>Normal</Type><Size>${object.length}</Size>` +
        '<StorageClass>Standard</StorageClass></Contents>'
      );
    });
    const next = isTruncated ? `<NextContinuationToken>${escape(page.at(-1) ?? '')}</NextContinuationToken>` : '';
    const xml =
      `<?xml version="1.0"?><ListBucketResult><Name>data</Name><EncodingType>url</EncodingType>` +
      `<IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`;
    response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
  }

  const url = await listen(t, server);
  const self: ObjectServer = {
    url,
    objects,
    received,
    trouble: () => false,
    pageSize: 1_000,
    cut(response, request, bytes) {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const key = decodeURIComponent(request.url.slice('/data/'.length));
      const object = objects.get(key) ?? Buffer.alloc(0);
      const end = Math.min(Number(to), object.length - 1);
      const part = object.subarray(Number(from), end + 1);
      const headers = { etag: eTagOf(object), 'content-length': part.length };
      response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${end}/${object.length}` });
      if (bytes >= part.length) response.end(part);
      else response.write(part.subarray(0, bytes), () => response.destroy());
    },
    settings:
      `{objects: {buckets: {data: {type: oss, endpoint: "${url}", region: ${REGION}, accessKeyId: ${KEY_ID}, ` +
      `accessKeySecret: ${SECRET}}}}}`,
  };
  return self;
}

export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status)
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

export function eTagOf(object: Buffer): string {
  return `"${createHash('md5').update(object).digest('hex').toUpperCase()}"`;
}

/** Null for a signature that holds, by the vendor's description of version 4. */
function signatureFault({ method, url, headers }: Answered): string | null {
  const time = String(headers['x-oss-date']);
  const scope = `${time.slice(0, 8)}/${REGION}/oss/aliyun_v4_request`;
  const lines = Object.keys(headers)
    .filter((name) => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'))
    .sort()
    .map((name) => `${name}:${String(headers[name])}\n`)
    .join('');
  const [path = '', query = ''] = url.split('?');
  const sorted = query.split('&').sort().join('&');
  const canonical = `${method}\n${path}\n${sorted}\n${lines}\n\nUNSIGNED-PAYLOAD`;
  const text = `OSS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const key = scope
    .split('/')
    .reduce<Buffer>(
      (last, part) => createHmac('sha256', last).update(part).digest(),
      Buffer.from(`aliyun_v4${SECRET}`),
    );
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const expected = `OSS4-HMAC-SHA256 Credential=${KEY_ID}/${scope},Signature=${signature}`;
  return headers.authorization === expected ? null : `the signature of ${canonical} is ${signature}`;
}
