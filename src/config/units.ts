/** Durations (`500ms`, `30s`, `5m`, `1h`, `90d`) and sizes (`512B`, `64KiB`, `1MiB`, `1GiB`) in settings. */

const MS_PER = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES_PER = { B: 1, KiB: 1024, MiB: 1024 * 1024, GiB: 1024 * 1024 * 1024 } as const;

/** Returns milliseconds, or null if the text is not a duration. */
export function parseDuration(text: string): number | null {
  return quantity(text, /^(\d{1,9})(ms|s|m|h|d)$/, MS_PER);
}

/** Returns bytes, or null if the text is not a size. */
export function parseSize(text: string): number | null {
  return quantity(text, /^(\d{1,9})(B|KiB|MiB|GiB)$/, BYTES_PER);
}

function quantity(text: string, form: RegExp, factors: Readonly<Record<string, number>>): number | null {
  const match = form.exec(text);
  return match === null ? null : Number(match[1]) * (factors[match[2] as string] as number);
}
