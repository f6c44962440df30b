/**
 * The recorded and published requests of wire-vectors.json. Each one verifies, and does not verify if one bit of the signed
 * parts or of the signature is flipped.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { acs3BodyHash, acs3CanonicalRequest, acs3Key, acs3StringToSign } from '../../src/signatures/acs3.ts';
import type { Acs3Request } from '../../src/signatures/acs3.ts';
import { sameSignature } from '../../src/signatures/hmac.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import { roaKey, roaStringToSign } from '../../src/signatures/roa.ts';
import { rpcKey, rpcStringToSign, signRpc, verifyRpc } from '../../src/signatures/rpc.ts';
import { parseAcs3Authorization, parseRoaAuthorization } from '../../src/wire/api/authorization.ts';
import { canonicalHeaders } from '../../src/wire/api/signed-headers.ts';
import { mergeParameters, parseParameters } from '../../src/wire/api/form-parameters.ts';

interface Vector {
  readonly id: string;
  readonly algorithm: string;
  readonly accessKeySecret: string;
  readonly request?: { method: string; target: string; headers: [string, string][]; body: string };
  readonly method?: string;
  readonly params?: Record<string, string>;
  readonly canonicalQuery?: string;
  readonly canonicalRequest?: string;
  readonly stringToSign: string;
  readonly signature: string;
  readonly signatureWithoutEmpty?: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('./wire-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const ofKind = (kind: string): Vector[] => vectors.filter((vector) => vector.algorithm.startsWith(kind));

function queryOf(vector: Vector): Map<string, string> {
  return parseParameters(vector.request?.target.split('?')[1] ?? '');
}

function rpcOf(vector: Vector): { method: string; parameters: Map<string, string> } {
  if (vector.params !== undefined)
    return { method: vector.method ?? '', parameters: new Map(Object.entries(vector.params)) };
  const form = parseParameters(Buffer.from(vector.request?.body ?? '').toString('latin1'));
  return { method: vector.request?.method ?? '', parameters: mergeParameters(queryOf(vector), form) };
}

/** All texts that differ from `text` in one of the lower seven bits of one character. */
function* flips(text: string): Generator<string> {
  for (let i = 0; i < text.length; i++) {
    for (let bit = 0; bit < 7; bit++) {
      yield text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ (1 << bit)) + text.slice(i + 1);
    }
  }
}

test('the file has the vectors of all three algorithms', () => {
  assert.deepEqual([ofKind('RPC').length, ofKind('ACS3').length, ofKind('ROA').length], [11, 10, 1]);
});

for (const vector of ofKind('RPC')) {
  test(`${vector.id} verifies, but not with a flipped bit`, () => {
    const { method, parameters } = rpcOf(vector);
    const key = rpcKey(vector.accessKeySecret);
    assert.equal(rpcStringToSign(method, parameters), vector.stringToSign);
    if (vector.canonicalQuery !== undefined) {
      const signed = new Map([...parameters].filter(([name]) => name !== 'Signature'));
      assert.equal(canonicalQuery(signed), vector.canonicalQuery);
    }
    assert.equal(signRpc(method, parameters, key), vector.signature);
    for (const signature of [vector.signature, vector.signatureWithoutEmpty ?? vector.signature]) {
      assert.ok(verifyRpc(method, parameters, key, signature));
      for (const flipped of flips(signature)) assert.ok(!verifyRpc(method, parameters, key, flipped), flipped);
    }
    for (const flipped of flips(method)) assert.ok(!verifyRpc(flipped, parameters, key, vector.signature), flipped);
    for (const [name, value] of parameters) {
      if (name === 'Signature') continue;
      for (const flipped of flips(value)) {
        const changed = new Map(parameters).set(name, flipped);
        assert.ok(!verifyRpc(method, changed, key, vector.signature), `${name}=${flipped}`);
      }
      for (const flipped of flips(name)) {
        const changed = new Map(parameters);
        changed.delete(name);
        assert.ok(!verifyRpc(method, changed.set(flipped, value), key, vector.signature), flipped);
      }
    }
  });
}

