/** Every row of rules.md 3.7, and bad input of every kind: the reply is a 4xx with a reason, and never a 500. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS } from '../../src/api/errors.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import { Secret } from '../../src/config/settings.ts';
import { canonicalQuery } from '../../src/signatures/percent.ts';
import { rpcStringToSign } from '../../src/signatures/rpc.ts';
import type { RawReply, WireHarness } from './support.ts';
import {
  FORM,
  ROOT,
  acs3Headers,
  call,
  codeOf,
  messageOf,
  rpcForm,
  rpcParameters,
  send,
  startWireServer,
} from './support.ts';

const MINUTE_MS = 60_000;

function assertError(reply: RawReply, code: ErrorCode, message?: RegExp): void {
  assert.equal(codeOf(reply), code, reply.body);
  assert.equal(reply.status, ERRORS[code].status);
  if (message !== undefined) assert.match(messageOf(reply), message);
}

const form = (server: WireHarness, body: string | Buffer): Promise<RawReply> =>
  send(server, { headers: { 'content-type': FORM }, body });

test('an unknown key', async (t) => {
  const server = await startWireServer(t);
  const stranger = { accessKeyId: 'stranger', accessKeySecret: 'x' };
  assertError(await call(server, {}, stranger), 'InvalidAccessKeyID', /^The AccessKey ID stranger is invalid\.$/);
  const headers = acs3Headers(server, '', { key: stranger });
  assertError(await send(server, { headers }), 'InvalidAccessKeyID');
});

test('a wrong signature: the message ends in the text that the server signed', async (t) => {
  const server = await startWireServer(t);
  const wrong = { ...ROOT, accessKeySecret: 'wrong' };
  const parameters = rpcParameters(server.time, { Input: '{"a": "*"}' }, wrong);
  const reply = await form(server, canonicalQuery(parameters));
  assertError(reply, 'SignatureNotMatch');
  const expected = `${ERRORS.SignatureNotMatch.message} server string to sign is:${rpcStringToSign('POST', parameters)}`;
  assert.equal(messageOf(reply), expected);
  const headers = acs3Headers(server, 'a=1', { key: wrong });
  assertError(
    await send(server, { headers, body: 'a=1' }),
    'SignatureNotMatch',
    /server string to sign is:ACS3-HMAC-SHA256\n[0-9a-f]{64}$/,
  );
});

test('a wrong signature over a megabyte gets a short reply', async (t) => {
  const server = await startWireServer(t);
  const reply = await call(server, { Input: '中'.repeat(100_000) }, { ...ROOT, accessKeySecret: 'wrong' });
  assertError(reply, 'SignatureNotMatch');
  assert.ok(reply.body.length < 20_000);
});

test('a body other than the one that was signed', async (t) => {
  const server = await startWireServer(t);
  assertError(await send(server, { headers: acs3Headers(server, 'a=1'), body: 'a=2' }), 'SignatureNotMatch');
  assertError(await send(server, { headers: acs3Headers(server, 'a=1'), body: '' }), 'SignatureNotMatch');
});

test('a clock that is off by more than 15 minutes, in either direction', async (t) => {
  const server = await startWireServer(t);
  const at = (ms: number): string => new Date(server.time.nowMs() + ms).toISOString().replace('.000Z', 'Z');
  for (const ms of [-15 * MINUTE_MS - 1000, 15 * MINUTE_MS + 1000]) {
    assertError(await call(server, { Timestamp: at(ms) }), 'RequestTimeTooSkewed', /2026-01-02T.*2026-01-02T/);
    assertError(
      await send(server, { headers: acs3Headers(server, '', { headers: { 'x-acs-date': at(ms) } }) }),
      'RequestTimeTooSkewed',
    );
  }
  for (const ms of [-15 * MINUTE_MS, 15 * MINUTE_MS])
    assert.equal((await call(server, { Timestamp: at(ms) })).status, 200);
});

test('the time is checked before the signature, and the key before the time', async (t) => {
  const server = await startWireServer(t);
  const late = { Timestamp: '2020-01-01T00:00:00Z' };
  assertError(await call(server, late, { ...ROOT, accessKeySecret: 'wrong' }), 'RequestTimeTooSkewed');
  assertError(await call(server, late, { accessKeyId: 'stranger', accessKeySecret: 'x' }), 'InvalidAccessKeyID');
});

test('an invalid time', async (t) => {
  const server = await startWireServer(t);
  for (const Timestamp of ['yesterday', '2026-02-30T00:00:00Z', '2026-01-02T03:04:05+00:00']) {
    assertError(await call(server, { Timestamp }), 'InvalidArgument', /'Timestamp'/);
  }
  const headers = acs3Headers(server, '', { headers: { 'x-acs-date': 'Fri, 02 Jan 2026 03:04:05 GMT' } });
  assertError(await send(server, { headers }), 'InvalidArgument', /'x-acs-date'/);
});

test('a time with milliseconds', async (t) => {
  const server = await startWireServer(t);
  assert.equal((await call(server, { Timestamp: '2026-01-02T03:04:05.957Z' })).status, 200);
});

test('a nonce twice, across shapes, until 15 minutes have passed', async (t) => {
  const server = await startWireServer(t);
  const body = rpcForm(server.time, { SignatureNonce: 'once' });
  assert.equal((await form(server, body)).status, 200);
  assertError(await form(server, body), 'SignatureNonceUsed');
  assertError(await call(server, { SignatureNonce: 'once', FlowName: 'other' }), 'SignatureNonceUsed');
  const headers = acs3Headers(server, '', { headers: { 'x-acs-signature-nonce': 'once' } });
  assertError(await send(server, { headers }), 'SignatureNonceUsed');
  server.time.advance(14 * MINUTE_MS);
  assertError(await call(server, { SignatureNonce: 'once' }), 'SignatureNonceUsed');
  server.time.advance(MINUTE_MS + 2000);
  assert.equal((await call(server, { SignatureNonce: 'once' })).status, 200);
});

test('a request from a clock that is ahead cannot be replayed while its time is acceptable', async (t) => {
  const server = await startWireServer(t);
  const ahead = new Date(server.time.nowMs() + 14 * MINUTE_MS).toISOString().replace('.000Z', 'Z');
  const body = rpcForm(server.time, { Timestamp: ahead });
  assert.equal((await form(server, body)).status, 200);
  for (let minute = 0; minute < 29; minute++) {
    server.time.advance(MINUTE_MS);
    assertError(await form(server, body), 'SignatureNonceUsed');
  }
  server.time.advance(MINUTE_MS);
  assertError(await form(server, body), 'RequestTimeTooSkewed');
});

test('a nonce is not used up by a request whose signature is wrong', async (t) => {
  const server = await startWireServer(t);
  assertError(await call(server, { SignatureNonce: 'n' }, { ...ROOT, accessKeySecret: 'wrong' }), 'SignatureNotMatch');
  assert.equal((await call(server, { SignatureNonce: 'n' })).status, 200);
});

test('a nonce is used up by a call that fails', async (t) => {
  const server = await startWireServer(t);
  assertError(await call(server, { Action: 'NoSuch', SignatureNonce: 'n' }), 'ActionNotSupported');
  assertError(await call(server, { SignatureNonce: 'n' }), 'SignatureNonceUsed');
});

const COMMON = [
  'Action',
  'Version',
  'AccessKeyId',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureNonce',
  'Timestamp',
];
for (const name of [...COMMON, 'Signature']) {
  test(`the parameter ${name} missing or empty`, async (t) => {
    const server = await startWireServer(t);
    const expected = new RegExp(`^The HTTP query '${name}' must be specified\\.$`);
    assertError(await call(server, { [name]: undefined }), 'MissingRequiredParams', expected);
    assertError(await call(server, { [name]: '' }), 'MissingRequiredParams', expected);
  });
}

test('an anonymous call gets the name of the missing parameter', async (t) => {
  const server = await startWireServer(t);
  assertError(await send(server, { method: 'GET' }), 'MissingRequiredParams', /'Action'/);
  assertError(
    await send(server, { method: 'GET', target: '/?Action=ListFlows' }),
    'MissingRequiredParams',
    /'Version'/,
  );
  const anonymous = '/?Action=ListFlows&Format=JSON&Timestamp=2026-01-02T03:04:05Z&Version=2019-03-15';
  assertError(await send(server, { method: 'GET', target: anonymous }), 'MissingRequiredParams', /'AccessKeyId'/);
  const headers = { 'x-acs-action': 'ListFlows', 'x-acs-version': '2019-03-15' };
  assertError(await send(server, { headers }), 'MissingRequiredHeader', /'Authorization'/);
});

for (const name of ['x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-content-sha256']) {
  test(`the header ${name} missing or empty`, async (t) => {
    const server = await startWireServer(t);
    const expected = new RegExp(`^The HTTP header '${name}' must be specified\\.`);
    assertError(
      await send(server, { headers: acs3Headers(server, '', { headers: { [name]: undefined } }) }),
      'MissingRequiredHeader',
      expected,
    );
    assertError(
      await send(server, { headers: acs3Headers(server, '', { headers: { [name]: '' } }) }),
      'MissingRequiredHeader',
      expected,
    );
  });
}

test('a header that is present but not signed', async (t) => {
  const server = await startWireServer(t);
  const added = { ...acs3Headers(server, ''), 'x-acs-security-token': 'smuggled' };
  assertError(await send(server, { headers: added }), 'MissingRequiredHeader', /'x-acs-security-token'.*SignedHeaders/);
  const good = acs3Headers(server, '');
  const authorization = good['authorization']?.replace('host;', '') ?? '';
  assertError(await send(server, { headers: { ...good, authorization } }), 'MissingRequiredHeader', /'host'/);
});

test('an Authorization header that cannot be read', async (t) => {
  const server = await startWireServer(t);
  const good = acs3Headers(server, '');
  const texts = [
    'ACS3-HMAC-SHA256',
    'ACS3-HMAC-SHA256 ',
    'ACS3-HMAC-SHA256 Credential=root',
    'ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=00',
    'ACS3-HMAC-SHA256 Credential=root,SignedHeaders=host,Signature=00,More=1',
    'ACS3-HMAC-SHA256 Credential=root,Credential=root,SignedHeaders=host',
    'ACS3-FOO Credential=root,SignedHeaders=host,Signature=00',
  ];
  for (const authorization of texts) {
    assertError(await send(server, { headers: { ...good, authorization } }), 'InvalidArgument', /'Authorization'/);
  }
});

test('an access key id that differs between header and credential', async (t) => {
  const server = await startWireServer(t);
  const headers = acs3Headers(server, '', { headers: { 'x-acs-accesskey-id': 'other' } });
  assertError(await send(server, { headers }), 'InvalidArgument', /'x-acs-accesskey-id'/);
});

test('unknown actions and versions', async (t) => {
  const server = await startWireServer(t);
  assertError(
    await call(server, { Action: 'Frobnicate' }),
    'ActionNotSupported',
    /^The requested API operation 'Frobnicate' is incorrect\. Please check\.$/,
  );
  assertError(await call(server, { Action: 'startSyncExecution' }), 'ActionNotSupported');
  assertError(await call(server, { Action: 'constructor' }), 'ActionNotSupported');
  assertError(await call(server, { Version: '2016-01-01' }), 'APIVersionNotSupported', /'2016-01-01'/);
  const headers = acs3Headers(server, '', { headers: { 'x-acs-version': '2016-01-01' } });
  assertError(await send(server, { headers }), 'APIVersionNotSupported');
});

test('a long text is cut between characters', async (t) => {
  const server = await startWireServer(t);
  const long = (length: number): string => `${'x'.repeat(length - 1)}😀`;
  const stranger = { accessKeyId: long(128), accessKeySecret: 'x' };
  assertError(await call(server, {}, stranger), 'InvalidAccessKeyID', /The AccessKey ID x{127} is/);
  assertError(await call(server, { Version: long(100) }), 'APIVersionNotSupported', /'x{99}'/);
  assertError(await call(server, { Action: long(100) }), 'ActionNotSupported', /'x{99}'/);
});

test('the version is checked before the key, the action after the signature', async (t) => {
  const server = await startWireServer(t);
  const stranger = { accessKeyId: 'stranger', accessKeySecret: 'x' };
  assertError(await call(server, { Version: '1' }, stranger), 'APIVersionNotSupported');
  assertError(await call(server, { Action: 'Frobnicate' }, { ...ROOT, accessKeySecret: 'x' }), 'SignatureNotMatch');
});

test('other signature methods, versions and formats', async (t) => {
  const server = await startWireServer(t);
  assertError(await call(server, { SignatureMethod: 'SHA256withRSA' }), 'InvalidArgument', /'SignatureMethod'/);
  assertError(await call(server, { SignatureVersion: '2.0' }), 'InvalidArgument', /'SignatureVersion'/);
  assertError(await call(server, { Format: 'YAML' }), 'InvalidArgument', /'Format'/);
  assert.equal((await call(server, { SignatureMethod: 'Hmac-SHA1', Format: 'Json' })).status, 200);
});

test('a content type other than form, JSON or none', async (t) => {
  const server = await startWireServer(t);
  const body = rpcForm(server.time);
  for (const type of [
    'text/plain',
    'text/xml',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/x-www-form-urlencoded2',
  ]) {
    assertError(await send(server, { headers: { 'content-type': type }, body }), 'UnsupportedMediaType');
  }
  assertError(
    await send(server, { headers: { 'content-type': FORM, 'content-encoding': 'gzip' }, body }),
    'UnsupportedMediaType',
    /Content-Encoding/,
  );
  const plain = { 'content-type': FORM, 'content-encoding': 'Identity' };
  assert.equal((await send(server, { headers: plain, body: rpcForm(server.time) })).status, 200);
  assert.equal((await send(server, { body })).status, 200);
});

const TEMPORARY = {
  accessKeyId: 'STS.temporary',
  accessKeySecret: new Secret('temporary-secret'),
  securityToken: new Secret('CAIS+token=='),
  expiresMs: Date.UTC(2026, 0, 2, 4),
  policies: null,
};
const TEMPORARY_KEY = { accessKeyId: 'STS.temporary', accessKeySecret: 'temporary-secret' };

test('a temporary key: with its token, without it, with another one, and after its expiry', async (t) => {
  const server = await startWireServer(t, { keys: [TEMPORARY] });
  const withToken = (token: string | undefined): Promise<RawReply> =>
    call(server, { SecurityToken: token }, TEMPORARY_KEY);
  const acs3 = (token: string): Promise<RawReply> => {
    const headers = { 'x-acs-security-token': token, 'x-acs-accesskey-id': TEMPORARY_KEY.accessKeyId };
    return send(server, { headers: acs3Headers(server, '', { headers, key: TEMPORARY_KEY }) });
  };
  assert.equal((await withToken('CAIS+token==')).status, 200);
  assert.equal((await acs3('CAIS+token==')).status, 200);
  assertError(await withToken(undefined), 'MissingSecurityToken');
  assertError(await withToken(''), 'MissingSecurityToken');
  assertError(await withToken('CAIS+token=.'), 'InvalidSecurityToken.Malformed');
  assertError(await acs3('other'), 'InvalidSecurityToken.Malformed');
  server.time.advance(Date.UTC(2026, 0, 2, 4) - server.time.nowMs());
  assertError(await withToken('CAIS+token=='), 'InvalidSecurityToken.Expired');
  assertError(await withToken('other'), 'InvalidSecurityToken.Malformed');
});

test('a long-lived key with a token that is not its own', async (t) => {
  const server = await startWireServer(t);
  assertError(await call(server, { SecurityToken: 'CAIS' }), 'InvalidSecurityToken.Malformed');
  assert.equal((await call(server, { SecurityToken: '' })).status, 200);
});

test('a parameter twice in one place', async (t) => {
  const server = await startWireServer(t);
  assertError(
    await form(server, `${rpcForm(server.time)}&FlowName=a&FlowName=a`),
    'InvalidArgument',
    /'FlowName' is given twice/,
  );
  assertError(
    await send(server, { method: 'GET', target: '/?Action=a&%41ction=b' }),
    'InvalidArgument',
    /'Action' is given twice/,
  );
  const headers = { ...acs3Headers(server, ''), 'X-Acs-Action': 'Other' };
  assertError(await send(server, { headers }), 'InvalidArgument', /'x-acs-action' is given twice/);
});

const malformed: [string, string | Buffer, RegExp][] = [
  ['a percent sign alone', 'FlowName=100%', /'FlowName' is not valid percent-encoded UTF-8/],
  ['a percent sign without hex digits', 'FlowName=%zz', /'FlowName'/],
  ['an escape cut short', 'FlowName=%4', /'FlowName'/],
  ['bytes that are not UTF-8, escaped', 'FlowName=%ff', /'FlowName'/],
  ['a surrogate in UTF-8', 'FlowName=%ED%A0%80', /'FlowName'/],
  ['an overlong encoding', 'FlowName=%C0%AF', /'FlowName'/],
  ['bytes that are not UTF-8, raw', Buffer.from('FlowName=\xff', 'latin1'), /'FlowName'/],
  ['a NUL, escaped', 'FlowName=a%00b', /'FlowName' contains a NUL/],
  ['a NUL, raw', 'FlowName=a\0b', /'FlowName' contains a NUL/],
  ['a NUL in a name', 'Flow%00Name=a', /'Flow%00Name' contains a NUL/],
  ['a malformed name', '%zz=a', /'%zz'/],
  ['no name', '=a', /no name/],
  ['too many parameters', Array.from({ length: 2000 }, (_, i) => `p${i}=`).join('&'), /at most 1000/],
  ['a long name', `${'n'.repeat(5000)}=%`, /'n{100}…' is not valid/],
  ['a long name with a pair of surrogates', `${'n'.repeat(99)}%F0%9F%98%80=%`, /'n{99}…' is not valid/],
];
for (const [title, text, message] of malformed) {
  test(`malformed parameters: ${title}`, async (t) => {
    const server = await startWireServer(t);
    assertError(await form(server, text), 'InvalidArgument', message);
    if (typeof text === 'string' && !text.includes('\0')) {
      assertError(await send(server, { method: 'GET', target: `/?${text}` }), 'InvalidArgument', message);
    }
  });
}

const badJson: [string, string | Buffer, RegExp][] = [
  ['no JSON', '{"a":', /not valid JSON/],
  ['a list', '[1]', /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['a member twice', '{"a":1,"b":{"a":1},"\\u0061":2}', /'a' is given twice/],
  ['10,000 levels', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, /nested deeper/],
  ['a NUL', '{"a":"\\u0000"}', /'a' contains a NUL/],
  ['half of a surrogate pair', '{"a":"b\\ud800"}', /'a' is not valid Unicode: its character 2 is half/],
  ['half of a pair in a name', '{"a\\udc00":1}', /'a\ufffd' is not valid Unicode: its character 2 is half/],
  ['bytes that are not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), /not valid UTF-8/],
];
for (const [title, text, message] of badJson) {
  test(`a JSON body: ${title}`, async (t) => {
    const server = await startWireServer(t);
    const headers = acs3Headers(server, text, { headers: { 'content-type': 'application/json' } });
    assertError(await send(server, { headers, body: text }), 'InvalidArgument', message);
  });
}

test('other paths and methods', async (t) => {
  const server = await startWireServer(t);
  assertError(await send(server, { target: '/api' }), 'InvalidApi.NotFound');
  assertError(await send(server, { target: '//' }), 'InvalidApi.NotFound');
  assertError(await send(server, { method: 'PUT' }), 'UnsupportedHTTPMethod', /'PUT'/);
  assertError(await send(server, { method: 'OPTIONS' }), 'UnsupportedHTTPMethod');
  assertError(await send(server, { method: 'POST', target: '/healthz' }), 'UnsupportedHTTPMethod');
  assertError(await send(server, { method: 'PUT', target: '/', body: 'x'.repeat(100) }), 'UnsupportedHTTPMethod');
});

test('a policy is checked after the action, and not for actions without authorization', async (t) => {
  const keys = [
    { accessKeyId: 'k', accessKeySecret: new Secret('s'), securityToken: null, expiresMs: null, policies: [] },
  ];
  const actions = ['DescribeRegions', 'ListFlows', 'DescribeFlow'] as const;
  const operations = actions.map((action) => ({ action, run: () => Promise.resolve({}) }));
  const server = await startWireServer(t, { keys, operations });
  const key = { accessKeyId: 'k', accessKeySecret: 's' };
  assertError(await call(server, { Action: 'Frobnicate' }, key), 'ActionNotSupported');
  assertError(await call(server, { Action: 'ListFlows' }, key), 'AccessDenied', /flow\/\*'$/);
  const long = await call(server, { Action: 'DescribeFlow', Name: 'n'.repeat(100_000) }, key);
  assertError(long, 'AccessDenied');
  assert.ok(long.body.length < 2000, 'an invalid name is cut in the reply');
  assert.equal((await call(server, { Action: 'DescribeRegions' }, key)).status, 200);
});
