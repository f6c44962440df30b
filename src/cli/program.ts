/**
 * The command line: the commands with their arguments, options and examples. Each command has its own file, which is imported
 * only when the command runs, so that `validate` does not load a server.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isName, NAME_RULE } from '../api/names.ts';
import type { SourceLanguage } from '../conversion/convert.ts';
import type { ExecutionMode } from '../store/flows.ts';
import type { ExecutionCall } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault, UsageFault } from './host.ts';
import { packageVersion } from './version.ts';

/** Runs the command line and returns the exit code. */
export async function runProgram(host: Host): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = describeProgram(host, (code) => {
    exitCode = code;
  });
  if (host.argv.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync(host.argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // --help and --version also end with a CommanderError, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof StartFault || error instanceof UsageFault)) throw error;
    host.err(`millrace: ${error.message}\n`);
    return error instanceof UsageFault ? EXIT.usage : EXIT.failed;
  }
}

type Finish = (exitCode: number) => void;

function describeProgram(host: Host, finish: Finish): Command {
  const program = new Command('millrace')
    .description('A self-hosted workflow engine that speaks the API of Alibaba Cloud CloudFlow (fnf 2019-03-15).')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureOutput({ writeOut: host.out, writeErr: host.err })
    .showHelpAfterError('Run "millrace --help" for the commands and their options.')
    .addHelpText(
      'after',
      examples(
        'millrace serve',
        'millrace validate flow.yaml',
        'millrace convert classic.yaml > flow.yaml',
        `millrace run flow.yaml --input '{"name":"Ada"}'`,
        'millrace call StartSyncExecution FlowName=hello \'Input={"name":"Ada"}\'',
        'millrace why orders order-4711',
        'millrace redrive orders order-4711',
        'millrace messages approvals',
        'millrace nodes',
        'millrace export flows',
        'millrace import flows --dry-run',
        'millrace backup /var/backups/millrace.db',
        'millrace doctor',
      ) + EXIT_CODES,
    );
  describeServe(program, host, finish);
  describeWorker(program, host, finish);
  describeValidate(program, host, finish);
  describeConvert(program, host, finish);
  describeRun(program, host, finish);
  describeCall(program, host, finish);
  describeWhy(program, host, finish);
  describeRedrive(program, host, finish);
  describeMessages(program, host, finish);
  describeNodes(program, host, finish);
  describeExport(program, host, finish);
  describeImport(program, host, finish);
  describeBackup(program, host, finish);
  describeDoctor(program, host, finish);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0  success; for "validate": no errors; for "run": the execution succeeded
  1  errors in a definition, a definition that cannot be converted, an execution that did not succeed, a server that
     cannot start, cannot be called, or refuses the call
  2  the command line is wrong
`;

function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}

function describeServe(program: Command, host: Host, finish: Finish): void {
  program
    .command('serve')
    .summary('run the server')
    .description(
      'Runs the server until SIGTERM or SIGINT. Settings come from the environment (MILLRACE_LISTEN, MILLRACE_DATA, …) ' +
        'and from the YAML file that MILLRACE_CONFIG names; docs/settings.md lists them. Prints one line when it is ready.',
    )
    .addHelpText(
      'after',
      examples('millrace serve', 'MILLRACE_LISTEN=127.0.0.1:8080 MILLRACE_DATA=/var/lib/millrace millrace serve'),
    )
    .action(async () => {
      const { serve } = await import('./serve.ts');
      finish(await serve(host));
    });
}

/** No command for people: `serve` starts it, so the help does not list it. */
function describeWorker(program: Command, host: Host, finish: Finish): void {
  program
    .command('worker', { hidden: true })
    .argument('<number>', 'number of the worker', Number)
    .action(async (number: number) => {
      const { worker } = await import('./worker.ts');
      finish(await worker(host, number));
    });
}

function describeValidate(program: Command, host: Host, finish: Finish): void {
  program
    .command('validate')
    .summary('check definitions')
    .description(
      'Checks flow definitions and prints each fault as file:line:column: severity: message. ' +
        'A definition does not contain its execution mode: without --mode it is checked for Express, the stricter one.',
    )
    .argument('<file...>', 'definitions in YAML or JSON; - reads standard input')
    .addOption(
      new Option('--mode <mode>', 'execution mode to check for: express or standard')
        .argParser(parseMode)
        .default('Express', 'express'),
    )
    .addHelpText('after', examples('millrace validate flow.yaml', 'millrace validate --mode standard flows/*.yaml'))
    .action(async (files: readonly string[], options: { mode: ExecutionMode }) => {
      const { validate } = await import('./validate.ts');
      finish(await validate(host, files, options.mode));
    });
}

/** Accepts the mode in upper or lower case: the API writes it with a capital, a command line usually without. */
function parseMode(text: string): ExecutionMode {
  const mode = (['Express', 'Standard'] as const).find((each) => each.toLowerCase() === text.toLowerCase());
  if (mode === undefined) throw new InvalidArgumentError('Write express or standard.');
  return mode;
}

function describeConvert(program: Command, host: Host, finish: Finish): void {
  program
    .command('convert')
    .summary('rewrite a definition of another language as a state machine')
    .description(
      'Writes the state-machine version of a classic flow (type: flow) or of an Amazon States Language definition to ' +
        'standard output. Notes on standard error name the lines that the conversion changes. If a part cannot be ' +
        'converted, an error names its line and nothing is written. docs/convert.md lists both.',
    )
    .argument('<file>', 'a definition in YAML or JSON; - reads standard input')
    .addOption(new Option('--to <language>', 'language to write').choices(['statemachine']).default('statemachine'))
    .addOption(
      new Option('--from <language>', 'language of the file; by default recognized from its content').choices([
        'classic',
        'asl',
      ]),
    )
    .addOption(
      new Option('--name <name>', 'name of the flow; by default its own, or that of the file').argParser(parseName),
    )
    .option('--stub', 'for Amazon States Language: call a function in place of a resource that has no equivalent')
    .addHelpText(
      'after',
      examples(
        'millrace convert classic.yaml > flow.yaml',
        'millrace convert --name orders --stub orders.asl.json > orders.yaml',
      ),
    )
    .action(async (file: string, options: { from?: SourceLanguage; name?: string; stub?: true }) => {
      const { convert } = await import('./convert.ts');
      const { from = null, name = null, stub = false } = options;
      finish(await convert(host, { file, from, name, stubs: stub }));
    });
}

function parseName(text: string): string {
  if (!isName(text)) throw new InvalidArgumentError(`A name has ${NAME_RULE}.`);
  return text;
}

function describeRun(program: Command, host: Host, finish: Finish): void {
  program
    .command('run')
    .summary('run an Express flow here, without a server')
    .description(
      'Runs a definition as an Express flow in this process and prints the reply of StartSyncExecution. Tasks are really ' +
        'called, with the same settings as for "millrace serve". Nothing is stored.',
    )
    .argument('<file>', 'a definition in YAML or JSON; - reads standard input')
    .option('--input <json>', 'input of the execution: JSON, @file, or - for standard input', '{}')
    .option('--name <name>', 'name of the execution; a UUID is appended')
    .option(
      '--env <name=value>',
      'an environment variable of the flow ($Environment.name); may be repeated',
      addVariable,
    )
    .addHelpText(
      'after',
      examples(
        `millrace run flow.yaml --input '{"name":"Ada"}'`,
        'millrace run flow.yaml --input @input.json --env region=eu --name trial',
      ),
    )
    .action(async (file: string, options: { input: string; name?: string; env?: Variables }) => {
      const { run } = await import('./run.ts');
      finish(await run(host, { file, input: options.input, name: options.name ?? null, variables: options.env ?? {} }));
    });
}

/** The options of all commands that call a running server. */
interface CallOptions {
  readonly endpoint?: string;
  readonly json?: true;
}

const CALLING =
  'Calls a running server: at --endpoint, else at MILLRACE_ENDPOINT, else at the address of the setting "listen". The call is ' +
  'signed with the root key from the environment or the data folder, where the server finds it too; without one, with ' +
  'ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, if set, ALIBABA_CLOUD_SECURITY_TOKEN.';

function describeCall(program: Command, host: Host, finish: Finish): void {
  withEndpoint(program.command('call'))
    .summary('call any action of the API')
    .description(`Calls an action of the API and prints the reply as JSON. ${CALLING} docs/api/ lists the actions.`)
    .argument('<action>', 'for example StartSyncExecution')
    .argument('[parameter...]', 'Name=text, Name=@file, or Name=@- for standard input; @@ begins a text with one @')
    .addHelpText(
      'after',
      examples(
        'millrace call CreateFlow Name=hello Type=FDL ExecutionMode=Express Definition=@hello.yaml',
        'millrace call StartSyncExecution FlowName=hello \'Input={"name":"Ada"}\'',
        'millrace call ListFlows',
      ),
    )
    .action(async (action: string, members: readonly string[], { endpoint }: CallOptions) => {
      const { call } = await import('./call.ts');
      finish(await call(host, { action, members, endpoint: endpoint ?? null }));
    });
}

function describeWhy(program: Command, host: Host, finish: Finish): void {
  calling(program.command('why'))
    .summary('say what an execution waits for, or why it ended')
    .description(`Says what an execution waits for, since when, and what would wake it. ${CALLING}`)
    .addHelpText('after', examples('millrace why orders order-4711', 'millrace why orders order-4711 --json'))
    .action(async (flow: string, execution: string, options: CallOptions) => {
      const { why } = await import('./why.ts');
      finish(await why(host, callOf(flow, execution, options)));
    });
}

function describeRedrive(program: Command, host: Host, finish: Finish): void {
  calling(program.command('redrive'))
    .summary('restart a failed execution from the state that failed')
    .description(
      'Restarts a Standard execution that failed, was stopped or timed out. It continues from the state that failed, with ' +
        `the results of the states that had succeeded. ${CALLING}`,
    )
    .addHelpText('after', examples('millrace redrive orders order-4711'))
    .action(async (flow: string, execution: string, options: CallOptions) => {
      const { redrive } = await import('./redrive.ts');
      finish(await redrive(host, callOf(flow, execution, options)));
    });
}

function describeMessages(program: Command, host: Host, finish: Finish): void {
  toServer(program.command('messages').argument('[name]', 'name of a queue or topic; all of them by default'))
    .summary('show the messages in queues and topics')
    .description(
      "Shows the messages of MNS:SendMessage in the server's own Message Service, the newest last, and whether they were " +
        `pushed to subscribers. ${CALLING}`,
    )
    .option('--limit <number>', 'how many to show, up to 100', parseLimit, 20)
    .addHelpText('after', examples('millrace messages', 'millrace messages approvals --limit 5 --json'))
    .action(async (name: string | undefined, options: CallOptions & { limit: number }) => {
      const { messages } = await import('./messages.ts');
      const { endpoint = null, json, limit } = options;
      finish(await messages(host, { name: name ?? null, limit, endpoint, json: json === true }));
    });
}

function describeNodes(program: Command, host: Host, finish: Finish): void {
  toServer(program.command('nodes'))
    .summary('list the nodes that serve together')
    .description(
      'Lists the nodes that run executions of the store: name, version, the time since the last beat, the lag of the event loop, ' +
        `executions in memory, and executions that the node owns. ${CALLING}`,
    )
    .addHelpText('after', examples('millrace nodes', 'millrace nodes --json'))
    .action(async (options: CallOptions) => {
      const { nodes } = await import('./nodes.ts');
      const { endpoint = null, json } = options;
      finish(await nodes(host, { endpoint, json: json === true }));
    });
}

function describeExport(program: Command, host: Host, finish: Finish): void {
  withEndpoint(program.command('export'))
    .summary('write the flows of a server into a folder')
    .description(
      'Writes flows, versions, aliases and schedules of a server as readable files: a folder a flow, definitions byte for ' +
        `byte. Replaces an earlier export in the folder, and no other files. ${CALLING}`,
    )
    .argument('<folder>', 'a new folder, or that of an earlier export')
    .argument('[flow...]', 'names of flows; all of them by default')
    .addHelpText('after', examples('millrace export flows', 'millrace export flows orders billing'))
    .action(async (folder: string, flows: readonly string[], { endpoint }: CallOptions) => {
      const { exportFlows } = await import('./export.ts');
      finish(await exportFlows(host, { folder, flows, endpoint: endpoint ?? null }));
    });
}

function describeImport(program: Command, host: Host, finish: Finish): void {
  withEndpoint(program.command('import'))
    .summary('bring the flows of an export into a server')
    .description(
      'Makes the flows of a server equal to those of an export, with their versions, aliases and schedules. Deletes nothing, ' +
        `and changes nothing if a flow has a conflict. An import that is repeated does what is left. ${CALLING}`,
    )
    .argument('<folder>', 'the folder of an export')
    .option('--dry-run', 'only print what would change')
    .addHelpText('after', examples('millrace import flows --dry-run', 'millrace import flows'))
    .action(async (folder: string, { endpoint, dryRun = false }: CallOptions & { dryRun?: boolean }) => {
      const { importFlows } = await import('./import.ts');
      finish(await importFlows(host, { folder, endpoint: endpoint ?? null, dryRun }));
    });
}

function describeBackup(program: Command, host: Host, finish: Finish): void {
  program
    .command('backup')
    .summary('copy the store, also while the server runs')
    .description(
      'Writes a consistent copy of the store to a new file, and the root key that the server has made beside it. ' +
        'A running server continues meanwhile. Run it as the user of the server, with its settings. docs/operations.md says how to restore the copy.',
    )
    .argument('<file>', 'the new file; it must not exist')
    .addHelpText('after', examples('millrace backup /var/backups/millrace-monday.db'))
    .action(async (file: string) => {
      const { backup } = await import('./backup.ts');
      finish(await backup(host, file));
    });
}

function describeDoctor(program: Command, host: Host, finish: Finish): void {
  program
    .command('doctor')
    .summary('examine the data folder of a stopped server, and repair it')
    .description(
      'Examines the store and the other files of the data folder, while no server uses them. Says what is wrong, what it ' +
        'means, and what --fix would do. Changes nothing without --fix.',
    )
    .option('--fix', 'repair what can be repaired, after a copy of the store')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', examples('millrace doctor', 'millrace doctor --fix') + DOCTOR_EXIT_CODES)
    .action(async ({ fix = false, json = false }: { fix?: boolean; json?: boolean }) => {
      const { doctor } = await import('./doctor.ts');
      finish(await doctor(host, { fix, json }));
    });
}

const DOCTOR_EXIT_CODES = `
Exit codes:
  0  healthy
  1  something is wrong; with --fix: something is still wrong
  2  it could not examine or repair: the settings are wrong, there is no store, a server uses it, its first pages are
     damaged, or it is of another program or a newer version
`;

function parseLimit(text: string): number {
  if (/^(?:[1-9]\d?|100)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 to 100.');
}

/** Adds the arguments and options of a command about one execution of a running server. */
function calling(command: Command): Command {
  const named = command.argument('<flow>', 'name of the flow').argument('<execution>', 'name of the execution');
  return toServer(named);
}

/** Adds the options of a command that calls a running server and prints lines for people. */
function toServer(command: Command): Command {
  return withEndpoint(command).option('--json', 'print the reply as JSON');
}

function withEndpoint(command: Command): Command {
  return command.option('--endpoint <url>', 'address of the server, for example http://127.0.0.1:7780');
}

function callOf(flow: string, execution: string, options: CallOptions): ExecutionCall {
  return { flow, execution, endpoint: options.endpoint ?? null, json: options.json === true };
}

type Variables = Readonly<Record<string, string>>;

function addVariable(text: string, earlier: Variables = {}): Variables {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}
