/** Compares replies and errors of operations with the contracts, so that every test which calls an operation checks both. */
import assert from 'node:assert/strict';
import { ACTIONS } from '../../src/api/actions.ts';
import type { ActionName } from '../../src/api/actions.ts';
import { COMMON_ERRORS } from '../../src/api/contract/contract.ts';
import type { Contract, Member, Members } from '../../src/api/contract/contract.ts';
import type { ApiError } from '../../src/api/error.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Fails for a reply with a missing or undeclared member, one of another type, or members in another order. */
export function checkReply(action: string, reply: unknown): void {
  checkMembers(action, contractOf(action).reply, reply);
}

/** Fails for an error that the contract does not declare. */
export function checkError(action: string, { code, message }: ApiError): void {
  const declared: readonly string[] = [...COMMON_ERRORS, ...Object.keys(contractOf(action).errors)];
  assert.ok(declared.includes(code), `${action} does not declare ${code}: ${message}`);
}

function contractOf(action: string): Contract {
  return ACTIONS[action as ActionName];
}

function checkMembers(place: string, members: Members, value: unknown): void {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `${place} is not an object`);
  const given = value as Readonly<Record<string, unknown>>;
  assert.deepEqual(
    Object.keys(given).filter((name) => given[name] !== undefined),
    Object.keys(members).filter((name) => given[name] !== undefined),
    `members of ${place}`,
  );
  for (const [name, member] of Object.entries(members)) {
    if (given[name] === undefined) assert.ok(member.absent !== undefined, `${place} has no ${name}`);
    else checkMember(`${place}.${name}`, member, given[name]);
  }
}

function checkMember(place: string, member: Member, value: unknown): void {
  if (member.type === 'object') checkMembers(place, member.members, value);
  else if (member.type === 'list') {
    assert.ok(Array.isArray(value), `${place} is not a list`);
    for (const [i, item] of value.entries()) checkMembers(`${place}[${i}]`, member.members, item);
  } else if (member.type === 'word') assert.ok(member.words.includes(value as string), `${place} is ${String(value)}`);
  else if (member.type === 'time') assert.match(String(value), value === '' ? /^$/ : TIME, place);
  else if (member.type === 'boolean') assert.equal(typeof value, 'boolean', place);
  else assert.equal(typeof value, member.type === 'text' ? 'string' : 'number', place);
}
