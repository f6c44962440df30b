/** `AWS4-HMAC-SHA256` against the examples in Amazon's documentation of the header (sig-v4-header-based-auth). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { s3Path, signS3 } from '../../src/signatures/s3.ts';
import type { S3Request } from '../../src/signatures/s3.ts';

const EMPTY = createHash('sha256').update('').digest('hex');
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

interface Example {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly signature: string;
}

const EXAMPLES: readonly Example[] = [
  {
    what: 'an object in part',
    path: '/test.txt',
    headers: [['range', 'bytes=0-9']],
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    what: 'a write',
    method: 'PUT',
    path: s3Path('/test$file.text'),
    headers: [
      ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
      ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
    ],
    body: 'Welcome to Amazon S3.',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    what: 'a parameter without a value',
    query: [['lifecycle', '']],
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    what: 'a listing',
    query: [
      ['prefix', 'J'],
      ['max-keys', '2'],
    ],
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
];

describe('AWS4-HMAC-SHA256', () => {
  for (const { what, method = 'GET', path = '/', query = [], headers = [], body = '', signature } of EXAMPLES) {
    it(`agrees with the published example of ${what}`, () => {
      const request: S3Request = {
        method,
        path,
        query: new Map(query),
        headers: new Map([
          ...headers,
          ['host', 'examplebucket.s3.amazonaws.com'],
          ['x-amz-content-sha256', body === '' ? EMPTY : createHash('sha256').update(body).digest('hex')],
          ['x-amz-date', '20130524T000000Z'],
        ]),
        region: 'us-east-1',
      };
      const header = signS3(request, 'AKIAIOSFODNN7EXAMPLE', SECRET);
      assert.match(header, /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request,/);
      assert.equal(/Signature=(\w+)$/.exec(header)?.[1], signature);
      assert.match(header, /SignedHeaders=[a-z0-9;-]*host/);
    });
  }
});
