/** The contracts of the 29 documented actions have what the vendor documents, or a reason why not (documented-actions.yaml). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ACTIONS } from '../../src/api/actions.ts';
import type { ActionName } from '../../src/api/actions.ts';
import { COMMON_ERRORS } from '../../src/api/contract/contract.ts';
import type { Contract, Members, Parameter } from '../../src/api/contract/contract.ts';

type Nested = string | readonly Nested[] | { readonly [prefix: string]: Nested };

interface Documented {
  readonly method: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly reply: Nested;
  readonly errors: Nested;
  readonly differences?: Readonly<Record<string, string>>;
}

const file = join(import.meta.dirname, 'documented-actions.yaml');
const { actions, unused } = parse(readFileSync(file, 'utf8')) as {
  readonly actions: Readonly<Record<string, Documented>>;
  readonly unused: Readonly<Record<string, string>>;
};

const INTEGERS = ['int32', 'int64'];

/** `Flows[].Name: string` for each member that is neither an object nor a list. */
function documentedMembers(nested: Nested, prefix = ''): string[] {
  if (typeof nested === 'string') return [`${prefix}${nested.includes(': ') ? nested : `${nested}: string`}`];
  if (Array.isArray(nested)) return (nested as readonly Nested[]).flatMap((each) => documentedMembers(each, prefix));
  return Object.entries(nested).flatMap(([name, inner]) => documentedMembers(inner, `${prefix}${name}.`));
}

function contractMembers(members: Members, prefix = ''): string[] {
  return Object.entries(members).flatMap(([name, member]) => {
    if (member.extension === true) return [];
    if (member.type === 'object') return contractMembers(member.members, `${prefix}${name}.`);
    if (member.type === 'list') return contractMembers(member.members, `${prefix}${name}[].`);
    return [`${prefix}${name}: ${memberType(member.type)}`];
  });
}

function memberType(type: 'text' | 'time' | 'word' | 'integer' | 'decimal' | 'boolean'): string {
  if (type === 'integer') return 'integer';
  if (type === 'decimal') return 'float';
  return type === 'boolean' ? 'boolean' : 'string';
}

/** The type on the wire; a whole number is said in the documented width. */
function parameterType({ type }: Parameter, documented: string): string {
  if (type === 'integer') return INTEGERS.includes(documented) ? documented : 'int32';
  if (type === 'decimal') return 'float';
  if (type === 'environment' || type === 'routes') return 'json';
  return type === 'boolean' ? 'boolean' : 'string';
}

function parameterDifferences(documented: Documented, contract: Contract): string[] {
  const names = new Set([...Object.keys(documented.parameters), ...Object.keys(contract.parameters)]);
  return [...names].flatMap((name) => {
    const words = documented.parameters[name]?.split(' ');
    const parameter = contract.parameters[name];
    if (words === undefined) return [`parameter ${name} is not documented`];
    if (parameter === undefined) return [`parameter ${name} is not declared`];
    const type = parameterType(parameter, words[0] ?? '');
    const found: string[] = [];
    if (type !== words[0]) found.push(`parameter ${name} is ${type}`);
    const required = parameter.presence === 'required';
    if (required !== words.includes('required')) found.push(`parameter ${name} is ${required ? '' : 'not '}required`);
    if ((parameter.position === 'query') !== words.includes('query') && contract.method === 'POST') {
      found.push(`parameter ${name} has another position`);
    }
    return found;
  });
}

function replyDifferences(documented: Documented, contract: Contract): string[] {
  const expected = documentedMembers(documented.reply).map((each) => each.replace(/: int(?:32|64)$/, ': integer'));
  const actual = contractMembers(contract.reply);
  const name = (member: string) => member.replace(/: string$/, '');
  return [
    ...actual.filter((each) => !expected.includes(each)).map((each) => `reply ${name(each)} is not documented`),
    ...expected.filter((each) => !actual.includes(each)).map((each) => `reply ${name(each)} is not declared`),
  ];
}

/** Codes of the front of the service count as declared, and need not be documented for each action. */
function errorDifferences(documented: Documented, contract: Contract): string[] {
  if (documented.errors === 'unknown') return [];
  const expected = documentedMembers(documented.errors).map((each) => each.replace(/: string$/, ''));
  const own = Object.keys(contract.errors);
  const common: readonly string[] = COMMON_ERRORS;
  const declared = [...own, ...common, ...Object.keys(unused)];
  return [
    ...own
      .filter((code) => !common.includes(code) && !expected.includes(code))
      .map((c) => `error ${c} is not documented`),
    ...expected.filter((code) => !declared.includes(code)).map((code) => `error ${code} is not declared`),
  ];
}

describe('the contracts', () => {
  const documentedActions = Object.entries(ACTIONS as Readonly<Record<string, Contract>>)
    .filter(([, contract]) => contract.extension !== true)
    .map(([action]) => action);

  it('are those of the documented actions, in their order, and of the extensions', () => {
    assert.deepEqual(Object.keys(actions), documentedActions);
  });

  for (const [action, documented] of Object.entries(actions)) {
    it(`of ${action}: what the vendor documents, or the difference with its reason`, () => {
      const contract: Contract = ACTIONS[action as ActionName];
      assert.equal(contract.method, documented.method);
      const differences = [
        ...parameterDifferences(documented, contract),
        ...replyDifferences(documented, contract),
        ...errorDifferences(documented, contract),
      ];
      assert.deepEqual(differences.sort(), Object.keys(documented.differences ?? {}).sort());
    });
  }

  it('have a reason for every difference', () => {
    const reasons = [
      ...Object.values(actions).flatMap((each) => Object.values(each.differences ?? {})),
      ...Object.values(unused),
    ];
    for (const reason of reasons) assert.match(reason, /^[A-Z].+\.$/);
  });
});

describe('the comparison', () => {
  const documented: Documented = { method: 'GET', parameters: { Name: 'string required' }, reply: ['Id'], errors: [] };
  const contract: Contract = ACTIONS.DescribeRegions;

  it('finds what is missing, surplus or different', () => {
    assert.deepEqual(parameterDifferences(documented, contract), [
      'parameter Name is not declared',
      'parameter AcceptLanguage is not documented',
    ]);
    const name = { ...ACTIONS.ListFlows.parameters.Limit, presence: 'optional' } as const;
    assert.deepEqual(parameterDifferences(documented, { ...contract, parameters: { Name: name } }), [
      'parameter Name is int32',
      'parameter Name is not required',
    ]);
    assert.deepEqual(replyDifferences(documented, { ...contract, reply: {} }), ['reply Id is not declared']);
    assert.deepEqual(errorDifferences(documented, { ...contract, errors: { FlowNotExists: '' } }), [
      'error FlowNotExists is not documented',
    ]);
  });
});
