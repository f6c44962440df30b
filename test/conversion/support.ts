/** Helpers for the tests of conversions: converting a text and running a definition. */
import assert from 'node:assert/strict';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Conversion, ConvertOptions } from '../../src/conversion/convert.ts';
import { convertDefinition } from '../../src/conversion/convert.ts';
import type { Plan } from '../../src/language/plan.ts';
import { LIMITS } from '../support/flows.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { RebuiltRun } from '../support/rebuilt-run.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

export function convert(text: string, options: Partial<ConvertOptions> = {}): Conversion {
  return convertDefinition(text, { from: null, name: null, fallbackName: 'flow', stubs: false, ...options });
}

/** Returns the converted text. A refusal fails the test. */
export function converted(text: string, options: Partial<ConvertOptions> = {}): string {
  const { text: result, refusals } = convert(text, options);
  assert.ok(result !== null, refusals.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return result;
}

/** Returns `line: message` for each refusal. */
export function refusals(text: string, options: Partial<ConvertOptions> = {}): string[] {
  const conversion = convert(text, options);
  assert.equal(conversion.text === null, conversion.refusals.length > 0);
  return conversion.refusals.map(({ line, message }) => `${line}: ${message}`);
}

export function notes(text: string, options: Partial<ConvertOptions> = {}): string[] {
  return convert(text, options).notes.map(({ line, message }) => `${line}: ${message}`);
}

export interface Ended {
  readonly status: string;
  readonly output: JsonValue;
  readonly error: string | null;
  readonly cause: string | null;
}

/** Returns the result of a call. For a callback task, the result is reported later. */
export type Answer = (call: TaskCall) => TaskResult;

/** Runs a Standard flow to its end in virtual time. */
export async function run(plan: Plan, input: JsonObject, answer: Answer): Promise<Ended> {
  const ids = seededIds(1);
  const time = new VirtualTime();
  const actions = standInActions(async (call) => {
    const result = answer(call);
    if (call.mode === 'RequestComplete') return result;
    const token = call.taskToken ?? '';
    time.after(1000, () => void rebuilt.report(token, result));
    return { ok: true, output: { accepted: true } };
  });
  const rebuilt = new RebuiltRun({
    ...{ plan, actions, time, random: () => ids.random() },
    start: { name: 'e', flowName: 'flow', roleArn: '', environment: {}, input, longestSeconds: 31_536_000 },
    // An endless loop ends soon.
    limits: { ...LIMITS, events: 500, waitSeconds: 300 },
  });
  const { status, output, failure } = await rebuilt.run();
  return {
    ...{ status, output: status === 'Succeeded' ? output : null },
    ...{ error: failure?.error ?? null, cause: failure?.cause ?? null },
  };
}
