/** Texts that are times of a request, and their values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHttpDate, parseTimestamp } from '../../src/auth/timestamps.ts';

test('both forms of a time are accepted', () => {
  assert.equal(parseTimestamp('2026-01-02T03:04:05Z'), Date.UTC(2026, 0, 2, 3, 4, 5));
  assert.equal(parseTimestamp('2026-01-02T03:04:05.678Z'), Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  assert.equal(parseTimestamp('2024-02-29T23:59:59Z'), Date.UTC(2024, 1, 29, 23, 59, 59));
});

test('other text is not a time', () => {
  const others = [
    '',
    'now',
    '2026-01-02',
    '2026-01-02T03:04:05',
    '2026-01-02 03:04:05Z',
    '2026-01-02T03:04:05+08:00',
    '2026-01-02T03:04:05.6Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T25:00:00Z',
    '1767323045',
    'Fri, 02 Jan 2026 03:04:05 GMT',
    '2026-01-02T03:04:05Z\n',
  ];
  for (const text of others) assert.equal(parseTimestamp(text), null, text);
});

test('ROA-style calls have HTTP dates, and similar text is refused', () => {
  assert.equal(parseHttpDate('Fri, 02 Jan 2026 03:04:05 GMT'), Date.UTC(2026, 0, 2, 3, 4, 5));
  for (const text of [
    'Thu, 02 Jan 2026 03:04:05 GMT',
    'Fri, 2 Jan 2026 03:04:05 GMT',
    'Fri, 02 Jan 2026 03:04:05 CET',
    'Fri, 30 Feb 2026 03:04:05 GMT',
    '2026-01-02T03:04:05Z',
    '',
  ]) {
    assert.equal(parseHttpDate(text), null, text);
  }
});
