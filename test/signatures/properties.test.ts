/** Properties of the signatures, of percent-encoding and of canonical queries. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { HmacKey, sameSignature } from '../../src/signatures/hmac.ts';
import { canonicalQuery, percentEncode } from '../../src/signatures/percent.ts';
import { rpcKey, rpcStringToSign, signRpc, verifyRpc } from '../../src/signatures/rpc.ts';
import { parseParameters } from '../../src/wire/api/form-parameters.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const anyParameters = fc
  .dictionary(anyText, anyText, { maxKeys: 12 })
  .map((entries) => new Map(Object.entries(entries)));

test('percent-encoded text has only unreserved characters and escapes, and decodes to the original', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const encoded = percentEncode(text);
      assert.match(encoded, /^(?:[\w.~-]|%[0-9A-F]{2})*$/);
      assert.equal(decodeURIComponent(encoded), text);
    }),
  );
});

test('half of a surrogate pair becomes U+FFFD, alone and inside a string to sign', () => {
  assert.equal(percentEncode('a\ud800'), 'a%EF%BF%BD');
  assert.equal(rpcStringToSign('GET', new Map([['k', '\udc00']])), 'GET&%2F&k%3D%25EF%25BF%25BD');
});

test('the decoder of requests reads the canonical query back', () => {
  const clean = anyParameters.filter(
    (map) => ![...map].some(([name, value]) => name === '' || /\0/.test(name + value)),
  );
  fc.assert(
    fc.property(clean, (parameters) => {
      const text = canonicalQuery(parameters);
      assert.deepEqual(new Map([...parseParameters(text)].sort()), new Map([...parameters].sort()));
      assert.equal(canonicalQuery(parseParameters(text)), text);
    }),
  );
});

test('the string to sign is the canonical query, encoded twice', () => {
  fc.assert(
    fc.property(anyParameters, (parameters) => {
      const expected = `POST&%2F&${percentEncode(canonicalQuery(parameters))}`;
      parameters.set('Signature', 'passed over');
      assert.equal(rpcStringToSign('POST', parameters), expected);
    }),
  );
});

test('the beginning of the string to sign, for messages', () => {
  fc.assert(
    fc.property(anyParameters, fc.nat(60), (parameters, limit) => {
      assert.equal(rpcStringToSign('POST', parameters, limit), rpcStringToSign('POST', parameters).slice(0, limit));
    }),
  );
});

test('a signature without the empty parameters covers those with a value, wherever the empty ones are', () => {
  fc.assert(
    fc.property(anyParameters, fc.uniqueArray(anyText, { minLength: 1, maxLength: 4 }), (parameters, names) => {
      const valued = new Map([...parameters].filter(([, text]) => text !== ''));
      const all = new Map(valued);
      for (const name of names) if (name !== 'Signature' && !all.has(name)) all.set(name, '');
      const key = rpcKey('s');
      const expected = all.size === valued.size ? 'all' : 'valued';
      assert.equal(verifyRpc('POST', all, key, signRpc('POST', valued, key)), expected);
      assert.equal(verifyRpc('POST', all, key, signRpc('POST', all, key)), 'all');
    }),
  );
});

test('text that is larger than the shared buffer is signed', () => {
  const parameters = new Map([['Definition', '流'.repeat(100_000)]]);
  const expected = `POST&%2F&${percentEncode(canonicalQuery(parameters))}`;
  assert.equal(signRpc('POST', parameters, rpcKey('s')), createHmac('sha1', 's&').update(expected).digest('base64'));
});

test('HmacKey agrees with the HMAC of Node, for keys shorter and longer than a block', () => {
  fc.assert(
    fc.property(fc.constantFrom('sha1', 'sha256'), fc.string({ maxLength: 150 }), anyText, (name, secret, text) => {
      const key = new HmacKey(name as 'sha1' | 'sha256', secret);
      assert.equal(key.signText(text, 'hex'), createHmac(name, secret).update(text).digest('hex'));
      assert.equal(key.signText(text, 'base64'), createHmac(name, secret).update(text).digest('base64'));
    }),
  );
});

test('a request without empty values has one valid signature', () => {
  const parameters = new Map([['A', '1']]);
  const key = rpcKey('s');
  const withEmpty = new Map(parameters).set('B', '');
  const signature = signRpc('GET', parameters, key);
  assert.equal(verifyRpc('GET', withEmpty, key, signature), 'valued', 'Java leaves B= out');
  assert.equal(verifyRpc('GET', withEmpty, key, signRpc('GET', withEmpty, key)), 'all', 'everyone else signs it');
  assert.ok(!verifyRpc('GET', parameters, key, signRpc('GET', withEmpty, key)));
});

test('signatures of different length or content differ', () => {
  assert.ok(sameSignature('abc', 'abc'));
  for (const other of ['', 'ab', 'abcd', 'abd', 'ABC']) assert.ok(!sameSignature('abc', other));
});
