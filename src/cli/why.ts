/** `millrace why FLOW EXECUTION`: what an execution waits for, since when, and what would wake it (docs/extensions.md). */
import { systemClock } from '../base/clock.ts';
import { isJsonArray, isJsonObject, memberOf } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { textOf } from './call-server.ts';
import type { ServerReply } from './call-server.ts';
import { printReply } from './execution-call.ts';
import type { ExecutionCall } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT } from './host.ts';

/** Prints a line about the execution and one for each of its waits. @throws {StartFault} */
export async function why(host: Host, call: ExecutionCall): Promise<number> {
  await printReply(host, 'DescribeExecutionWaits', call, (reply) => describeWaits(reply, systemClock.nowMs()));
  return EXIT.ok;
}

function describeWaits(reply: ServerReply, nowMs: number): readonly string[] {
  const who = `${textOf(reply, 'Name')} of ${textOf(reply, 'FlowName')}`;
  const status = textOf(reply, 'Status');
  const explanation = textOf(reply, 'Explanation');
  if (status !== 'Running') {
    const end = `it ended at ${textOf(reply, 'StoppedTime')} (${status})`;
    return [`${who} is not waiting: ${end}.${startersOf(reply)}`, explanation];
  }
  const waits = memberOf(reply, 'Waits') ?? [];
  const lines = listOf(waits).map((wait) => lineOf(wait, nowMs));
  const head = `${who} has been running since ${textOf(reply, 'StartedTime')}.${startersOf(reply)}`;
  // The waits say it already.
  const isSaid = lines.length > 0 && explanation.startsWith('It waits');
  return isSaid ? [head, ...lines] : [`${head} ${explanation}`, ...lines];
}

/** The chain of tasks that led to the execution; empty when a caller started it. */
function startersOf(reply: ServerReply): string {
  const texts = listOf(memberOf(reply, 'StartedBy') ?? []).map((starter) =>
    [textOf(starter, 'FlowName'), textOf(starter, 'ExecutionName'), textOf(starter, 'StepName')]
      .filter((part) => part !== '')
      .join('/'),
  );
  if (texts.length === 0) return '';
  return ` It was started by ${texts.join(', which was started by ')} (depth ${String(memberOf(reply, 'Depth'))}).`;
}

function listOf(value: JsonValue): readonly JsonObject[] {
  return (isJsonArray(value) ? value : []).filter(isJsonObject);
}

function lineOf(wait: JsonObject, nowMs: number): string {
  const since = textOf(wait, 'SinceTime');
  const event = memberOf(wait, 'EventId');
  const where = event === 0 || event === undefined ? '' : `, event ${String(event)}`;
  return (
    `${textOf(wait, 'StepName') || 'The execution'} has been waiting for ${duration(nowMs - Date.parse(since))}, ` +
    `since ${since} (${textOf(wait, 'Kind')}${where}): ${textOf(wait, 'Reason')}`
  );
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `2 h 5 min`: the largest unit and the next smaller one. */
function duration(ms: number): string {
  let seconds = Math.max(0, Math.round(ms / 1000));
  const from = UNITS.findIndex(([, size]) => seconds >= size);
  if (from < 0) return '0 s';
  const parts: string[] = [];
  for (const [unit, size] of UNITS.slice(from, from + 2)) {
    const count = Math.floor(seconds / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    seconds -= count * size;
  }
  return parts.join(' ');
}
