/** CheckDefinition, an extension that the cloud does not have (docs/extensions.md): the compiler's answer to a text, for editors. */
import { formatDiagnostic } from '../../base/diagnostic.ts';
import { defineOperation } from '../operation.ts';

export const checkDefinition = defineOperation('CheckDefinition', async (services, parameters) => {
  const { Definition: definition, ExecutionMode: mode, Name: flowName } = parameters;
  const { limits, httpErrorStatuses } = services;
  const { diagnostics, graph } = await services.compiler.draw(definition, {
    ...{ mode, flowName, limits, httpErrorStatuses },
  });
  const list = diagnostics.map((diagnostic) => {
    const { severity, code, line, column, path, message } = diagnostic;
    return { severity, code, line, column, path, message, text: formatDiagnostic(diagnostic) };
  });
  return { Diagnostics: JSON.stringify(list), Graph: graph };
});
