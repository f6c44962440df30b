/**
 * The table of diagnostic codes, each with its severity and the sentence that documents it. `docs/language.md` shows the same
 * table, and a test compares the two. The codes for the inside of an expression come from the expression room
 * ({@link EXPRESSION_FAULTS}).
 *
 * Errors refuse a flow (rules.md 6.3), warnings do not (rules.md 6.4). A code never changes its meaning: people filter by it.
 */
import type { ExpressionFaultCode } from '../../expression/fault.ts';
import { EXPRESSION_FAULTS } from '../../expression/fault.ts';

type Severity = 'error' | 'warning';

interface Fault {
  readonly severity: Severity;
  readonly meaning: string;
}

function error(meaning: string): Fault {
  return { severity: 'error', meaning };
}

function warning(meaning: string): Fault {
  return { severity: 'warning', meaning };
}

/** The codes of this room, in the order of the documentation. */
export const LANGUAGE_FAULTS = {
  'empty-definition': error('The text is empty or holds comments only.'),
  'definition-too-large': error('The text is longer than 1 MiB, or is cut into too many parts to be a flow.'),
  'control-character': error('A control character, a NUL or half of a surrogate pair, as a text in UTF-16 would have.'),
  'yaml-syntax': error('The text is not YAML 1.2; nothing behind the fault can be relied on.'),
  'yaml-documents': error('More than one YAML document in one text.'),
  'too-deep': error('Nested deeper than 256 levels, aliases counted.'),
  'duplicate-key': error('A mapping has one key twice.'),
  'bad-key': error('A key that is no text: a mapping, a list or nothing.'),
  'bad-value': error('A value that JSON does not have, such as `.inf` and `.nan`.'),
  'unknown-anchor': error('An alias without an anchor before it.'),
  'alias-cycle': error('An alias inside the value that its own anchor names.'),
  'alias-expansion': error('Aliases unfold to more than 100,000 values, or to more than 1 MiB of text.'),
  'bad-merge': error('A merge key `<<` whose value is neither a mapping nor a list of mappings.'),
  'unknown-tag': warning('A YAML tag that the language does not have; the value is read as if it had none.'),

  'swallowed-text': warning(
    'YAML takes a part of an expression for itself: a tag, an anchor, a comment, a comma in brackets or a line break in a text.',
  ),

  'unknown-dialect': error('Neither `Type: StateMachine` nor `type: flow`.'),
  'missing-field': error('A field that is required is not there.'),
  'wrong-type': error('A field holds a value of another type than it can take.'),
  'bad-field-value': error('A field holds a value that is none of those allowed.'),
  'out-of-range': error('A number outside its documented range, or a list or text over its documented limit.'),
  'empty-list': error('A list that needs at least one entry has none.'),
  'unknown-key': warning('A key that nothing reads.'),
  'key-without-effect': warning('A key that the language has, but that does nothing here.'),
  'both-forms': error(
    'A field is given twice: as `x` and `x.$`, under both of its names, or as two fields that exclude each other.',
  ),

  'missing-name': warning('The flow has no `Name`.'),
  'name-differs': warning('The `Name` in the definition is not the name of the flow.'),
  'duplicate-state': error('Two states of one name in one scope, two steps of one name in one list.'),
  'unknown-type': error('A `Type` of state, or a `type` of step, that does not exist.'),
  'dangling-start': error('`StartAt` names no state of its scope.'),
  'dangling-next': error('`Next` or `Default` names no state of the same scope, `goto` no step of the same list.'),
  'unreachable-state': warning('No way leads from `StartAt` to the state, or from the first step to the step.'),
  'missing-transition': error('A state has neither `Next` nor `End: true`.'),
  'both-transitions': error('A state has both `Next` and `End: true`.'),
  'choice-transition': error('A Choice has a `Next` or `End` of its own.'),
  'missing-detail': warning('A Fail without `Detail`.'),
  'on-errors': warning('`OnErrors`, the form of 2023, is read; `Retry` and `Catch` took its place.'),
  'on-errors-mixed': error('`OnErrors` beside `Retry` or `Catch`.'),
  'flow-timeout': warning('The `Timeout` or `timeoutSeconds` of the flow is longer than its mode lets any flow run.'),

  'bad-action': error(
    'An `Action` or `action` that is not `<Product>:<Operation>`, or an operation that its product does not have.',
  ),
  'odd-action': warning('An `Action` in another case than the vendor writes it.'),
  'unbuilt-action': warning('An `Action` that cannot be called in this version: the task will fail.'),
  'hsf-action': error("`HSF:*`, the vendor's internal RPC, which cannot be called from here."),
  'callback-in-express': error('A callback `TaskMode` or `pattern` in an Express flow.'),
  'unsupported-mode': error('A `TaskMode` or `pattern` that the integration does not have.'),
  'odd-mode': warning('A `TaskMode` or `pattern` whose other parameters do not go with it.'),
  'odd-error': warning(
    'An error name in Retry or Catch that nothing in the state raises, or that is nearly the name of a known error.',
  ),
  'odd-member': warning('A path to a member that `$Context` or the result of the action never has; it is always null.'),
  'no-task-token': warning(
    'A task waits for a callback but passes its token to no one: only its time limit can end it.',
  ),
  'missing-parameter': error('A parameter without which the action cannot be called.'),
  'default-parameter': warning('A parameter that the vendor calls required and that has a default here.'),
  'unknown-parameter': warning('A parameter that the action does not have.'),
  'bad-parameter': error('A parameter with a value that the action cannot take.'),
  'odd-parameter': warning('A parameter whose value will hardly work.'),
  'distributed-map-in-express': error('A field of the distributed Map in an Express flow.'),

  'expression-required': error('A key ending in `.$` whose value is not the text of an expression.'),
  'empty-name': error('A key that is nothing but `.$`.'),
  'deep-expression': warning(
    'A mapping or list under a `.$` key: each text in it that begins with `$` is an expression.',
  ),

  'odd-text': warning('A text looks like an expression where none is read: it is plain data.'),

  'duplicate-step': warning('Two steps of one name in different lists of a classic flow.'),
  'bad-resource': error('A `resourceArn` that names nothing a task can call.'),
  'odd-resource': warning('A `resourceArn` that is not of the form that its service has.'),
  'bare-path': warning('A source `$.x` in mappings: it is read as `$input.x`.'),
  'odd-target': warning('A target with dots, brackets or `$`: it is one plain key.'),
  'duplicate-target': warning('A list of mappings has one target twice; the later source wins.'),
  'odd-source': warning('A source that is always null, because `$local` or `$context` never has such a part there.'),

  'more-faults': error('The list is cut after 100 entries; this one counts the rest.'),
  'more-warnings': warning('The list is cut after 100 entries; this one counts the rest, all of them warnings.'),
} as const satisfies Record<string, Fault>;

type LanguageFaultCode = keyof typeof LANGUAGE_FAULTS;
export type FaultCode = LanguageFaultCode | ExpressionFaultCode;

/** Every code of a diagnostic, with its documentation. Expression codes that begin with `odd-` are warnings. */
export function allFaults(): ReadonlyMap<string, Fault> {
  const all = new Map<string, Fault>(Object.entries(LANGUAGE_FAULTS));
  for (const [code, meaning] of Object.entries(EXPRESSION_FAULTS)) {
    all.set(code, code.startsWith('odd-') ? warning(meaning) : error(meaning));
  }
  return all;
}
