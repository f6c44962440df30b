/** `pattern`: the mode of a task, which says what ends it (rules.md 10.16; the matrix of rules.md 11.2). */
import { checkCallbackMode } from '../tasks/callback-mode.ts';
import type { ModeForm } from '../tasks/callback-mode.ts';
import type { Node } from '../text/document.ts';
import { textOf } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { TaskMode } from '../plan.ts';

const MODES = {
  requestResponse: 'RequestComplete',
  sync: 'WaitForSystemCallback',
  waitForCallback: 'WaitForCustomCallback',
} as const satisfies Record<string, TaskMode>;

type Pattern = keyof typeof MODES;
export const PATTERNS = Object.keys(MODES) as Pattern[];

const FORM: ModeForm = {
  key: 'pattern',
  noun: 'pattern',
  nameOf: (mode) => PATTERNS.find((pattern) => MODES[pattern] === mode) ?? mode,
};

/** The mode of a task that calls `action`, null when that is not known. `RequestComplete` for an absent or faulty pattern. */
export function readMode(task: FieldReader, action: string | null, express: boolean): TaskMode {
  const pattern = task.oneOf(FORM.key, PATTERNS);
  if (pattern === null || pattern === 'requestResponse') {
    warnOfNoToken(task);
    return 'RequestComplete';
  }
  const mode = MODES[pattern];
  const known = checkCallbackMode(task, FORM, mode, action, express);
  if (known !== null && pattern === 'waitForCallback' && known.facts?.sendsToken !== true && !mapsToken(task)) {
    const message =
      'waitForCallback waits for a report with the token of the task, but no inputMappings pass $context.task.token to it';
    task.report.add('no-task-token', task.find(FORM.key)?.node.offset ?? task.node.offset, task.at(FORM.key), message);
  }
  return mode;
}

/** A task that ends with its call has no token. A source that reads it most likely means a forgotten pattern. */
function warnOfNoToken(task: FieldReader): void {
  for (const source of inputSources(task)) {
    if (!/^\$context\.task\.token\s*$/.test(textOf(source) ?? '')) continue;
    const message =
      'this task has no token and the value is null: "pattern: waitForCallback" makes it wait for a report';
    task.report.add('odd-source', source.offset, task.at('inputMappings'), message);
  }
}

/** The token itself, or an object that holds it. */
const TOKEN = /^\$context(?:\s*$|\.task(?:\s*$|\.token(?!\w))|\[)/;

/** True when a source of the step's inputMappings may hold the token. */
function mapsToken(task: FieldReader): boolean {
  return inputSources(task).some((source) => TOKEN.test(textOf(source) ?? ''));
}

function inputSources(task: FieldReader): Node[] {
  const mappings = task.find('inputMappings')?.node;
  if (mappings?.kind !== 'list') return [];
  return mappings.items.flatMap((mapping) => {
    const source = mapping.kind === 'map' ? mapping.entries.get('source') : undefined;
    return source === undefined ? [] : [source.value];
  });
}
