/** `millrace call ACTION [Name=value …]`: any action of the API, signed, with its reply as JSON (docs/extensions.md). */
import { ACTIONS, actionEntry } from '../api/actions.ts';
import type { Contract } from '../api/contract/contract.ts';
import { formatDiagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { parseJson } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import { callServer } from './call-server.ts';
import { plain } from './execution-call.ts';
import type { Host } from './host.ts';
import { EXIT, StartFault, UsageFault } from './host.ts';
import { readSource } from './source-text.ts';

export interface ApiCall {
  readonly action: string;
  /** As typed: `Name=text`, `Name=@file`, `Name=@-` for standard input, `Name=@@text` for a text that begins with `@`. */
  readonly members: readonly string[];
  /** URL of the server; null: the one in MILLRACE_ENDPOINT, else the address in the settings. */
  readonly endpoint: string | null;
}

/** Calls the action and prints its reply, with warnings on standard error. @throws {StartFault} @throws {UsageFault} for an action or a parameter that the API lacks */
export async function call(host: Host, { action, members, endpoint }: ApiCall): Promise<number> {
  const parameters = await readParameters(host, action, members);
  const reply = await callServer(host, endpoint, action, parameters);
  const { Warnings: warnings, ...documented } = reply;
  for (const line of warningLines(warnings)) host.err(`${plain(line)}\n`);
  host.out(`${JSON.stringify(documented, null, 2)}\n`);
  return EXIT.ok;
}

/** The member `Warnings` of a reply, in the form of `millrace validate`. */
function warningLines(warnings: JsonValue | undefined): string[] {
  if (typeof warnings !== 'string') return [];
  return (parseJson(warnings) as unknown as readonly Diagnostic[]).map(formatDiagnostic);
}

async function readParameters(host: Host, action: string, members: readonly string[]): Promise<Record<string, string>> {
  const contract = actionEntry(action);
  if (contract === undefined) {
    throw new UsageFault(`the API has no action ${action}${didYouMean(action, Object.keys(ACTIONS))}`);
  }
  const parameters: Record<string, string> = {};
  for (const member of members) {
    const at = member.indexOf('=');
    const name = at < 0 ? member : member.slice(0, at);
    checkName(action, contract, name);
    if (at < 0) throw new UsageFault(`${name} has no value. Write ${name}=text, or ${name}=@file`);
    if (Object.hasOwn(parameters, name)) throw new UsageFault(`${name} is there twice`);
    if (isFromInput(member) && members.find(isFromInput) !== member) {
      throw new UsageFault('only one parameter can be @-, because standard input is read once');
    }
    parameters[name] = await valueOf(host, name, member.slice(at + 1));
  }
  return parameters;
}

function isFromInput(member: string): boolean {
  return /^[^=]*=@-$/.test(member);
}

/** The server ignores a parameter that it does not know, so a misspelt optional one would change nothing without a word. */
function checkName(action: string, { parameters }: Contract, name: string): void {
  if (Object.hasOwn(parameters, name)) return;
  const names = Object.keys(parameters);
  const all = names.length === 0 ? 'It has none' : `It has ${names.join(', ')}`;
  const near = didYouMean(name, names) || '.';
  throw new UsageFault(`${action} has no parameter ${JSON.stringify(name)}${near} ${all}`);
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? '' : `; did you mean ${near}?`;
}

async function valueOf(host: Host, name: string, text: string): Promise<string> {
  if (!text.startsWith('@')) return text;
  if (text.startsWith('@@')) return text.slice(1);
  try {
    return await readSource(host, text.slice(1));
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    throw new StartFault(`${name}=${text}: ${error.message}`, { cause: error });
  }
}
