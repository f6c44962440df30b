/** The console names the due times that the server will take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTimetable } from '../../../src/schedules/timetable/timetable.ts';
import { nextTimes } from '../../src/parts/next-times.ts';

function serverTimes(expression: string, afterMs: number, count: number): number[] {
  const timetable = parseTimetable(expression);
  const times: number[] = [];
  for (let ms: number | null = timetable.next(afterMs); ms !== null && times.length < count; ms = timetable.next(ms)) {
    times.push(ms);
  }
  return times;
}

const EXPRESSIONS = [
  '0 0 3 * * ?',
  '0 */15 * * * ?',
  '30 5/20 8-18 ? * 1-5',
  '0 0 0 1 * ?',
  '0 0 12 29 2 ?',
  '0 0 9 1,15 JAN-MAR/2 MON',
  '0 30 2 * * ?',
  '0 0,30 2 * * ?',
  '0 */30 * * * ?',
  '0 0 0 31 * ?',
  '0 59 23 ? * SUN',
  '15 30 2 * * *',
  '0 30 1-3 * * ?',
];
const ZONES = [
  '',
  'UTC',
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
];
/** An ordinary day, and days around changes of clocks: Berlin and Lord Howe, New York, and back again. */
const MOMENTS = [
  '2026-07-14T10:20:30Z',
  '2026-03-28T20:00:00Z',
  '2026-03-07T20:00:00Z',
  '2026-10-24T20:00:00Z',
  '2026-04-04T10:00:00Z',
  '2026-10-31T23:00:00Z',
];

for (const expression of EXPRESSIONS) {
  test(`the next times of ${expression} are those of the server, in every zone`, () => {
    for (const zone of ZONES) {
      const text = zone === '' ? expression : `CRON_TZ=${zone} ${expression}`;
      for (const moment of MOMENTS) {
        const afterMs = Date.parse(moment);
        const own = nextTimes(text, afterMs, 12, null).times.map((ms) => new Date(ms).toISOString());
        const expected = serverTimes(text, afterMs, 12).map((ms) => new Date(ms).toISOString());
        assert.deepEqual(own, expected, `${text} after ${moment}`);
      }
    }
  });
}

test('an interval counts from its beginning', () => {
  const fromMs = Date.parse('2026-01-01T08:00:00.400Z');
  const { times, everyMinutes } = nextTimes('@every 5m', fromMs + 12 * 60_000, 2, fromMs);
  assert.deepEqual(times, [Date.parse('2026-01-01T08:15:00Z'), Date.parse('2026-01-01T08:20:00Z')]);
  assert.equal(everyMinutes, 5);
  assert.deepEqual(nextTimes('@every 5m', fromMs, 2, null), { times: [], fault: null, everyMinutes: 5 });
});

test('an expression that is wrong has a fault and no times', () => {
  for (const [expression, fault] of [
    ['0 3 * * ?', /has 5 fields/],
    ['* * * * * ?', /more often than once a minute/],
    ['0 0 0 30 2 ?', /never fires/],
    ['CRON_TZ=Mars/Olympus 0 0 3 * * ?', /time zone "Mars\/Olympus"/],
    ['@every 5h', /@every 5m/],
    ['', /has 0 fields/],
  ] as const) {
    const next = nextTimes(expression, 0, 3, null);
    assert.match(next.fault ?? '', fault);
    assert.deepEqual(next.times, []);
  }
});
