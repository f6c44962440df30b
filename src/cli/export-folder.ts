/**
 * The folder of an export: a folder a flow, in which `flow.json` has the members of the flow, and each definition is a file of its own,
 * byte for byte. Nothing in it depends on the time of the export, so that two exports of the same flows are equal.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { isName, isVersionNumber } from '../api/names.ts';
import { isJsonArray, isJsonObject, memberOf, parseJson, stringifyJson } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import { reasonOf } from '../base/text.ts';
import { textOf } from './call-server.ts';
import { StartFault } from './host.ts';
import { aliasOf, scheduleOf, variableJson, variablesOf } from './transfer.ts';
import type { FlowContent, PublishedVersion, TransferredFlow } from './transfer.ts';

/** The file that marks the folder of an export. */
const MARK = 'millrace-export.json';
/** The number in the mark. A later form of the folder has a higher one. */
const FORMAT = 1;
const FLOWS = 'flows';
const FLOW = 'flow.json';
/** Git must not change the ends of lines. */
const ATTRIBUTES = '* -text\n';

/**
 * Writes the flows into a folder that does not exist, is empty, or has an earlier export, which is replaced.
 * @throws {StartFault} for any other folder, or one that cannot be written
 */
export function writeExport(folder: string, flows: readonly TransferredFlow[]): void {
  refuseForeign(folder);
  const aside = join(folder, `${FLOWS}.new`);
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside);
    for (const [name, flow] of foldersOf(flows)) writeFlow(join(aside, name), flow);
    writeFileSync(join(folder, '.gitattributes'), ATTRIBUTES);
    writeFileSync(join(folder, MARK), jsonText({ Format: FORMAT }));
    rmSync(join(folder, FLOWS), { recursive: true, force: true });
    renameSync(aside, join(folder, FLOWS));
  } catch (error) {
    throw new StartFault(`cannot write the export to ${folder}: ${reasonOf(error)}`, { cause: error });
  }
}

function refuseForeign(folder: string): void {
  if (!existsSync(folder) || existsSync(join(folder, MARK))) return;
  const names = readNames(folder).filter((name) => name !== '.git');
  if (names.length === 0) return;
  throw new StartFault(
    `${folder} has other files, and an export would replace the folder ${FLOWS} in it. Name a new folder, or that of an earlier export`,
  );
}

function readNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new StartFault(`cannot read the folder ${folder}: ${reasonOf(error)}`, { cause: error });
  }
}

/** A folder for each flow. Names that differ in case only would be one folder on some systems, so the later ones get a number. */
function foldersOf(flows: readonly TransferredFlow[]): readonly (readonly [string, TransferredFlow])[] {
  const taken = new Map<string, number>();
  return flows.map((flow) => {
    const key = flow.name.toLowerCase();
    const number = (taken.get(key) ?? 0) + 1;
    taken.set(key, number);
    return [number === 1 ? flow.name : `${flow.name}~${number}`, flow];
  });
}

function writeFlow(folder: string, flow: TransferredFlow): void {
  mkdirSync(folder);
  const definitionFile = (name: string, definition: string): string => {
    const file = `${name}.${/^\s*\{/.test(definition) ? 'json' : 'yaml'}`;
    writeFileSync(join(folder, file), definition);
    return file;
  };
  if (flow.versions.length > 0) mkdirSync(join(folder, 'versions'));
  const json = {
    Name: flow.name,
    ExecutionMode: flow.executionMode,
    ...(flow.resourceGroupId !== '' && { ResourceGroupId: flow.resourceGroupId }),
    ...contentJson(flow.content, definitionFile('definition', flow.content.definition)),
    Versions: flow.versions.map(({ number, description, content }) => ({
      Version: String(number),
      VersionDescription: description,
      ...contentJson(content, definitionFile(`versions/${number}`, content.definition)),
    })),
    Aliases: flow.aliases.map(({ name, description, routes }) => ({
      Name: name,
      Description: description,
      RoutingConfigurations: routes.map(({ version, weight }) => ({ Version: version, Weight: weight })),
    })),
    ...(flow.schedules !== null && {
      Schedules: flow.schedules.map(({ name, cron, description, payload, isEnabled }) => ({
        ScheduleName: name,
        CronExpression: cron,
        Description: description,
        Payload: payload,
        Enable: isEnabled,
      })),
    }),
  };
  writeFileSync(join(folder, FLOW), jsonText(json));
}

