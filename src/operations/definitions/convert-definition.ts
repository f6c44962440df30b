/** ConvertDefinition, an extension that the cloud does not have (docs/extensions.md): `millrace convert` for programs. */
import type { Remark } from '../../conversion/outcome.ts';
import { defineOperation } from '../operation.ts';

/** As `millrace convert` names a definition from standard input. */
const NAMELESS = 'flow';

export const convertDefinition = defineOperation('ConvertDefinition', async ({ compiler }, parameters) => {
  const { Definition: definition, Name: name } = parameters;
  const { text, notes, refusals } = await compiler.convert(definition, {
    ...{ from: null, name, fallbackName: NAMELESS, stubs: false },
  });
  return { Definition: text ?? '', Notes: notes.map(remarkReply), Refusals: refusals.map(remarkReply) };
});

function remarkReply({ line, column, message }: Remark) {
  return { Line: line, Column: column, Message: message };
}
