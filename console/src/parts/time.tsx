/** Times in the reader's zone, with UTC on hover; durations; and durations that go on. */
import { signal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { serverAheadMs, serverNowMs } from '../app/clock.ts';
import { durationText } from './duration-text.ts';
import { defineTexts, locale } from '../texts/texts.ts';

const texts = defineTexts({
  en: { never: '–', utc: (text: string) => `${text} (UTC)` },
  zh: { never: '–', utc: (text: string) => `${text}（UTC）` },
});

/** Milliseconds since 1970 of a time of the API; null for `""`. */
export function timeMs(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(locale(), options);
    formats.set(key, made);
  }
  return made;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

/** The time of today, or date and time of another day, in the reader's zone. */
export function shownTime(ms: number, { withMs = false } = {}): string {
  const date = new Date(ms);
  const clock = withMs ? { ...CLOCK, fractionalSecondDigits: 3 as const } : CLOCK;
  const isToday = date.toDateString() === new Date(serverNowMs()).toDateString();
  return format(isToday ? clock : { ...clock, year: 'numeric', month: '2-digit', day: '2-digit' }).format(date);
}

export interface TimeProps {
  /** A time as the API writes it, or milliseconds since 1970; `""` and null show a dash. */
  readonly at: string | number | null;
  readonly withMs?: boolean;
}

export function Time({ at, withMs = false }: TimeProps) {
  const ms = typeof at === 'string' ? timeMs(at) : at;
  if (ms === null) return <span class="muted">{texts().never}</span>;
  const utc = new Date(ms).toISOString();
  return (
    <time dateTime={utc} title={texts().utc(utc.replace('T', ' ').replace('Z', ''))}>
      {shownTime(ms, { withMs })}
    </time>
  );
}

/** A tick a second, for everything that shows a time that goes on; it stops when nothing does. */
const now = signal(Date.now());
let watchers = 0;
let timer = 0;

/** The time, renewed every second while the component is shown and the page is visible. `isOn`: false asks for no renewal. */
export function useNow(isOn = true): number {
  // Before the first drawing is seen: while no one watched, the time stopped.
  useLayoutEffect(() => {
    if (!isOn) return;
    watchers++;
    if (watchers === 1) {
      now.value = Date.now();
      timer = window.setInterval(() => {
        if (!document.hidden) now.value = Date.now();
      }, 1000);
    }
    return () => {
      watchers--;
      if (watchers === 0) window.clearInterval(timer);
    };
  }, [isOn]);
  return isOn ? now.value : now.peek();
}

export interface DurationProps {
  readonly from: string | number | null;
  /** Null or `""`: it goes on. */
  readonly until: string | number | null;
}

/** The time between two moments; without a second one, up to now. */
export function Duration({ from, until }: DurationProps) {
  const fromMs = typeof from === 'string' ? timeMs(from) : from;
  const untilMs = typeof until === 'string' ? timeMs(until) : until;
  if (fromMs === null) return <span class="muted">{texts().never}</span>;
  return untilMs === null ? <Since fromMs={fromMs} /> : <span class="number">{durationText(untilMs - fromMs)}</span>;
}

function Since({ fromMs }: { readonly fromMs: number }) {
  const passed = useNow() + serverAheadMs.value - fromMs;
  return <span class="number">{durationText(Math.max(0, passed))}</span>;
}
