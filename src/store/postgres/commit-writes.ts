/** The writes of a commit, collected by kind, and the statements that make them. */
import type { ExecutionChange, ExecutionId, FlowSnapshot, JournalRow } from '../executions.ts';
import type { MailAnswer } from '../mail.ts';
import type { MapRunRecord } from '../map-runs.ts';
import type { NodeNumber } from '../nodes.ts';
import type { DueTimes } from '../schedules.ts';
import { bools, float8s, int4s, int8s, texts } from './arrays.ts';
import type { Statement } from './batch.ts';
import type { StatementName } from './commit-statements.ts';
import { takeValues } from './schedule-store.ts';
import { flowKey, shardOf } from './shards.ts';
import { callbackNumber, mapRunStatusNumber, startedByText, statusNumber } from '../stored-forms.ts';

type Start = NonNullable<ExecutionChange['start']>;
type End = NonNullable<ExecutionChange['end']>;

interface OfExecution {
  readonly id: ExecutionId;
}

/** The columns of an execution that change. */
export interface MutableColumns extends OfExecution {
  readonly status: number;
  readonly callback: number;
  readonly parentEvent: number | null;
  readonly owner: NodeNumber | null;
  /** JSON text. */
  readonly stop: string | null;
  readonly wakeMs: number | null;
  readonly stoppedMs: number;
  readonly endedMs: number | null;
  readonly error: string;
  readonly cause: string;
}

/** The rows of a commit. Those of one kind go into one statement, or one for each shard. */
export class Writes {
  readonly snapshots: { readonly snapshot: FlowSnapshot; readonly flowName: string }[] = [];
  readonly starts: (OfExecution & { readonly record: Start['record'] })[] = [];
  readonly ownRows: (OfExecution & { readonly row: JournalRow })[] = [];
  readonly rests: (OfExecution & { readonly wakeMs?: number | null; readonly releases: boolean })[] = [];
  readonly ends: (OfExecution & { readonly end: End })[] = [];
  /** Null deletes the output. */
  readonly outputs = new Map<ExecutionId, string | null>();
  readonly rows: (OfExecution & { readonly row: JournalRow })[] = [];
  readonly sets: MutableColumns[] = [];
  readonly mapRuns: (OfExecution & { readonly run: MapRunRecord })[] = [];
  readonly entries: (OfExecution & { readonly key: number; readonly row: JournalRow })[] = [];
  readonly dues: DueTimes[] = [];
  readonly answers: MailAnswer[] = [];

  /** In an order in which each finds what it needs. */
  statements(node: NodeNumber, shards: number): readonly Statement[] {
    const made: Statement[] = [];
    const count = String(shards);
    const add = <T>(
      name: StatementName,
      rows: readonly T[],
      values: (rows: readonly T[]) => Statement['values'],
    ): void => {
      if (rows.length > 0) made.push({ name, values: values(rows) });
    };
    const addByShard = <T extends OfExecution>(
      name: StatementName,
      rows: readonly T[],
      values: (rows: readonly T[]) => readonly Buffer[],
    ): void => {
      // A statement touches executions of one shard.
      for (const part of byShard(rows, shards)) add(name, part, () => [count, String(node), ...values(part)]);
    };
    add('addSnapshots', this.snapshots, snapshotValues);
    addByShard('start', this.starts, startValues);
    add('count', usesOf(this.starts), (uses) => [String(node), ...useValues(uses)]);
    const inputs = this.starts.filter(({ record }) => record.input !== '');
    add('addInputs', inputs, () => [count, idsOf(inputs), texts(inputs.map(({ record }) => record.input))]);
    addByShard('appendOwn', this.ownRows, rowValues);
    addByShard('rest', this.rests, restValues);
    addByShard('end', this.ends, endValues);
    add('append', this.rows, (rows) => [count, ...rowValues(rows)]);
    add('set', this.sets, (sets) => [count, ...setValues(sets)]);
    const removed = [...this.outputs].flatMap(([id, text]) => (text === null ? [{ id }] : []));
    add('removeOutputs', removed, () => [count, idsOf(removed)]);
    const outputs = [...this.outputs].flatMap(([id, text]) => (text === null ? [] : [{ id, text }]));
    add('setOutputs', outputs, () => [count, idsOf(outputs), texts(outputs.map(({ text }) => text))]);
    add('setMapRuns', this.mapRuns, mapRunValues);
    add('appendEntries', this.entries, (entries) => [count, ...entryValues(entries)]);
    // Two due times of one schedule are taken one after the other.
    for (const due of this.dues) made.push({ name: 'take', values: takeValues([due]) });
    add('answer', this.answers, (answers) => [
      texts(answers.map(({ id }) => id)),
      texts(answers.map(({ answer }) => answer)),
    ]);
    return made;
  }
}

function byShard<T extends OfExecution>(rows: readonly T[], shards: number): readonly (readonly T[])[] {
  return shards === 1 ? [rows] : [...Map.groupBy(rows, ({ id }) => shardOf(id, shards)).values()];
}

function idsOf(rows: readonly OfExecution[]): Buffer {
  return int8s(rows.map(({ id }) => id));
}

function snapshotValues(snapshots: readonly Writes['snapshots'][number][]): Buffer[] {
  const strings = (of: (snapshot: FlowSnapshot) => string | null) =>
    texts(snapshots.map(({ snapshot }) => of(snapshot)));
  return [
    int8s(snapshots.map(({ snapshot }) => flowKey(snapshot.flowId))),
    int8s(snapshots.map(({ snapshot }) => snapshot.revision)),
    strings(({ flowId }) => flowId),
    texts(snapshots.map(({ flowName }) => flowName)),
    strings(({ roleArn }) => roleArn),
    strings(({ description }) => description),
    strings(({ environment }) => JSON.stringify(environment)),
    strings(({ definition }) => definition),
    strings(({ writer }) => writer),
  ];
}

