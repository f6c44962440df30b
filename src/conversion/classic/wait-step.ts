/** Converts the steps pass, succeed and wait (rules.md 10.4, 10.5). */
import { printExpression } from '../../expression/print.ts';
import type { Node } from '../../language/text/document.ts';
import { EMPTY } from '../terms.ts';
import { splitWait, WAIT_COMPUTED, waitSplit, waitTooLong } from '../waits.ts';
import type { Draft } from './drafts.ts';
import { field, numberField } from './model.ts';
import type { At, ScopeWriter } from './scope-writer.ts';
import { mergeLocal } from './values.ts';

/** Writes a state that applies outputMappings, or passes its data unchanged. */
export function writeIdle(
  writer: ScopeWriter,
  at: At,
  type: 'Pass' | 'Wait',
  name: string,
  fields: Draft['fields'],
): void {
  const { step, scope, values, next } = at;
  if (step.outputs === null) {
    const output = writer.needsData(scope.frame, values.keys, [next]) ? scope.frame.build(EMPTY) : null;
    writer.draft(type, name, step, { fields, output, local: values.local, next });
  } else {
    const local = mergeLocal(values.local, values.keys, values.mapped(step.outputs, EMPTY));
    writer.draft(type, name, step, { fields, output: scope.frame.build(local), local, next });
  }
}

export function writeWait(writer: ScopeWriter, at: At): void {
  const { outcome } = writer.context;
  const { step, name, values } = at;
  const duration = field(step.node, 'duration');
  if (duration === undefined) {
    const advice = 'compute the seconds in a task and use "duration"';
    outcome.refuse(field(step.node, 'timestamp') ?? step.node, `a wait until a time has no equivalent; ${advice}`);
    return;
  }
  const dynamic = values.bare(duration);
  if (dynamic === null) {
    writeRow(writer, at, duration, numberField(step.node, 'duration') ?? 0);
    return;
  }
  outcome.note(duration, WAIT_COMPUTED);
  writeIdle(writer, at, 'Wait', name, [['Seconds.$', printExpression(dynamic)]]);
}

/** Writes the Waits for this time, or a Pass for 0 seconds. */
function writeRow(writer: ScopeWriter, at: At, duration: Node, seconds: number): void {
  const { outcome } = writer.context;
  const parts = splitWait(seconds);
  if (parts === null) {
    outcome.refuse(duration, waitTooLong(seconds));
    return;
  }
  if (parts.length > 1) outcome.note(duration, waitSplit(parts));
  const last = parts.pop();
  let current = at.name;
  for (const part of parts) {
    const following = writer.names.fresh(at.name);
    if (writer.isUndemanding(at.name)) writer.markUndemanding(following);
    writer.draft('Wait', current, at.step, { fields: [['Seconds', part]], next: following });
    current = following;
  }
  if (last === undefined) writeIdle(writer, at, 'Pass', current, []);
  else writeIdle(writer, at, 'Wait', current, [['Seconds', last]]);
}
