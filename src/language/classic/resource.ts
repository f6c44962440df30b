/** Reads the `resourceArn` of a task (rules.md 10.15). */
import { describe, quote, textOf } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';

export type ResourceKind = 'function' | 'flow' | 'message';

interface Form {
  readonly kind: ResourceKind;
  readonly begins: string;
  /** Parts may be placeholders of a template that is filled in later, so a text of another shape gets a warning only. */
  readonly shape: RegExp;
  readonly says: string;
}

const FUNCTION: Form = {
  kind: 'function',
  begins: 'acs:fc:',
  shape: /^acs:fc:[a-z0-9-]*:\d*:(?:services\/[\w-]+(?:\.[\w-]+)?\/functions\/[\w-]+|functions\/[\w$-]+(?:\/[\w-]+)?)$/,
  says: 'acs:fc:<region>:<account>:services/<service>.<qualifier>/functions/<function> or acs:fc:<region>:<account>:functions/<function>/<qualifier>',
};
const FORMS: readonly Form[] = [
  FUNCTION,
  {
    kind: 'flow',
    begins: 'acs:fnf:',
    shape: /^acs:fnf:[a-z0-9-]*:\d*:flow\/[A-Za-z_][\w-]{0,127}$/,
    says: 'acs:fnf:<region>:<account>:flow/<name>',
  },
  {
    kind: 'message',
    begins: 'acs:mns:',
    shape: /^acs:mns:[a-z0-9-]*:\d*:\/(?:topics|queues)\/[\w-]+\/messages$/,
    says: 'acs:mns:<region>:<account>:/topics/<topic>/messages or acs:mns:<region>:<account>:/queues/<queue>/messages',
  },
];

const PLACEHOLDER = /^(?:<[^<>]*>|\$?\{[^{}]*\})$/;

/** The resource of a task; null when it is absent or cannot be called, which is reported. */
export function readResource(task: FieldReader): { readonly arn: string; readonly kind: ResourceKind } | null {
  const field = task.find('resourceArn');
  const arn = task.text('resourceArn', { required: true });
  if (field === null || arn === null) return null;
  // A placeholder of a template is most often a function.
  const form = PLACEHOLDER.test(arn) ? FUNCTION : FORMS.find(({ begins }) => arn.startsWith(begins));
  if (form === undefined) {
    const hint = /^[\w-]+\/[\w-]+$/.test(arn) ? `; "!Ref ${arn}" means the function of that name` : '';
    const message = `resourceArn of ${task.what} must begin with acs:fc:, acs:fnf: or acs:mns:, but is ${describe(field.node)}${hint}`;
    task.report.add('bad-resource', field.node.offset, field.path, message);
    return null;
  }
  if (!form.shape.test(textOf(field.node) ?? '')) {
    const message = `${quote(arn)} is not of the form ${form.says}`;
    task.report.add('odd-resource', field.node.offset, field.path, message);
  }
  return { arn, kind: form.kind };
}
