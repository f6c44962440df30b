/** The wildcards of policies: matches, and the time of matching. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesWildcard } from '../../src/auth/wildcard.ts';

test('patterns match as an equivalent regular expression does', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 10 });
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(patterns, letters, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`);
      assert.equal(matchesWildcard(pattern, text), expression.test(text), `${pattern} on ${text}`);
    }),
    { numRuns: 2000 },
  );
});

test('many stars do not make matching slow', () => {
  const text = 'a'.repeat(1_000_000);
  // With backtracking the test would never end.
  assert.ok(!matchesWildcard('*a*a*a*a*a*a*a*a*a*a*b', text));
  assert.ok(matchesWildcard('*a*a*a*a*a*a*a*a*a*a*', text));
});