for (const vector of ofKind('ACS3')) {
  test(`${vector.id} verifies, but not with a flipped bit`, () => {
    const { request } = vector;
    assert.ok(request);
    const headers = canonicalHeaders(request.headers.flat());
    const authorization = parseAcs3Authorization(headers.get('authorization') ?? '');
    const { algorithm, signedHeaders, signature } = authorization;
    const bodyHash = acs3BodyHash(algorithm, request.body);
    const good: Acs3Request = { method: request.method, path: '/', query: queryOf(vector), headers, bodyHash };
    const key = acs3Key(algorithm, vector.accessKeySecret);
    const verifies = (changed: Partial<Acs3Request>, list = signedHeaders, given = signature): boolean =>
      sameSignature(key.signText(acs3StringToSign(algorithm, { ...good, ...changed }, list), 'hex'), given);

    assert.equal(acs3CanonicalRequest(good, signedHeaders), vector.canonicalRequest);
    assert.equal(acs3StringToSign(algorithm, good, signedHeaders), vector.stringToSign);
    assert.ok(verifies({}));
    for (const flipped of flips(signature)) assert.ok(!verifies({}, signedHeaders, flipped), flipped);
    for (const flipped of flips(signedHeaders)) assert.ok(!verifies({}, flipped), flipped);
    for (const method of flips(request.method)) assert.ok(!verifies({ method }), method);
    for (const body of flips(request.body)) assert.ok(!verifies({ bodyHash: acs3BodyHash(algorithm, body) }), body);
    for (const name of signedHeaders.split(';')) {
      for (const flipped of flips(headers.get(name) ?? '')) {
        assert.ok(!verifies({ headers: new Map(headers).set(name, flipped) }), `${name}: ${flipped}`);
      }
    }
    for (const [name, value] of good.query) {
      for (const flipped of flips(value)) {
        assert.ok(!verifies({ query: new Map(good.query).set(name, flipped) }), `${name}=${flipped}`);
      }
      for (const flipped of flips(name)) {
        const query = new Map(good.query);
        query.delete(name);
        assert.ok(!verifies({ query: query.set(flipped, value) }), flipped);
      }
    }
  });
}

for (const vector of ofKind('ROA')) {
  test(`${vector.id} verifies, but not with a flipped bit in the signed parts`, () => {
    const { request } = vector;
    assert.ok(request);
    const headers = canonicalHeaders(request.headers.flat());
    const { signature } = parseRoaAuthorization(headers.get('authorization') ?? '');
    const good = { method: request.method, path: '/', query: queryOf(vector), headers };
    const key = roaKey(vector.accessKeySecret);
    const verifies = (changed: Partial<typeof good>, given = signature): boolean =>
      sameSignature(key.signText(roaStringToSign({ ...good, ...changed }), 'base64'), given);

    assert.equal(roaStringToSign(good), vector.stringToSign);
    assert.ok(verifies({}));
    for (const flipped of flips(signature)) assert.ok(!verifies({}, flipped), flipped);
    for (const method of flips(request.method)) assert.ok(!verifies({ method }), method);
    for (const path of flips('/')) assert.ok(!verifies({ path }), path);
    const signed = [
      'accept',
      'content-type',
      'date',
      ...[...headers.keys()].filter((name) => name.startsWith('x-acs-')),
    ];
    for (const name of signed) {
      for (const flipped of flips(headers.get(name) ?? '')) {
        assert.ok(!verifies({ headers: new Map(headers).set(name, flipped) }), `${name}: ${flipped}`);
      }
    }
    assert.ok(!verifies({ headers: new Map(headers).set('content-md5', 'x') }));
    for (const flipped of flips(good.query.get('q') ?? '')) {
      assert.ok(!verifies({ query: new Map([['q', flipped]]) }), flipped);
    }
  });
}
