/** Any bytes get an error of the caller in JSON or XML, and the server continues. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonParameters } from '../../src/wire/api/json-parameters.ts';
import { ApiError } from '../../src/api/error.ts';
import { parseParameters } from '../../src/wire/api/form-parameters.ts';
import { xmlElement } from '../../src/wire/api/xml.ts';
import { FORM, acs3Headers, call, rpcForm, send, startWireServer } from './support.ts';

const latin1 = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const formLike = fc.string({
  unit: fc.constantFrom('a', '=', '&', '%', '+', '0', 'F', '\0', 'é', '.', ' '),
  maxLength: 40,
});

function refusesAsCaller(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof ApiError && error.code === 'InvalidArgument', String(error));
  }
}

test('the decoders of forms and JSON accept or refuse any text', () => {
  fc.assert(fc.property(fc.oneof(latin1, formLike), (text) => refusesAsCaller(() => parseParameters(text))));
  fc.assert(fc.property(fc.oneof(fc.json(), latin1), (text) => refusesAsCaller(() => parseJsonParameters(text))));
});

test('a JSON object is read member by member', () => {
  const objects = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));
  const clean = objects.filter((object) => !JSON.stringify(object).includes('\\u0000'));
  fc.assert(
    fc.property(clean, (object) => {
      const expected = Object.entries(object).map(([name, value]) => [name, String(value)] as const);
      assert.deepEqual(parseJsonParameters(JSON.stringify(object, null, 1)), new Map(expected));
    }),
  );
});

test('XML of any JSON has balanced tags and legal characters only', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const xml = xmlElement('Root', { Value: value as never });
      const open: string[] = [];
      for (const [, slash, name] of xml.matchAll(/<(\/?)([A-Za-z_][\w.-]*)>/g)) {
        if (slash === '') open.push(name ?? '');
        else assert.equal(open.pop(), name);
      }
      assert.deepEqual(open, []);
      const text = xml.replace(/<\/?[A-Za-z_][\w.-]*>/g, '').replace(/&(?:amp|lt|gt|#13);/g, '');
      assert.doesNotMatch(text, /[<>&]/);
      assert.doesNotMatch(xml, /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
      assert.ok(xml.isWellFormed());
    }),
  );
});

test('requests that are damaged somewhere are never answered with a 500', async (t) => {
  const server = await startWireServer(t);
  const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), times: fc.integer({ min: 1, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(
      damage,
      fc.boolean(),
      fc.constantFrom(FORM, 'application/json', ''),
      async (change, acs3, type) => {
        const body = Buffer.from(acs3 ? 'FlowName=f&Input=%7B%7D' : rpcForm(server.time, { Input: '{}' }));
        const headers = acs3 ? acs3Headers(server, body) : { 'content-type': FORM };
        for (let i = 0; i < change.times; i++) body[(change.at + i * 7) % body.length] = change.byte;
        const reply = await send(server, {
          headers: type === '' ? headers : { ...headers, 'content-type': type },
          body,
        });
        assert.ok(reply.status < 500, reply.body);
        assert.ok(typeof (JSON.parse(reply.body) as Record<string, unknown>)['RequestId'] === 'string');
      },
    ),
    { numRuns: 200 },
  );
  assert.equal((await call(server)).status, 200);
  assert.deepEqual(server.logged, []);
});
