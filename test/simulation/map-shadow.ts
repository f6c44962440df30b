/**
 * One Map run as the audit knows it, from its log and its record in the store: every item ends once, what has succeeded stays so, and
 * the counts of the record are those of the log.
 */
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import { decodeEntries } from '../../src/runtime/durable/map-runs/entries.ts';
import type { MapRunEntry } from '../../src/runtime/durable/map-runs/entries.ts';
import type { ExecutionId, JournalRow } from '../../src/store/executions.ts';
import { isOpen } from '../../src/store/map-runs.ts';
import type { MapRunRecord } from '../../src/store/map-runs.ts';

interface ItemEnded {
  readonly ok: boolean;
  readonly items: number;
}

export class MapShadow {
  readonly execution: ExecutionId;
  record: MapRunRecord;
  /** Updates in the log. */
  readonly updates: Extract<MapRunEntry, { kind: 'updated' }>[] = [];
  /** Number of the next entry. */
  next = 1;
  /** By position. */
  readonly #ended = new Map<number, ItemEnded>();
  #end: Extract<MapRunEntry, { kind: 'ended' }> | null = null;
  #faults: string[] = [];

  constructor(execution: ExecutionId, record: MapRunRecord) {
    this.execution = execution;
    this.record = record;
  }

  get isOpen(): boolean {
    return isOpen(this.record.status);
  }

  takeFaults(): string[] {
    return this.#faults.splice(0);
  }

  hasEnded(index: number): boolean {
    return this.#ended.has(index);
  }

  hasSucceeded(index: number): boolean {
    return this.#ended.get(index)?.ok === true;
  }

  /** The rows that follow the known ones, and the record beside them. */
  add(rows: readonly JournalRow[], record: MapRunRecord): void {
    for (const { first, count, events } of rows) {
      if (first !== this.next) this.#fault(`has row ${first} after entry ${this.next - 1}`);
      const entries = decodeEntries(events);
      if (entries.length !== count) this.#fault(`row ${first} holds ${entries.length} entries, not ${count}`);
      for (const entry of entries) this.#take(entry);
    }
    this.#compare(record);
    this.record = record;
  }

  /** The event about the end of the run says what the log says. */
  checkEnd({ type, value }: ExecutionEvent): void {
    const end = this.#end;
    if (end === null) return this.#fault(`${type}, and by its log it has not ended`);
    const output: JsonValue = 'output' in end ? end.output : null;
    const isSame = type !== 'MapRunSucceeded' || stringifyJson(output) === stringifyJson(value);
    if (!isSame) this.#fault(`${type} with another output than that of its log`);
  }

  #take(entry: MapRunEntry): void {
    this.next++;
    if (this.#end !== null && entry.kind !== 'redriven') this.#fault(`has an entry ${entry.kind} after its end`);
    switch (entry.kind) {
      case 'succeeded':
      case 'failed':
        if (this.#ended.has(entry.index)) this.#fault(`item ${entry.index} ends again`);
        this.#ended.set(entry.index, { ok: entry.kind === 'succeeded', items: entry.items });
        break;
      case 'redriven':
        for (const [index, { ok }] of this.#ended) if (!ok) this.#ended.delete(index);
        this.#end = null;
        break;
      case 'updated':
        this.updates.push(entry);
        break;
      case 'ended':
        this.#end = entry;
        break;
      default:
    }
  }

  #compare({ status, total, running, succeeded, failed }: MapRunRecord): void {
    const count = (isOk: boolean): number =>
      [...this.#ended.values()].reduce((sum, { ok, items }) => sum + (ok === isOk ? items : 0), 0);
    if (succeeded !== count(true)) this.#fault(`counts ${succeeded} successes, and by its log ${count(true)}`);
    if (failed !== count(false)) this.#fault(`counts ${failed} failures, and by its log ${count(false)}`);
    if (succeeded < this.record.succeeded) this.#fault(`counts ${succeeded} successes after ${this.record.succeeded}`);
    if (total < succeeded + failed + running) this.#fault(`counts ${total} items, fewer than its parts`);
    const end = this.#end;
    const wanted = end === null ? ['Pending', 'Running', 'Aborted'] : ['failure' in end ? 'Failed' : 'Succeeded'];
    if (!wanted.includes(status)) this.#fault(`is ${status}, and by its log ${wanted.join(' or ')}`);
  }

  #fault(message: string): void {
    this.#faults.push(message);
  }
}
