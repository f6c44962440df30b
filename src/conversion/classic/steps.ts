/**
 * Converts the steps of one list. The steps of a choice become states of the same scope, because their errors end the list
 * and their `goto` leads out of the choice. Branches of a parallel step and iterations are separate scopes.
 */
import { Names } from '../names.ts';
import type { Yaml, YamlMap } from '../yaml-text.ts';
import { writeChoice } from './choice-step.ts';
import type { Target } from './drafts.ts';
import { END } from './drafts.ts';
import { writeForeach } from './foreach-step.ts';
import { isEmpty, NO_KEYS, plus } from './keys.ts';
import type { Step } from './model.ts';
import { textField } from './model.ts';
import { writeParallel } from './parallel-step.ts';
import type { At, ScopeContext, ScopePlan } from './scope-writer.ts';
import { ScopeWriter } from './scope-writer.ts';
import { writeTask } from './task-step.ts';
import type { Scope } from './values.ts';
import { StepValues } from './values.ts';
import { writeIdle, writeWait } from './wait-step.ts';

/** Returns `StartAt` and `States` of a scope. */
export function convertScope(context: ScopeContext, plan: ScopePlan): YamlMap {
  const writer = new ScopeWriter(context, plan, new Names([]));
  const scope: Scope = { frame: plan.frame, keys: NO_KEYS, isShared: false };
  return writer.close(writeList(writer, plan.steps, scope, END));
}

/** Writes the states of a list. Returns the name of the first; `after` is the target of the last. */
export function writeList(writer: ScopeWriter, steps: readonly Step[], scope: Scope, after: Target): string {
  const { context } = writer;
  const { before } = context.finder.of(steps);
  const names = steps.map(({ name }) => writer.names.fresh(name));
  const places = new Map(steps.map(({ name }, i) => [name, names[i] as string]));
  for (const [i, name] of names.entries()) {
    const own = before[i];
    if (own !== undefined && isEmpty(plus(scope.keys, own))) writer.markUndemanding(name);
  }
  for (const [i, step] of steps.entries()) {
    const own = before[i];
    if (own === undefined) {
      context.outcome.note(step.node, `step ${JSON.stringify(step.name)} cannot be reached and is left out`);
      continue;
    }
    const values = new StepValues(context, step, scope, plus(scope.keys, own));
    const next = step.ends ? after : (names[i + 1] ?? after);
    const goto = (target: string): string => places.get(target) ?? '';
    writeStep(writer, { name: names[i] as string, step, scope, values, next, goto });
  }
  return names[0] ?? '';
}

function writeStep(writer: ScopeWriter, at: At): void {
  switch (at.step.type) {
    case 'task':
      writeTask(writer, at);
      break;
    case 'wait':
      writeWait(writer, at);
      break;
    case 'choice':
      writeChoice(writer, at);
      break;
    case 'parallel':
      writeParallel(writer, at);
      break;
    case 'foreach':
      writeForeach(writer, at);
      break;
    case 'fail':
      writeFail(writer, at);
      break;
    default:
      writeIdle(writer, at, 'Pass', at.name, []);
  }
}

function writeFail(writer: ScopeWriter, { step, name }: At): void {
  const fields: [string, Yaml][] = [];
  for (const [key, written] of [
    ['error', 'Code'],
    ['cause', 'Detail'],
  ] as const) {
    const text = textField(step.node, key);
    if (text !== null && text !== '') fields.push([written, text]);
  }
  writer.draft('Fail', name, step, { fields, next: null });
}
