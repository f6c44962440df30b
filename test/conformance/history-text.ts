/**
 * The text form of a history, one line an event. The expected histories of the cases are in this form:
 *
 *     5 <4 +1s TaskFailed Call {"error":"E","cause":""}
 *
 * is event 5, caused by event 4, one second of virtual time after the event before it, of the state Call.
 */
import { createHash } from 'node:crypto';
import { stringifyJson } from '../../src/base/json.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';

/** A longer detail is cut to its beginning, with its length and its hash. */
const DETAIL_UNITS_MAX = 400;
const DETAIL_UNITS_SHOWN = 120;
/** A longer history is cut to its first and last lines, with the number and the hash of the lines between them. */
const LINES_MAX = 160;
const LINES_SHOWN = 30;
/** Names that need no quotes. */
const BARE_NAME = /^[\p{L}\p{N}_.-]+$/u;
/** UUIDs are random in a run. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export function historyText(events: readonly HistoryEvent[]): string {
  let beforeMs = events[0]?.timeMs ?? 0;
  const lines = events.map((event) => {
    const elapsedMs = event.timeMs - beforeMs;
    beforeMs = event.timeMs;
    return lineOf(event, elapsedMs);
  });
  return `${cut(lines).join('\n')}\n`;
}

function lineOf({ id, cause, type, stepName, detail }: HistoryEvent, elapsedMs: number): string {
  const elapsed = elapsedMs === 0 ? '' : `+${elapsedMs / 1000}s `;
  const name = stepName === '' ? '' : `${BARE_NAME.test(stepName) ? stepName : JSON.stringify(stepName)} `;
  return `${id} <${cause} ${elapsed}${type} ${name}${shown(stringifyJson(detail).replace(UUID, '<uuid>'))}`;
}

function shown(detail: string): string {
  if (detail.length <= DETAIL_UNITS_MAX) return detail;
  return `${detail.slice(0, DETAIL_UNITS_SHOWN)}… (${detail.length} characters, sha256 ${hashOf(detail)})`;
}

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= LINES_MAX) return lines;
  const between = lines.slice(LINES_SHOWN, -LINES_SHOWN);
  const note = `… ${between.length} events, sha256 ${hashOf(between.join('\n'))}`;
  return [...lines.slice(0, LINES_SHOWN), note, ...lines.slice(-LINES_SHOWN)];
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The first difference of two texts, in a few lines; empty when they are equal. */
export function historyDifference(expected: string, got: string): string {
  if (expected === got) return '';
  const [wanted, found] = [expected.split('\n'), got.split('\n')];
  const at = wanted.findIndex((line, i) => line !== found[i]);
  const line = at === -1 ? wanted.length : at;
  return `line ${line + 1}\n  expected ${wanted[line] ?? 'the end'}\n  got      ${found[line] ?? 'the end'}`;
}