function contentJson({ type, description, roleArn, environment }: FlowContent, definitionFile: string) {
  return {
    Type: type,
    Description: description,
    RoleArn: roleArn,
    Environment: { Variables: environment.map(variableJson) },
    DefinitionFile: definitionFile,
  };
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The flows of an export, by name. @throws {StartFault} that names the file and what is wrong in it */
export function readExport(folder: string): readonly TransferredFlow[] {
  if (!existsSync(join(folder, MARK))) {
    throw new StartFault(`${folder} has no ${MARK}, so it is not the folder of an export`);
  }
  const format = memberOf(readObject(join(folder, MARK)), 'Format');
  if (format !== FORMAT) {
    throw new StartFault(
      `${join(folder, MARK)}: Format is ${JSON.stringify(format)}, and this version reads ${FORMAT}. Import it with the version that wrote it`,
    );
  }
  const flows = readNames(join(folder, FLOWS)).map((name) => readFlow(join(folder, FLOWS, name)));
  const byName = new Map<string, TransferredFlow>();
  for (const flow of flows) {
    if (byName.has(flow.name))
      throw new StartFault(`${join(folder, FLOWS)}: two folders have a flow named ${flow.name}`);
    byName.set(flow.name, flow);
  }
  return flows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readFlow(folder: string): TransferredFlow {
  const file = join(folder, FLOW);
  const json = checked(file, readObject(file));
  const name = textOf(json, 'Name');
  if (!isName(name)) throw new StartFault(`${file}: Name is ${JSON.stringify(name)}, which is not a name of a flow`);
  const list = (member: string): readonly JsonObject[] => {
    const value = memberOf(json, member) ?? [];
    if (isJsonArray(value) && value.every(isJsonObject)) return value.map((each) => checked(file, each));
    throw new StartFault(`${file}: ${member} is not a list of objects`);
  };
  const versions = list('Versions').map((version) => readVersion(folder, file, version));
  return {
    name,
    executionMode: textOf(json, 'ExecutionMode'),
    resourceGroupId: textOf(json, 'ResourceGroupId'),
    content: readContent(folder, file, json),
    versions: inOrder(file, versions),
    aliases: list('Aliases').map(aliasOf),
    schedules: memberOf(json, 'Schedules') === undefined ? null : list('Schedules').map(scheduleOf),
  };
}

/** The members of a flow, a version, an alias, a schedule and a variable that are texts. */
const TEXTS = [
  ...['Name', 'ExecutionMode', 'ResourceGroupId', 'Type', 'Description', 'RoleArn', 'DefinitionFile'],
  ...['Version', 'VersionDescription', 'ScheduleName', 'CronExpression', 'Payload', 'Value'],
];

/** People edit the files. A value of another type would otherwise count as absent. */
function checked(file: string, json: JsonObject): JsonObject {
  for (const member of TEXTS) {
    const value = memberOf(json, member);
    if (value === undefined || typeof value === 'string') continue;
    throw new StartFault(
      `${file}: ${member} is ${stringifyJson(value)}, which is not a text in quotes. Also JSON is written as a text`,
    );
  }
  const isEnabled = memberOf(json, 'Enable');
  if (isEnabled !== undefined && typeof isEnabled !== 'boolean') {
    throw new StartFault(`${file}: Enable is ${stringifyJson(isEnabled)}, which is neither true nor false`);
  }
  const environment = memberOf(json, 'Environment');
  const variables = isJsonObject(environment) ? memberOf(environment, 'Variables') : undefined;
  if (variables !== undefined && isJsonArray(variables)) {
    for (const each of variables.filter(isJsonObject)) checked(file, each);
  }
  return json;
}

function readVersion(folder: string, file: string, version: JsonObject): PublishedVersion {
  const number = textOf(version, 'Version');
  if (!isVersionNumber(number)) {
    throw new StartFault(`${file}: Version is ${JSON.stringify(number)}, which is not the number of a version`);
  }
  const content = readContent(folder, file, version);
  return { number: Number(number), description: textOf(version, 'VersionDescription'), content };
}

function inOrder(file: string, versions: readonly PublishedVersion[]): readonly PublishedVersion[] {
  const sorted = [...versions].sort((a, b) => a.number - b.number);
  const twice = sorted.find(({ number }, i) => number === sorted[i - 1]?.number);
  if (twice !== undefined) throw new StartFault(`${file}: the version ${twice.number} is there twice`);
  return sorted;
}

function readContent(folder: string, file: string, json: JsonObject): FlowContent {
  return {
    type: textOf(json, 'Type'),
    definition: readDefinition(folder, file, textOf(json, 'DefinitionFile')),
    description: textOf(json, 'Description'),
    roleArn: textOf(json, 'RoleArn'),
    environment: variablesOf(memberOf(json, 'Environment')),
  };
}

/** A definition comes from the folder of its flow only, because an export may be from someone else. */
function readDefinition(folder: string, file: string, named: string): string {
  const path = resolve(folder, named);
  const inside = relative(folder, path);
  if (named === '' || inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || resolve(inside) === inside) {
    throw new StartFault(
      `${file}: DefinitionFile is ${JSON.stringify(named)}, which is not a file in the folder of the flow`,
    );
  }
  return readText(path);
}

function readObject(file: string): JsonObject {
  const text = readText(file);
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new StartFault(`${file}: ${reasonOf(error)}`, { cause: error });
  }
  throw new StartFault(`${file}: is not a JSON object`);
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    throw new StartFault(`${file}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
