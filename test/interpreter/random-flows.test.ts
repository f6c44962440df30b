/**
 * Random flows with random answers of their tasks end in the same way on the express runtime and rebuilt from their events
 * after every decision. At their end no call is open.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import { recordingRuntime } from '../runtime/express/runtime.ts';
import { LIMITS, planOf, startOf } from '../support/flows.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { drawFrom, randomFlow, randomInput, randomValue } from '../support/random-flow.ts';
import { RebuiltRun } from '../support/rebuilt-run.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

/** So small that random data exceeds it, and that no decision ends for the work of its data. */
const SMALL = { ...LIMITS, stateDataBytes: 2_000 };
const ERRORS = ['X', 'Y.Z', 'FnF.RuntimeError', 'FnF.ALL', 'Other'];

/** Answers calls from a tape, each at another instant. */
class Outside {
  readonly time = new VirtualTime();
  readonly calls: string[] = [];
  open = 0;
  readonly #tape: readonly number[];

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  readonly actions = standInActions((call, signal) => this.#answer(call, signal));

  #answer(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const draw = drawFrom(this.#tape.slice(this.calls.length * 5));
    this.calls.push(`${call.idempotencyKey} ${stringifyJson(call.parameters)}`);
    const kind = draw(8);
    // Exact as a sum of doubles, however often it is computed again.
    const delayMs = draw(5) * 700 + this.calls.length / 1024 + 0.25;
    this.open++;
    return new Promise((resolve) => {
      const end = (result: TaskResult): void => {
        this.open--;
        resolve(result);
      };
      const aborted = (): void => {
        cancel();
        end({ ok: false, error: 'Aborted', cause: '' });
      };
      const cancel = this.time.after(kind === 7 ? 1e9 : delayMs, () => {
        signal.removeEventListener('abort', aborted);
        if (kind < 5) end({ ok: true, output: randomValue(draw) });
        else end({ ok: false, error: ERRORS[draw(ERRORS.length)] as string, cause: 'as drawn' });
      });
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}

const TAPE = fc.array(fc.nat(99_999), { minLength: 40, maxLength: 600, size: 'max' });

test('random flows end alike on the express runtime and rebuilt from their events', async () => {
  await fc.assert(
    fc.asyncProperty(TAPE, TAPE, async (tape, answers) => {
      const draw = drawFrom(tape);
      const input = randomInput(draw);
      const plan = planOf(randomFlow(draw));

      const one = new Outside(answers);
      const { result, events } = await recordingRuntime(one.time, one.actions, SMALL).run(startOf(plan, input));
      assert.equal(one.open, 0);

      const other = new Outside(answers);
      const { events: rebuiltEvents, execution } = await rebuilt(plan, input, other);
      assert.equal(other.open, 0);
      assert.notEqual(execution.status, 'Running');
      assert.deepEqual(rebuiltEvents.map(textOf), events.map(textOf));
      assert.deepEqual(other.calls, one.calls);
      assert.equal(execution.status, result.status);
      assert.deepEqual(execution.warnings, result.warnings);
      const output: JsonValue = execution.status === 'Succeeded' ? execution.output : null;
      assert.equal(result.status === 'Succeeded' ? result.output : 'null', stringifyJson(output));
    }),
    { numRuns: 250 },
  );
});

function textOf(event: ExecutionEvent): string {
  return stringifyJson({ ...event } as unknown as JsonObject);
}

async function rebuilt(plan: ReturnType<typeof planOf>, input: JsonObject, outside: Outside) {
  const { name, roleArn, environment, flowName } = startOf(plan, input);
  const ids = seededIds(1);
  const run = new RebuiltRun({
    ...{ plan, actions: outside.actions, time: outside.time, random: () => ids.random() },
    start: { name, flowName, roleArn, environment, input, longestSeconds: LIMITS.expressTimeoutSeconds },
    limits: { ...SMALL, waitSeconds: 20 },
  });
  const execution = await run.run();
  return { events: run.events, execution };
}
