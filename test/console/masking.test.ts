/** The masks: no task token and no value of an `Authorization` header gets through, and everything else stays as it is. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { ACTIONS } from '../../src/api/actions.ts';
import type { Members } from '../../src/api/contract/contract.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import { PAYLOADS, maskReply, maskText, maskValue } from '../../src/console/masking.ts';
import { MASKED_HEADER, MASKED_TOKEN } from '../../src/console/protocol.ts';
import { createTaskTokens } from '../../src/runtime/durable/tokens.ts';

const tokens = createTaskTokens(randomBytes(32));
const token = tokens.make({ execution: 123_456, event: 7 }, randomUUID());
const oldToken = tokens.make({ execution: 1, event: 4_000_000 }, '');
const SECRET = 'Bearer s3cr3t-value';

/** A text in which every character is an escape of JSON, without its quotation marks. */
function escaped(text: string): string {
  return [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

describe('a task token', () => {
  for (const [name, each] of [
    ['of this version', token],
    ['without an identity', oldToken],
  ] as const) {
    it(`${name} is masked wherever it is`, () => {
      const texts = [
        each,
        `"${each}"`,
        `{"token":"${each}"}`,
        `{"${each}":1}`,
        `[["${each}","${each}"]]`,
        `https://example.com/callback?token=${each}&x=1`,
        `order-${each}`,
        `${each}_${each}`,
        `x${each}y`,
        stringifyJson({ body: stringifyJson({ inner: stringifyJson([each]) }) }),
        `{"token":"${escaped(each)}"}`,
        stringifyJson({ body: `{"token":"${escaped(each)}"}` }),
        `no JSON {"token":"${escaped(each)}"`,
        `{"a":"${each}","a":1}`,
        `{"__proto__":{"token":"${each}"}}`,
        `${'['.repeat(300)}"${each}"${']'.repeat(300)}`,
      ];
      for (const text of texts) {
        const masked = maskText(text);
        assert.ok(!masked.includes(each) && !masked.includes(escaped(each)), masked);
      }
      assert.equal(maskText(`{"token":"${each}"}`), `{"token":"${MASKED_TOKEN}"}`);
    });
  }
});

describe('an Authorization header', () => {
  it('is masked in every spelling and place', () => {
    const objects: JsonValue[] = [
      { headers: { Authorization: SECRET } },
      { headers: { AUTHORIZATION: SECRET, 'proxy-Authorization': SECRET } },
      { headers: { authorization: [SECRET, SECRET] } },
      { headers: { authorization: { bearer: SECRET } } },
      { headers: [{ name: 'Authorization', value: SECRET }] },
      { headers: [{ Key: 'authorization', Values: [SECRET] }] },
      { headers: ['Host', 'x', 'Authorization', SECRET] },
      { headers: [['Authorization', SECRET]] },
      { body: stringifyJson({ Authorization: SECRET }) },
      { body: stringifyJson(stringifyJson([stringifyJson({ Authorization: SECRET })])) },
      { cause: `Service answered 400: ${stringifyJson({ Authorization: SECRET })}` },
      { cause: `Service answered 400: ${stringifyJson(stringifyJson({ Authorization: SECRET }))}` },
      { cause: `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${SECRET}\r\n\r\n` },
      { cause: `curl -H 'Authorization: ${SECRET}' https://example.com` },
      { cause: `{'Authorization': '${SECRET}'}` },
      { cause: `headers=["Authorization","${SECRET}"] and more` },
      { cause: `{"Authorization":["x","${SECRET}"]} and more` },
      { cause: `Authorization: Digest username="a", response="${SECRET}"` },
      parseJson(`{"__proto__":{"authorization":"${SECRET}"}}`),
    ];
    for (const object of objects) {
      const masked = stringifyJson(maskValue(object));
      assert.ok(!masked.includes('s3cr3t'), masked);
      assert.ok(masked.includes(MASKED_HEADER), masked);
      assert.ok(!maskText(stringifyJson(object)).includes('s3cr3t'));
    }
    const texts = [
      `{"${escaped('Authorization')}":"${SECRET}"}`,
      `{"\\u0041uthorization":"${SECRET}"}`,
      stringifyJson({ body: `{"\\u0041uthorization":"${SECRET}"}` }),
      `{"Authorization":"${SECRET}","Authorization":""}`,
      `Failed: {"\\u0041uthorization":"${SECRET}"}`,
    ];
    for (const text of texts) assert.ok(!maskText(text).includes('s3cr3t'), maskText(text));
  });

  it('without a value is shown, and so are texts about it', () => {
    const texts = [
      '{"Authorization":null,"authorization":""}',
      'no authorization, please sign in',
      '{"note":"the header Authorization is missing"}',
      '{ "spaced" : "authorization" }',
      '{"\\u0041":1e3}',
      '12345678901234567890',
      '"authorization"',
      'Authorization',
      '',
    ];
    for (const text of texts) assert.equal(maskText(text), text);
  });
});

test('a masked text is still JSON, with the digits of its numbers and each of its members', () => {
  const text = `{"id":1234567890123456789,"big":1e400,"__proto__":{"constructor":"c"},"half":"\\ud800","Authorization":"${SECRET}"}`;
  assert.equal(
    maskText(text),
    `{"id":1234567890123456789,"big":1e400,"__proto__":{"constructor":"c"},"half":"\\ud800","Authorization":"${MASKED_HEADER}"}`,
  );
  assert.equal(Object.getPrototypeOf(maskValue(parseJson(text))), Object.prototype);
});

/** Texts that a secret can be in, each one around another one. */
const wrappers: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => stringifyJson({ value: text }),
  (text) => stringifyJson([1, text, null]),
  (text) => stringifyJson(text),
  (text) => `{"value":"${escaped(text)}"}`,
  (text) => `log line: ${text} (end)`,
  (text) => ` ${stringifyJson({ deep: [{ value: text }] })}`,
];

test('no secret survives, however it is wrapped', () => {
  const name = fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION', 'Proxy-Authorization');
  const wrapping = fc.array(fc.nat(wrappers.length - 1), { maxLength: 6 });
  const around = fc.string({
    unit: fc.constantFrom('a', 'A', 'g', '-', '_', ' ', '"', '\\', '{', '[', ',', ':', '\n'),
  });
  fc.assert(
    fc.property(name, wrapping, around, fc.boolean(), (header, layers, text, isOld) => {
      const planted = isOld ? oldToken : token;
      const core = stringifyJson({ [header]: SECRET, text: `${text}${planted}${text}` });
      const whole = layers.reduce((inner, layer) => wrappers[layer]?.(inner) ?? inner, core);
      if (whole.length > 1_000_000) return;
      const shown = [maskText(whole), stringifyJson(maskValue({ detail: whole }))];
      for (const each of shown) {
        let read = each;
        // As a person would: take the escapes away, level by level.
        for (let i = 0; i < 9; i++) {
          assert.ok(!read.includes(planted), read);
          assert.ok(!read.includes('s3cr3t'), read);
          read = read.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
          read = read.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('any value without a secret stays as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      assert.equal(maskText(text), text);
      assert.deepEqual(maskValue(parseJson(text)), parseJson(text));
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => assert.equal(maskText(text), text)));
});

test('texts that are made to be slow are masked in a time in proportion to their length', () => {
  const size = 300_000;
  const texts = [
    '\\'.repeat(size),
    `\\"authorization\\":\\"${'\\'.repeat(size)}`,
    'authorization'.repeat(size / 13),
    'authorization:"'.repeat(size / 15),
    'authorization:\\"'.repeat(size / 16),
    'authorization: '.repeat(size / 15),
    'A'.repeat(size),
    'Ag'.repeat(size / 2),
    `${'a'.repeat(54)} `.repeat(size / 55),
    `"${'\\"'.repeat(size / 2)}`,
    `{"authorization":"${'\\'.repeat(size)}"}`,
    '[{"authorization":'.repeat(size / 18),
    '\\u0041'.repeat(size / 6),
  ];
  // A quadratic time would be minutes here. The limit only says that it is none.
  const beganMs = performance.now();
  for (const text of texts) maskText(text);
  assert.ok(performance.now() - beganMs < 30_000);
});

test('strings of JSON in strings, level in level, do not exhaust the stack', () => {
  let text = `"${token}"`;
  for (let i = 0; i < 14; i++) text = stringifyJson(`${'['.repeat(200)}${text}${']'.repeat(200)}`);
  assert.ok(!maskText(text).includes(token));
});

/** Members of replies that are names, times, numbers or text that a person has written to be stored: they pass as they are. */
const PLAIN = new Set(
  'Type Definition RoleArn Description Name Id Value ResourceGroupId ExecutionMode ExternalStorageLocation Warnings NextToken FlowName Version Weight Status FlowDefinition ErrorCode StepName ExecutionName MapRunName ScheduleId Payload ScheduleName CronExpression RegionId RegionEndpoint LocalName Kind Action MessageId MessageTag Diagnostics Graph Message Language Dialect Region Account Auth Store HealthReason State'.split(
    ' ',
  ),
);

test('each text of a reply is known to be a payload or to be none', () => {
  const names = new Set<string>();
  const walk = (members: Members): void => {
    for (const [name, member] of Object.entries(members)) {
      if ('members' in member) walk(member.members);
      else if (member.type === 'text' || member.type === 'word') names.add(name);
    }
  };
  for (const { reply } of Object.values(ACTIONS)) walk(reply);
  for (const name of names) assert.ok(PLAIN.has(name) !== PAYLOADS.has(name), `${name}: add it to one of the two`);
  for (const name of [...PLAIN, ...PAYLOADS]) assert.ok(names.has(name), `${name} is in no reply`);
});

test('a reply is masked in its payloads, at any depth, and nowhere else', () => {
  const definition = stringifyJson({ headers: { Authorization: SECRET } });
  const reply = {
    FlowDefinition: definition,
    NextToken: token,
    Absent: undefined,
    Executions: [{ Input: definition, Output: token, FlowDefinition: definition }],
    Reason: `waits for ${token}`,
    Count: 3,
  };
  assert.deepEqual(maskReply(reply), {
    FlowDefinition: definition,
    NextToken: token,
    Executions: [
      { Input: `{"headers":{"Authorization":"${MASKED_HEADER}"}}`, Output: MASKED_TOKEN, FlowDefinition: definition },
    ],
    Reason: `waits for ${MASKED_TOKEN}`,
    Count: 3,
  });
});
