/** The wildcards of policies: what they match, and that no pattern makes matching slow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesWildcard } from '../../src/auth/wildcard.ts';

test('patterns match as a regular expression would', () => {
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

test('the time is linear in the text, however many stars there are', () => {
  const text = 'a'.repeat(1_000_000);
  // A backtracking matcher would need more steps than there are atoms.
  assert.ok(!matchesWildcard('*a*a*a*a*a*a*a*a*a*a*b', text));
  assert.ok(matchesWildcard('*a*a*a*a*a*a*a*a*a*a*', text));
});
