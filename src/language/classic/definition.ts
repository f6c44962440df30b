/** The classic front end: a definition with `type: flow` → the plan (rules.md 10.1). */
import type { CompileOptions } from '../compilation.ts';
import type { MapNode } from '../text/document.ts';
import { describe, textOf } from '../text/document.ts';
import { compileScopes } from '../shared/context.ts';
import { FieldReader } from '../shared/field-reader.ts';
import { readFlowTimeout } from '../shared/flow-timeout.ts';
import type { PlanDraft } from '../shared/recipe.ts';
import type { Report } from '../text/report.ts';
import { FLOW_FIELDS, foreignWord } from './fields.ts';
import { readMappings } from './mappings.ts';
import { compileSteps } from './steps.ts';
import { IN_FLOW_INPUT, IN_MAPPINGS } from './variables.ts';

export const VERSIONS: readonly string[] = ['v1', 'v1beta1', 'v1.0'];

/** The plan, or null when the report holds an error. */
export function compileClassic(root: MapNode, report: Report, options: CompileOptions): PlanDraft | null {
  const fields = new FieldReader(report, { node: root, path: null }, 'the flow');
  checkVersion(fields);
  checkType(fields);
  // The vendor's samples of the API have a name, without a meaning (rules.md 10.1).
  const definitionName = textOf(fields.find('name')?.node ?? root);
  const timeoutSeconds = readFlowTimeout(fields, 'timeoutSeconds', options);
  const inputConstructor = readMappings(fields, 'inputMappings', IN_FLOW_INPUT);
  const outputConstructor = readMappings(fields, 'outputMappings', IN_MAPPINGS);
  const inFlow = new Map<string, FieldReader>();
  const scopes = compileScopes(fields, options, (context, list) => compileSteps(context, inFlow, list));
  fields.close(FLOW_FIELDS, (key) => foreignWord(key, FLOW_FIELDS));
  if (report.failed || scopes === null) return null;
  return { dialect: 'classic', definitionName, timeoutSeconds, inputConstructor, outputConstructor, ...scopes };
}

function checkVersion(fields: FieldReader): void {
  const field = fields.find('version');
  if (field === null) {
    fields.missing('version', '; write "version: v1"');
    return;
  }
  const text = textOf(field.node);
  if (text !== null && VERSIONS.includes(text)) return;
  const message = `version must be v1, v1beta1 or v1.0, but is ${describe(field.node)}`;
  fields.report.add('bad-field-value', field.node.offset, field.path, message);
}

function checkType(fields: FieldReader): void {
  const field = fields.find('type');
  if (field === null) fields.missing('type', '; write "type: flow"');
  else if (textOf(field.node) !== 'flow') {
    const message = `type of a classic flow must be flow, but is ${describe(field.node)}`;
    fields.report.add('bad-field-value', field.node.offset, field.path, message);
  }
}
