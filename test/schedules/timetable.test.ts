/** Both forms of expressions (rules.md 5.20): what each means, and what is wrong with the others. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TimetableFault } from '../../src/schedules/timetable/fault.ts';
import { parseTimetable } from '../../src/schedules/timetable/timetable.ts';

/** A Thursday. */
const NEW_YEAR = '2026-01-01T00:00:00Z';

function timesOf(expression: string, count: number, from = NEW_YEAR): string[] {
  const timetable = parseTimetable(expression);
  const times: string[] = [];
  for (let at: number | null = Date.parse(from); times.length < count; ) {
    at = timetable.next(at);
    if (at === null) break;
    times.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return times;
}

function faultOf(expression: string): string {
  try {
    parseTimetable(expression);
  } catch (error) {
    assert.ok(error instanceof TimetableFault, String(error));
    return error.message;
  }
  return assert.fail(`${expression} was accepted`);
}

describe('an interval', () => {
  it('counts in minutes from the time that it follows', () => {
    assert.deepEqual(timesOf('@every 5m', 2, '2026-01-01T00:00:07.900Z'), [
      '2026-01-01T00:05:07Z',
      '2026-01-01T00:10:07Z',
    ]);
    assert.deepEqual(timesOf('@every 90m', 1), ['2026-01-01T01:30:00Z']);
    assert.deepEqual(timesOf('  @every 1m  ', 1), ['2026-01-01T00:01:00Z']);
  });

  it('stays in step after a pause', () => {
    const timetable = parseTimetable('@every 7m');
    const dueMs = Date.parse(NEW_YEAR);
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), (laterMs) => {
        const last = timetable.last(dueMs, dueMs + laterMs);
        assert.ok(last <= dueMs + laterMs && last + 420_000 > dueMs + laterMs);
        assert.equal((last - dueMs) % 420_000, 0);
        assert.equal(timetable.count(dueMs, last), (last - dueMs) / 420_000 + 1);
      }),
    );
  });

  for (const [expression, fault] of [
    ['@every 0m', /interval of 0 minutes; the shortest is "@every 1m"/],
    ['@every 30s', /not of the form "@every 5m"/],
    ['@every 1h', /not of the form "@every 5m"/],
    ['@every -5m', /not of the form/],
    ['@every 1.5m', /not of the form/],
    ['@every5m', /not of the form/],
    ['@daily', /not of the form "@every 5m".*other intervals need six fields/],
    ['@every 5256001m', /interval of 5256001 minutes; the longest is "@every 5256000m"/],
    ['@every 99999999999999m', /not of the form/],
  ] as const) {
    it(`is not ${expression}`, () => assert.match(faultOf(expression), fault));
  }
  it('may take ten years', () => assert.equal(timesOf('@every 5256000m', 1).length, 1));
});

