/**
 * Histories for tests of the execution page: those of the conformance cases, which are recorded as text, and generated ones of any
 * size.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StreamedEvent } from '../../../src/console/protocol.ts';

const FOLDER = fileURLToPath(new URL('../../../test/conformance/histories', import.meta.url));
const START_MS = Date.UTC(2026, 0, 1, 8);
const LINE = /^(\d+) <(\d+) (?:\+([\d.]+)s )?(\w+) (?:("(?:[^"\\]|\\.)*"|[^\s{]+) )?(.*)$/;

/** Names of all recorded histories: `map/caught`. */
export function recordedNames(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -'.txt'.length))
    .sort();
}

/** A recorded history; null for one whose text leaves events out. */
export function recordedHistory(name: string): StreamedEvent[] | null {
  const events: StreamedEvent[] = [];
  let ms = START_MS;
  for (const line of readFileSync(join(FOLDER, `${name}.txt`), 'utf8')
    .trimEnd()
    .split('\n')) {
    const found = LINE.exec(line);
    if (found === null || Number(found[1]) !== events.length + 1) return null;
    const [, id, cause, seconds = '0', type = '', step = '', detail = ''] = found;
    ms += Math.round(Number(seconds) * 1000);
    events.push({
      ...{ id: Number(id), type, time: new Date(ms).toISOString(), cause: Number(cause) },
      ...{ step: step.startsWith('"') ? (JSON.parse(step) as string) : step, detail: detail.trim() },
    });
  }
  return events;
}

/** Writes events one after the other. Times advance by a millisecond with each. */
export class EventWriter {
  readonly events: StreamedEvent[] = [];
  #ms = START_MS;

  /** Adds an event and returns its id. */
  add(type: string, cause: number, step: string, detail: unknown, afterMs = 1): number {
    const id = this.events.length + 1;
    this.#ms += afterMs;
    this.events.push({ id, type, time: new Date(this.#ms).toISOString(), cause, step, detail: JSON.stringify(detail) });
    return id;
  }

  /** A state that ends at once; the id of its end. */
  state(name: string, cause: number, input: unknown = {}, output: unknown = input): number {
    const entered = this.add('StateEntered', cause, name, { input });
    const started = this.add('StateStarted', entered, name, { input });
    return this.add('StateSucceeded', started, name, { output });
  }
}

/** A loop of two states, of about as many events as asked. */
export function loopHistory(events: number): StreamedEvent[] {
  const writer = new EventWriter();
  let last = writer.add('ExecutionStarted', 0, '', { input: { n: 0 } });
  for (let round = 1; writer.events.length + 7 <= events; round++) {
    last = writer.state('Count', last, { n: round - 1 }, { n: round });
    last = writer.state('Enough', last, { n: round });
  }
  last = writer.state('Done', last);
  writer.add('ExecutionSucceeded', last, '', { output: {} });
  return writer.events;
}

/** A Map over many items, of which one fails and is caught inside its item or fails the execution. */
export function mapHistory({
  items,
  failing,
  atOnce = 40,
}: {
  readonly items: number;
  readonly failing: number | null;
  readonly atOnce?: number;
}): StreamedEvent[] {
  const writer = new EventWriter();
  const list = Array.from({ length: items }, (_, index) => index);
  const start = writer.add('ExecutionStarted', 0, '', { input: { list } });
  const entered = writer.add('StateEntered', start, 'Each', { input: { list } });
  const started = writer.add('StateStarted', entered, 'Each', { input: { list } });
  let last = started;
  let failure = 0;
  for (let from = 0; from < items && failure === 0; from += atOnce) {
    const group = list.slice(from, from + atOnce);
    const opened = group.map((index) => writer.add('IterationEntered', last, 'Each', { index, input: index }));
    for (const [place, index] of group.entries()) {
      const state = writer.add('StateEntered', opened[place] ?? 0, 'Work', { input: index });
      const begun = writer.add('StateStarted', state, 'Work', { input: index });
      const call = { action: 'HTTP:Request', mode: 'RequestComplete', parameters: { index }, attempt: 1 };
      const scheduled = writer.add('TaskScheduled', begun, 'Work', call);
      if (index === failing) {
        const failed = writer.add('TaskFailed', scheduled, 'Work', { error: 'E', cause: 'on purpose' });
        failure = writer.add('StateFailed', failed, 'Work', { error: 'E', cause: 'on purpose' });
        break;
      }
      const done = writer.add('TaskSucceeded', scheduled, 'Work', { output: { index } }, 5);
      const ended = writer.add('StateSucceeded', done, 'Work', { output: { index } });
      last = writer.add('IterationExited', ended, 'Each', { index, output: { index } });
    }
  }
  if (failure === 0) {
    const ended = writer.add('StateSucceeded', last, 'Each', { output: { Items: list } });
    writer.add('ExecutionSucceeded', ended, '', { output: { Items: list } });
  } else {
    const ended = writer.add('StateFailed', failure, 'Each', { error: 'E', cause: 'on purpose' });
    writer.add('ExecutionFailed', ended, '', { error: 'E', cause: 'on purpose' });
  }
  return writer.events;
}