function startValues(starts: readonly Writes['starts'][number][]): Buffer[] {
  const records = starts.map(({ record }) => record);
  const numbers = (of: (record: Start['record']) => number | bigint | null) => int8s(records.map(of));
  const strings = (of: (record: Start['record']) => string | null) => texts(records.map(of));
  return [
    idsOf(starts),
    numbers(({ flowId }) => flowKey(flowId)),
    numbers(({ revision }) => revision),
    int4s(records.map(({ callback }) => callbackNumber(callback))),
    numbers(({ startedMs }) => startedMs),
    numbers(({ parent }) => parent?.execution ?? null),
    numbers(({ parent }) => parent?.event ?? null),
    numbers(({ ancestry }) => ancestry.depth),
    numbers(({ mapItem }) => mapItem?.state ?? null),
    numbers(({ mapItem }) => mapItem?.index ?? null),
    strings(({ mapItem }) => mapItem?.run ?? null),
    strings(({ version }) => version),
    strings(({ alias }) => alias),
    strings(({ name }) => name),
    strings(({ identity }) => identity),
    strings(({ ancestry }) => startedByText(ancestry)),
    strings(({ flowId }) => flowId),
  ];
}

interface Uses {
  readonly flow: bigint;
  readonly revision: number;
  executions: number;
  items: number;
}

function usesOf(starts: Writes['starts']): readonly Uses[] {
  const uses = new Map<string, Uses>();
  for (const { record } of starts) {
    const key = `${record.revision}:${record.flowId}`;
    const use = uses.get(key) ?? { flow: flowKey(record.flowId), revision: record.revision, executions: 0, items: 0 };
    uses.set(key, use);
    use.executions++;
    if (record.mapItem !== null) use.items++;
  }
  return [...uses.values()];
}

function useValues(uses: readonly Uses[]): Buffer[] {
  return [
    int8s(uses.map(({ flow }) => flow)),
    int8s(uses.map(({ revision }) => revision)),
    int8s(uses.map(({ executions }) => executions)),
    int8s(uses.map(({ items }) => items)),
  ];
}

function rowValues(rows: readonly (OfExecution & { readonly row: JournalRow })[]): Buffer[] {
  return [
    idsOf(rows),
    int8s(rows.map(({ row }) => row.first)),
    int8s(rows.map(({ row }) => row.count)),
    texts(rows.map(({ row }) => row.events)),
  ];
}

function restValues(rests: readonly Writes['rests'][number][]): Buffer[] {
  return [
    idsOf(rests),
    bools(rests.map(({ wakeMs }) => wakeMs !== undefined)),
    int8s(rests.map(({ wakeMs }) => wakeMs ?? null)),
    bools(rests.map(({ releases }) => releases)),
  ];
}

function entryValues(entries: readonly Writes['entries'][number][]): Buffer[] {
  const [ids, ...rows] = rowValues(entries);
  return [ids as Buffer, int8s(entries.map(({ key }) => key)), ...rows];
}

function endValues(ends: readonly Writes['ends'][number][]): Buffer[] {
  return [
    idsOf(ends),
    int4s(ends.map(({ end }) => statusNumber(end.status))),
    int8s(ends.map(({ end }) => end.stoppedMs)),
    int8s(ends.map(({ end }) => endedMsOf(end))),
    texts(ends.map(({ end }) => end.error)),
    texts(ends.map(({ end }) => end.cause)),
  ];
}

/** The end in steady time, as the database stores it; null when it is the same as `stoppedMs`. */
export function endedMsOf({ steadyMs }: End): number | null {
  return steadyMs === undefined ? null : Math.floor(steadyMs);
}

function setValues(sets: readonly MutableColumns[]): Buffer[] {
  return [
    idsOf(sets),
    int4s(sets.map(({ status }) => status)),
    int4s(sets.map(({ callback }) => callback)),
    int8s(sets.map(({ parentEvent }) => parentEvent)),
    int8s(sets.map(({ owner }) => owner)),
    texts(sets.map(({ stop }) => stop)),
    int8s(sets.map(({ wakeMs }) => wakeMs)),
    int8s(sets.map(({ stoppedMs }) => stoppedMs)),
    int8s(sets.map(({ endedMs }) => endedMs)),
    texts(sets.map(({ error }) => error)),
    texts(sets.map(({ cause }) => cause)),
  ];
}

function mapRunValues(runs: readonly Writes['mapRuns'][number][]): Buffer[] {
  const numbers = (of: (run: MapRunRecord) => number | null) => int8s(runs.map(({ run }) => of(run)));
  return [
    idsOf(runs),
    numbers(({ key }) => key),
    texts(runs.map(({ run }) => run.name)),
    numbers(({ event }) => event),
    int4s(runs.map(({ run }) => mapRunStatusNumber(run.status))),
    numbers(({ startedMs }) => startedMs),
    numbers(({ stoppedMs }) => stoppedMs),
    numbers(({ concurrency }) => concurrency),
    numbers(({ toleratedCount }) => toleratedCount),
    float8s(runs.map(({ run }) => run.toleratedPercentage)),
    numbers(({ total }) => total),
    numbers(({ running }) => running),
    numbers(({ succeeded }) => succeeded),
    numbers(({ failed }) => failed),
  ];
}