describe('six fields', () => {
  for (const [expression, times] of [
    ['0 * * * * *', ['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z']],
    ['30 9 * * * *', ['2026-01-01T00:09:30Z', '2026-01-01T01:09:30Z']],
    ['0 0 10 1 * ?', ['2026-01-01T10:00:00Z', '2026-02-01T10:00:00Z']],
    [
      '0 5/20 8 * * *',
      ['2026-01-01T08:05:00Z', '2026-01-01T08:25:00Z', '2026-01-01T08:45:00Z', '2026-01-02T08:05:00Z'],
    ],
    ['0 */30 8 * * *', ['2026-01-01T08:00:00Z', '2026-01-01T08:30:00Z', '2026-01-02T08:00:00Z']],
    [
      '0 10-20/5 8 * * *',
      ['2026-01-01T08:10:00Z', '2026-01-01T08:15:00Z', '2026-01-01T08:20:00Z', '2026-01-02T08:10:00Z'],
    ],
    ['0 50/30 8 * * *', ['2026-01-01T08:50:00Z', '2026-01-02T08:50:00Z']],
    ['0 0 8,20 * * *', ['2026-01-01T08:00:00Z', '2026-01-01T20:00:00Z']],
    ['0 0 0 1 jan,JUL ?', ['2026-07-01T00:00:00Z', '2027-01-01T00:00:00Z']],
    [
      '0 0 0 1 FEB-APR ?',
      ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', '2027-02-01T00:00:00Z'],
    ],
    ['0 0 0 29 2 *', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['0 0 0 31 * *', ['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z']],
    // Both days are named: either is enough.
    ['0 0 0 13 * FRI', ['2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z']],
    ['  0   0 12 * * ?  ', ['2026-01-01T12:00:00Z']],
  ] as const) {
    it(`reads ${expression}`, () => assert.deepEqual(timesOf(expression, times.length), times));
  }

  it('counts days of the week from Monday, as numbers and as words', () => {
    const days = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
    // 2026-01-05 is a Monday.
    for (const [i, word] of days.entries()) {
      const expected = [`2026-01-${String(5 + i).padStart(2, '0')}T00:00:00Z`];
      for (const day of [String(i + 1), word, word.toLowerCase()]) {
        assert.deepEqual(timesOf(`0 0 0 ? * ${day}`, 1, '2026-01-04T23:59:00Z'), expected, day);
      }
    }
    const weekend = ['2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z', '2026-01-10T00:00:00Z'];
    for (const range of ['6-7', 'SAT-SUN', 'SAT,SUN', '7,6']) {
      assert.deepEqual(timesOf(`0 0 0 ? * ${range}`, 3, '2026-01-02T01:00:00Z'), weekend, range);
    }
    assert.equal(timesOf('0 0 0 ? * MON-SUN', 7).length, 7);
  });

  for (const [expression, fault] of [
    ['* * * * * *', /due more often than once a minute: its field Seconds is "\*"/],
    ['*/10 * * * * *', /more often than once a minute/],
    ['0,30 * * * * *', /more often than once a minute/],
    ['0-5 * * * * *', /more often than once a minute/],
    ['? * * * * *', /more often than once a minute/],
    ['60 * * * * *', /field Seconds \("60"\): "60" is not a number from 0 to 59/],
    ['0 60 * * * *', /field Minutes \("60"\): "60" is not a number from 0 to 59/],
    ['0 ? * * * *', /field Minutes \("\?"\): "\?" has no meaning there; its special characters are , - \* \//],
    ['0 0 24 * * *', /field Hours \("24"\)/],
    ['0 0 ? * * *', /field Hours.*"\?" has no meaning/],
    ['0 0 0 0 * *', /field Day of month \("0"\): "0" is not a number from 1 to 31/],
    ['0 0 0 32 * *', /field Day of month/],
    ['0 0 0 L * *', /field Day of month \("L"\): "L" is not a number from 1 to 31/],
    ['0 0 0 15W * *', /field Day of month/],
    ['0 0 0 1 13 *', /field Month \("13"\): "13" is not a number from 1 to 12, nor JAN to DEC/],
    ['0 0 0 1 ? *', /field Month.*"\?" has no meaning/],
    ['0 0 0 1 MON *', /field Month \("MON"\)/],
    ['0 0 0 ? * 0', /field Day of week \("0"\): "0" is not a number from 1 to 7, nor MON to SUN/],
    ['0 0 0 ? * 8', /field Day of week/],
    ['0 0 0 ? * 1/2', /field Day of week \("1\/2"\): "\/" has no meaning there; its special characters are , - \* \?/],
    ['0 0 0 ? * MON#1', /field Day of week.*"#" has no meaning/],
    ['0 0 0 ? * +MON', /field Day of week.*"\+" has no meaning/],
    ['0 0 0 ? * SUN-MON', /field Day of week.*the range "SUN-MON" ends before it begins/],
    ['0 30-10 * * * *', /field Minutes.*ends before it begins/],
    ['0 5/0 * * * *', /the step "0" is not a whole number from 1 to 60/],
    ['0 5/61 * * * *', /the step "61" is not a whole number from 1 to 60/],
    ['0 5/ * * * *', /field Minutes/],
    ['0 1,,2 * * * *', /field Minutes.*a value is missing/],
    ['0 *,5 * * * *', /field Minutes.*not part of a list/],
    ['0 1-2-3 * * * *', /field Minutes.*neither a value nor a range/],
    ['0 0 0 ?/2 * *', /"\?" has no steps/],
    ['0 0 0 30 2 *', /never fires: no month of its field Month \("2"\) has a day of its field Day of month \("30"\)/],
    ['0 0 0 30 FEB ?', /never fires/],
    ['0 0 0 31 2,4,JUN,9,11 ?', /never fires/],
    ['* * * * *', /has 5 fields, not the six.*\. If the first one, seconds, is missing, write 0 in front/],
    ['0 0 0 1 1 ? 2027', /has 7 fields, not the six/],
    ['', /has 0 fields/],
    ['tomorrow', /has 1 fields/],
    ['2027-01-01T00:00:00', /has 1 fields/],
  ] as const) {
    it(`is not ${JSON.stringify(expression)}`, () => assert.match(faultOf(expression), fault));
  }

  it('fires on a named day of the week, although no month has the named day', () => {
    assert.deepEqual(timesOf('0 0 0 30 2 MON', 1), ['2026-02-02T00:00:00Z']);
  });

  it('names for any accepted fields due times that are a minute apart at least, or none', () => {
    const value = (min: number, max: number) => fc.integer({ min, max }).map(String);
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        value(min, max),
        fc.uniqueArray(value(min, max), { minLength: 1, maxLength: 4 }).map(String),
      );
    const expression = fc
      .tuple(value(0, 59), field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(1, 7))
      .map((fields) => fields.join(' '));
    fc.assert(
      fc.property(expression, (text) => {
        const times = timesOf(text, 3).map(Date.parse);
        assert.equal(times.length, 3);
        for (const [i, time] of times.entries()) {
          assert.equal(new Date(time).getUTCSeconds(), Number(text.split(' ')[0]));
          assert.ok(i === 0 || time - (times[i - 1] as number) >= 60_000);
        }
        const [first, second, third] = times as [number, number, number];
        const timetable = parseTimetable(text);
        assert.equal(timetable.last(first, second - 1), first);
        assert.equal(timetable.last(first, second), second);
        assert.equal(timetable.last(first, third - 1), second);
        assert.equal(timetable.last(first, third), third);
        assert.equal(timetable.count(first, third), 3);
      }),
    );
  });
});

describe('what has passed', () => {
  // Around the changes of the clocks, each due time from the first to the last one.
  for (const expression of ['0 30 2 * * *', '0 */30 * * * *', '0 15 3 * * *', '0 0 1,2,3 * * ?', '30 59 1 * * 7']) {
    for (const from of ['2026-03-27T12:00:00Z', '2026-10-23T12:00:00Z']) {
      it(`is found without all steps: ${expression} from ${from}`, () => {
        const timetable = parseTimetable(`CRON_TZ=Europe/Berlin ${expression}`);
        const firstMs = timetable.next(Date.parse(from)) ?? assert.fail('nothing is due');
        const untilMs = Date.parse(from) + 4 * 86_400_000;
        let lastMs = firstMs;
        for (let nowMs = firstMs; nowMs < untilMs; nowMs += 1_200_000) {
          for (let next = timetable.next(lastMs); next !== null && next <= nowMs; next = timetable.next(next))
            lastMs = next;
          assert.equal(timetable.last(firstMs, nowMs), lastMs, new Date(nowMs).toISOString());
        }
      });
    }
  }

  it('is counted up to a hundred', () => {
    const timetable = parseTimetable('0 * * * * *');
    const firstMs = Date.parse(NEW_YEAR);
    assert.equal(timetable.count(firstMs, firstMs), 1);
    assert.equal(timetable.count(firstMs, firstMs + 99 * 60_000), 100);
    assert.equal(timetable.count(firstMs, firstMs + 100 * 60_000), null);
  });
});

describe('CRON_TZ', () => {
  it('moves the fields to a time zone', () => {
    assert.deepEqual(timesOf('CRON_TZ=Asia/Shanghai 0 0 3 * * ?', 1), ['2026-01-01T19:00:00Z']);
    assert.deepEqual(timesOf('CRON_TZ=America/Argentina/Buenos_Aires 0 0 3 * * ?', 1), ['2026-01-01T06:00:00Z']);
    assert.deepEqual(timesOf('CRON_TZ=UTC 0 0 3 * * ?', 1), ['2026-01-01T03:00:00Z']);
    assert.deepEqual(timesOf('CRON_TZ=Asia/Kolkata 0 0 0 ? * 1', 1), ['2026-01-04T18:30:00Z']);
  });

  it('starts what is due in the hour that is left out when that hour is over', () => {
    // At 02:00 on 29 March 2026 clocks in Berlin go to 03:00.
    assert.deepEqual(timesOf('CRON_TZ=Europe/Berlin 0 30 2 * * *', 2, '2026-03-28T12:00:00Z'), [
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ]);
  });

  it('leaves out the times of a repeating schedule in that hour', () => {
    assert.deepEqual(timesOf('CRON_TZ=Europe/Berlin 0 */20 1-3 * * *', 4, '2026-03-29T00:20:00Z'), [
      '2026-03-29T00:40:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-29T01:20:00Z',
      '2026-03-29T01:40:00Z',
    ]);
  });

  it('starts what is due in the repeated hour once', () => {
    // At 03:00 on 25 October 2026 clocks in Berlin go to 02:00.
    assert.deepEqual(timesOf('CRON_TZ=Europe/Berlin 0 30 2 * * *', 2, '2026-10-24T12:00:00Z'), [
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  it('repeats the times of a repeating schedule in that hour', () => {
    assert.deepEqual(timesOf('CRON_TZ=Europe/Berlin 0 */30 2 * * *', 4, '2026-10-24T12:00:00Z'), [
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T01:30:00Z',
    ]);
  });

  for (const [expression, fault] of [
    ['CRON_TZ=Mars/Olympus 0 0 3 * * ?', /names the time zone "Mars\/Olympus", which does not exist/],
    ['CRON_TZ=+08:00 0 0 3 * * ?', /names the time zone "\+08:00"/],
    ['CRON_TZ= 0 0 3 * * ?', /names the time zone ""/],
    ['CRON_TZ=Asia/Shanghai', /has 0 fields/],
    ['CRON_TZ=Asia/Shanghai @every 5m', /has CRON_TZ before an interval/],
    ['TZ=Asia/Shanghai 0 0 3 * * ?', /has 7 fields/],
  ] as const) {
    it(`is not ${expression}`, () => assert.match(faultOf(expression), fault));
  }
});
