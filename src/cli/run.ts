/**
 * `millrace run FILE`: runs an Express flow in this process, with the operations of a server and stores in memory. Tasks are
 * called with the settings of the server; the command prints the reply of StartSyncExecution.
 */
import { basename, extname } from 'node:path';
import { ApiError } from '../api/error.ts';
import { isName } from '../api/names.ts';
import { formatDiagnostic } from '../base/diagnostic.ts';
import type { Place } from '../base/diagnostic.ts';
import { systemIds } from '../base/ids.ts';
import { createObserver } from '../base/observer.ts';
import type { ObserverEvents, Subscriber } from '../base/observer.ts';
import { systemPorts } from '../base/ports.ts';
import { compileDefinition } from '../language/compile.ts';
import type { Settings } from '../config/settings.ts';
import { findPlaces } from '../language/places.ts';
import type { Plan } from '../language/plan.ts';
import { createFlow } from '../operations/flows/create-flow.ts';
import type { Reply } from '../operations/operation.ts';
import type { OperationServices } from '../operations/services.ts';
import { startSyncExecution } from '../operations/executions/start-sync-execution.ts';
import { createEngine } from '../server/engine.ts';
import { plain } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { readSettings } from './settings.ts';
import { readSource, sourceLabel } from './source-text.ts';

export interface RunOptions {
  /** Path of the definition, or `-`. */
  readonly file: string;
  /** JSON, `@` and a path, or `-`. */
  readonly input: string;
  /** Name of the execution; null without `--name`. */
  readonly name: string | null;
  /** The flow's environment variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs the flow and prints the reply. Returns 0 when the execution succeeded, else 1. @throws {StartFault} */
export async function run(host: Host, options: RunOptions): Promise<number> {
  const { file, input } = options;
  if (file === '-' && input === '-') {
    throw new StartFault('standard input cannot be both the definition and the input: pass one of them as a file');
  }
  const settings = await readSettings(host);
  const definition = await readText(host, file);
  const plan = compile(host, file, definition, settings);
  if (plan === null) return EXIT.failed;
  const inputText = await readInput(host, input);
  const engine = await createEngine({
    settings,
    stores: await host.memoryStores(),
    localCallersOnly: true,
    ports: systemPorts(createObserver(printEvents(host, file, definition))),
    endpoint: () => '',
  });
  try {
    const reply = await start(engine.services, flowName(plan, file), definition, inputText, options);
    host.out(`${JSON.stringify(reply, null, 2)}\n`);
    // Waits for pushes of messages to topics: the messages are lost when this process ends.
    await engine.drain(settings.shutdownMs);
    return reply['Status'] === 'Succeeded' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (error instanceof ApiError) throw new StartFault(`${error.code}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await engine.close();
  }
}

async function readText(host: Host, source: string): Promise<string> {
  try {
    return await readSource(host, source);
  } catch (error) {
    if (error instanceof StartFault) throw new StartFault(`${sourceLabel(source)}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readInput(host: Host, input: string): Promise<string> {
  if (input === '-') return readText(host, '-');
  return input.startsWith('@') ? readText(host, input.slice(1)) : input;
}

/** The plan, or null when the definition is wrong; says what is wrong and what is odd. */
function compile(host: Host, file: string, text: string, { limits, http }: Settings): Plan | null {
  const httpErrorStatuses = http.errorStatuses;
  const { plan, diagnostics } = compileDefinition(text, { mode: 'Express', flowName: null, limits, httpErrorStatuses });
  for (const diagnostic of diagnostics) host.err(`${sourceLabel(file)}:${formatDiagnostic(diagnostic)}\n`);
  return plan;
}

/** The flow's name: the definition's own or the file's, the first of them that follows the name rule, else `flow`. */
function flowName(plan: Plan, file: string): string {
  const candidates = [plan.definitionName ?? '', basename(file, extname(file))];
  return candidates.find(isName) ?? 'flow';
}

async function start(
  services: OperationServices,
  name: string,
  definition: string,
  input: string,
  options: RunOptions,
): Promise<Reply> {
  const variables = Object.entries(options.variables).map(([Name, Value]) => ({ Name, Value }));
  const call = (parameters: Readonly<Record<string, string>>) => ({
    requestId: systemIds.uuid(),
    parameters: new Map(Object.entries(parameters)),
    caller: null,
  });
  await createFlow.run(
    services,
    call({
      Name: name,
      Definition: definition,
      Type: 'FDL',
      ExecutionMode: 'Express',
      Environment: JSON.stringify({ Variables: variables }),
    }),
  );
  const named = options.name === null ? {} : { ExecutionName: options.name };
  return startSyncExecution.run(services, call({ FlowName: name, Input: input, ...named }));
}

/** Prints warnings, which the reply does not contain, and defects to standard error. */
function printEvents(host: Host, file: string, definition: string): Subscriber {
  return {
    executionEnded({ warnings }) {
      if (warnings.length === 0) return;
      const places = findPlaces(
        definition,
        warnings.map(({ path }) => path),
      );
      for (const warning of warnings) host.err(`${sourceLabel(file)}:${plain(warningLine(warning, places))}\n`);
    },
    defect: ({ error, where }) => host.err(`${where}: ${error instanceof Error ? error.stack : String(error)}\n`),
  };
}

type Warning = ObserverEvents['executionEnded']['warnings'][number];

/** The form of {@link formatDiagnostic}, as far as the place is known. */
function warningLine({ state, path, message }: Warning, places: ReadonlyMap<string, Place>): string {
  const place = places.get(path);
  const at = place === undefined ? '' : `${place.line}:${place.column}:`;
  return `${at} warning: ${state === '' ? '' : `in state ${state}, `}${message}${path === '' ? '' : ` (${path})`}`;
}
