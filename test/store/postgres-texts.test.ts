/** Texts and lists in the forms that PostgreSQL stores. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bools, float8s, int4s, int8s, texts } from '../../src/store/postgres/arrays.ts';
import { original, stored } from '../../src/store/postgres/texts.ts';
import { connect, freshOptions, WHERE_IT_RUNS } from './postgres-stores.ts';

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\0', '\u0001', '\u0002', 'a'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

describe('texts in PostgreSQL', () => {
  it('come back as they were, and have no U+0000', () => {
    fc.assert(
      fc.property(text, (given) => {
        assert.equal(original(stored(given)), given);
        assert.ok(!stored(given).includes('\0'));
      }),
    );
  });

  it('have the same order and the same prefixes as the originals', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        const order = Buffer.compare(Buffer.from(one), Buffer.from(two));
        assert.equal(Buffer.compare(Buffer.from(stored(one)), Buffer.from(stored(two))), order);
        assert.ok(stored(one + two).startsWith(stored(one)));
      }),
    );
  });
});

describe('lists in PostgreSQL', WHERE_IT_RUNS, () => {
  it('arrive as arrays of their type', async (t) => {
    const client = await connect(t, await freshOptions(t));
    const { rows } = await client.query(
      'SELECT $1::bigint[]::text AS a, $2::int[]::text AS b, $3::float8[]::text AS c, $4::bool[]::text AS d, $5::text[] AS e, $6::bigint[] AS f',
      [
        int8s([1, null, -9_007_199_254_740_991, 2n ** 62n]),
        int4s([0, -1, null]),
        float8s([0.5, null]),
        bools([true, null, false]),
        texts(['', null, '{"a":"\\"}', '流程']),
        int8s([]),
      ],
    );
    assert.deepEqual(rows[0], {
      a: '{1,NULL,-9007199254740991,4611686018427387904}',
      b: '{0,-1,NULL}',
      c: '{0.5,NULL}',
      d: '{t,NULL,f}',
      e: ['', null, '{"a":"\\"}', '流程'],
      f: [],
    });
  });
});
