/** Instants in texts (RFC 3339). */
const TIME =
  /^(?<date>\d{4}-\d\d-\d\d)[Tt ](?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?<fraction>\.\d{1,9})?(?:[Zz]|(?<sign>[+-])(?<offsetHour>\d\d):(?<offsetMinute>\d\d))$/;

/** Milliseconds since 1970 of an RFC 3339 text with any offset, fractions of a millisecond included; null for any other text. */
export function instantMs(text: string): number | null {
  const parts = TIME.exec(text)?.groups;
  if (parts === undefined) return null;
  const number = (part: string): number => Number(parts[part] ?? 0);
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')];
  const [offsetHour, offsetMinute] = [number('offsetHour'), number('offsetMinute')];
  const dayMs = dayOf(parts['date'] ?? '');
  // A leap second, which RFC 3339 writes as 60, counts as the first second of the next minute, as in POSIX time.
  if (dayMs === null || hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return null;
  const offsetMinutes = (offsetHour * 60 + offsetMinute) * (parts['sign'] === '-' ? -1 : 1);
  return dayMs + ((hour * 60 + minute - offsetMinutes) * 60 + second + number('fraction')) * 1000;
}

/** Midnight (UTC) of `YYYY-MM-DD`, milliseconds since 1970; null for a day that the calendar does not have. */
function dayOf(date: string): number | null {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? day.getTime() : null;
}
