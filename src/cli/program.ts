/**
 * The command line: what the commands are called, what they take, and an example of each. A command's work lies in a
 * file of its own, loaded when it is asked for, so that `validate` does not pay for a server.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { isName, NAME_RULE } from '../api/names.ts';
import type { SourceLanguage } from '../conversion/convert.ts';
import type { ExecutionMode } from '../store/flows.ts';
import type { ExecutionCall } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault } from './host.ts';
import { packageVersion } from './version.ts';

/** Does what the command line says and returns the exit code. */
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
    // Help and --version end through here too, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof StartFault)) throw error;
    host.err(`millrace: ${error.message}\n`);
    return EXIT.failed;
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
        'millrace why orders order-4711',
        'millrace redrive orders order-4711',
        'millrace messages approvals',
      ) + EXIT_CODES,
    );
  describeServe(program, host, finish);
  describeValidate(program, host, finish);
  describeConvert(program, host, finish);
  describeRun(program, host, finish);
  describeWhy(program, host, finish);
  describeRedrive(program, host, finish);
  describeMessages(program, host, finish);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0  done; for "validate": no errors; for "run": the execution succeeded
  1  faults in a definition, one that cannot be converted, an execution that did not succeed, a server that could not start,
     could not be called or refused what was asked
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
        'and from the YAML file that MILLRACE_CONFIG names; docs/settings.md lists them. Prints one line when it serves.',
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

function describeValidate(program: Command, host: Host, finish: Finish): void {
  program
    .command('validate')
    .summary('check definitions')
    .description(
      'Checks flow definitions and prints what is wrong as file:line:column: severity: message. ' +
        'A definition does not say in which mode it will run; it is checked for Express, the stricter one, unless told otherwise.',
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

/** The mode in any case: the API writes it with a capital, a command line without. */
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
        'standard output. What does not carry over is said on standard error, with its line; what cannot be converted is ' +
        'refused with its line. docs/convert.md says what carries over.',
    )
    .argument('<file>', 'a definition in YAML or JSON; - reads standard input')
    .addOption(new Option('--to <language>', 'what to write').choices(['statemachine']).default('statemachine'))
    .addOption(new Option('--from <language>', 'what the file holds; told by its content').choices(['classic', 'asl']))
    .addOption(new Option('--name <name>', 'name of the flow; else its own, or that of the file').argParser(parseName))
    .addHelpText(
      'after',
      examples(
        'millrace convert classic.yaml > flow.yaml',
        'millrace convert --name orders orders.asl.json > orders.yaml',
      ),
    )
    .action(async (file: string, options: { from?: SourceLanguage; name?: string }) => {
      const { convert } = await import('./convert.ts');
      finish(await convert(host, { file, from: options.from ?? null, name: options.name ?? null }));
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
      'Runs a definition as an Express flow in this process and prints the reply that StartSyncExecution would give. ' +
        'Tasks are really called, with the settings that "millrace serve" would use; nothing is stored.',
    )
    .argument('<file>', 'a definition in YAML or JSON; - reads standard input')
    .option('--input <json>', 'input of the execution: JSON, @file, or - for standard input', '{}')
    .option('--name <name>', 'name of the execution; a UUID is put behind it')
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

/** How a command finds the server and prints what it answered. */
interface CallOptions {
  readonly endpoint?: string;
  readonly json?: true;
}

const CALLING =
  'Calls a running server: the one at --endpoint, or else at the address of the setting "listen". The call is signed with ' +
  'the root key of the environment or of the data folder, as the server itself finds it.';

function describeWhy(program: Command, host: Host, finish: Finish): void {
  calling(program.command('why'))
    .summary('say what a running execution waits for')
    .description(`Says what an execution waits for, since when, and what would wake it. ${CALLING}`)
    .addHelpText('after', examples('millrace why orders order-4711', 'millrace why orders order-4711 --json'))
    .action(async (flow: string, execution: string, options: CallOptions) => {
      const { why } = await import('./why.ts');
      finish(await why(host, callOf(flow, execution, options)));
    });
}

function describeRedrive(program: Command, host: Host, finish: Finish): void {
  calling(program.command('redrive'))
    .summary('let a failed execution go on from the state that failed')
    .description(
      'Restarts a Standard execution that failed, was stopped or ran out of time from the state that failed, and keeps ' +
        `what had succeeded. ${CALLING}`,
    )
    .addHelpText('after', examples('millrace redrive orders order-4711'))
    .action(async (flow: string, execution: string, options: CallOptions) => {
      const { redrive } = await import('./redrive.ts');
      finish(await redrive(host, callOf(flow, execution, options)));
    });
}

function describeMessages(program: Command, host: Host, finish: Finish): void {
  toServer(program.command('messages').argument('[name]', 'of a queue or topic; without it, of all of them'))
    .summary('show what flows sent to queues and topics')
    .description(
      "Shows the messages that the server's own Message Service keeps of MNS:SendMessage, the newest last, and what became " +
        `of the pushes to subscribers. ${CALLING}`,
    )
    .option('--limit <number>', 'how many to show, up to 100', parseLimit, 20)
    .addHelpText('after', examples('millrace messages', 'millrace messages approvals --limit 5 --json'))
    .action(async (name: string | undefined, options: CallOptions & { limit: number }) => {
      const { messages } = await import('./messages.ts');
      const { endpoint = null, json, limit } = options;
      finish(await messages(host, { name: name ?? null, limit, endpoint, json: json === true }));
    });
}

function parseLimit(text: string): number {
  if (/^(?:[1-9]\d?|100)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 to 100.');
}

/** What the commands take that ask a running server about an execution. */
function calling(command: Command): Command {
  const named = command.argument('<flow>', 'name of the flow').argument('<execution>', 'name of the execution');
  return toServer(named);
}

/** What the commands take that call a running server. */
function toServer(command: Command): Command {
  return command
    .option('--endpoint <url>', 'where the server is, such as http://127.0.0.1:7780')
    .option('--json', 'print the reply as it came');
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
