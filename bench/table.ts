/** Rows of the printed table, and the format of figures and ratios in them. */
import type { RoundResult } from './load.ts';
import { median } from './statistics.ts';
import type { Ratio } from './statistics.ts';

export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly beside: string;
  readonly ratio: string;
  readonly aim: string;
}

export function rates(results: readonly RoundResult[]): number[] {
  return results.map((result) => result.perSecond);
}

export function rate(results: readonly RoundResult[]): string {
  const perSecond = Math.round(median(rates(results)));
  const p99Ms = median(results.map((result) => result.p99Ms));
  return `${perSecond.toLocaleString('en')}/s, p99 ${p99Ms.toFixed(1)} ms`;
}

export function latency(results: readonly { readonly p50Ms: number; readonly p99Ms: number }[]): string {
  const of = (pick: 'p50Ms' | 'p99Ms'): string => median(results.map((result) => result[pick])).toFixed(2);
  return `p50 ${of('p50Ms')} ms, p99 ${of('p99Ms')} ms`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function spread({ median: middle, lowest, highest }: Ratio): string {
  return `**${middle.toFixed(2)}** (${lowest.toFixed(2)}–${highest.toFixed(2)})`;
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${row.ours} | ${row.beside} | ${row.ratio} | ${row.aim} |`);
  return ['| what | Millrace | beside | ratio (lowest–highest) | aim |', '|---|---|---|---|---|', ...lines].join('\n');
}
