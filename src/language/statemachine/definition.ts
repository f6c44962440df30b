/** The state-machine front end: a definition with `Type: StateMachine` → the plan (rules.md 7.1). */
import type { CompileOptions } from '../compilation.ts';
import type { MapNode } from '../text/document.ts';
import { describe, quote, textOf } from '../text/document.ts';
import { compileScopes } from '../shared/context.ts';
import { FieldReader } from '../shared/field-reader.ts';
import { readFlowTimeout } from '../shared/flow-timeout.ts';
import type { PlanDraft } from '../shared/recipe.ts';
import type { Report } from '../text/report.ts';
import { FLOW_FIELDS, foreignWord } from './fields.ts';
import { compileScope } from './scope.ts';

/** The plan, or null when the report holds an error. */
export function compileStateMachine(root: MapNode, report: Report, options: CompileOptions): PlanDraft | null {
  const fields = new FieldReader(report, { node: root, path: null }, 'the flow');
  checkVersion(fields);
  const definitionName = readName(fields, options.flowName);
  const timeoutSeconds = readFlowTimeout(fields, 'Timeout', options);
  const scopes = compileScopes(fields, options, compileScope);
  fields.close(FLOW_FIELDS, (key) => foreignWord(key, FLOW_FIELDS));
  if (report.failed || scopes === null) return null;
  return {
    dialect: 'statemachine',
    definitionName,
    timeoutSeconds,
    inputConstructor: null,
    outputConstructor: null,
    ...scopes,
  };
}

function checkVersion(fields: FieldReader): void {
  const field = fields.find('SpecVersion');
  if (field === null) fields.missing('SpecVersion', '; write "SpecVersion: v1"');
  else if (textOf(field.node) !== 'v1') {
    fields.report.add(
      'bad-field-value',
      field.node.offset,
      field.path,
      `SpecVersion must be v1, but is ${describe(field.node)}`,
    );
  }
}

function readName(fields: FieldReader, flowName: string | null): string | null {
  const field = fields.find('Name');
  const name = fields.text('Name');
  if (field === null) {
    fields.fault('missing-name', 'the flow has no "Name"; it should be the name under which the flow is created');
  } else if (name !== null && flowName !== null && name !== flowName) {
    const message = `Name is ${quote(name)}, but the flow is called ${quote(flowName)}; the vendor's page says they must be the same`;
    fields.report.add('name-differs', field.node.offset, field.path, message);
  }
  return name;
}
