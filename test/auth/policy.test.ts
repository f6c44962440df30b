/** RAM policies as a table: a policy, a request and the decision (rules.md 3.9, 3.10). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '../../src/auth/parse-policy.ts';
import { decide } from '../../src/auth/policy.ts';
import type { Decision, PolicyRequest } from '../../src/auth/policy.ts';

const REQUEST: PolicyRequest = {
  action: 'fnf:StartSyncExecution',
  resource: 'acs:fnf:cn-hangzhou:1234567890123456:flow/orders',
  nowMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  secureTransport: false,
  sourceIp: '10.1.2.3',
};

const statement = (more: object = {}): object => ({ Effect: 'Allow', Action: '*', Resource: '*', ...more });
const when = (condition: object): object[] => [statement({ Condition: condition })];

function decisionOf(statements: readonly object[], request: Partial<PolicyRequest> = {}): Decision {
  const { policy, faults } = parsePolicy({ Version: '1', Statement: statements });
  assert.deepEqual(faults, []);
  return decide(policy === null ? [] : [policy], { ...REQUEST, ...request });
}

const decisions: [string, object[], Decision, Partial<PolicyRequest>?][] = [
  ['everything is allowed', [statement()], 'Allow'],
  ['only a Deny allows nothing', [statement({ Effect: 'Deny', Action: 'fnf:DeleteFlow' })], 'ImplicitDeny'],
  ['Deny before Allow, in either order', [statement(), statement({ Effect: 'Deny' })], 'ExplicitDeny'],
  ['Deny first', [statement({ Effect: 'Deny' }), statement()], 'ExplicitDeny'],
  ['a Deny of another action', [statement({ Effect: 'Deny', Action: 'fnf:DeleteFlow' }), statement()], 'Allow'],
  ['the action by name', [statement({ Action: 'fnf:StartSyncExecution' })], 'Allow'],
  ['the action in another case', [statement({ Action: 'FNF:startsyncexecution' })], 'Allow'],
  ['one of several actions', [statement({ Action: ['fnf:ListFlows', 'fnf:Start*'] })], 'Allow'],
  ['another action', [statement({ Action: ['fnf:ListFlows', 'fnf:Describe*'] })], 'ImplicitDeny'],
  ['a question mark is one character', [statement({ Action: 'fnf:StartSyncExecutio?' })], 'Allow'],
  ['a question mark is not none', [statement({ Action: 'fnf:StartSyncExecution?' })], 'ImplicitDeny'],
  ['another service', [statement({ Action: 'oss:*' })], 'ImplicitDeny'],
  ['the resource by name', [statement({ Resource: 'acs:fnf:cn-hangzhou:1234567890123456:flow/orders' })], 'Allow'],
  ['stars for region and account', [statement({ Resource: 'acs:fnf:*:*:flow/orders' })], 'Allow'],
  ['empty region and account', [statement({ Resource: 'acs:fnf:::flow/orders' })], 'Allow'],
  ['empty region alone', [statement({ Resource: 'acs:fnf::1234567890123456:flow/*' })], 'Allow'],
  ['another account', [statement({ Resource: 'acs:fnf:*:6543210987654321:flow/*' })], 'ImplicitDeny'],
  ['another region', [statement({ Resource: 'acs:fnf:cn-beijing::flow/*' })], 'ImplicitDeny'],
  ['another flow', [statement({ Resource: 'acs:fnf:::flow/order' })], 'ImplicitDeny'],
  ['the case of a flow name', [statement({ Resource: 'acs:fnf:::flow/Orders' })], 'ImplicitDeny'],
  ['a part of a flow name', [statement({ Resource: 'acs:fnf:::flow/ord*' })], 'Allow'],
  ['a short pattern', [statement({ Resource: 'acs:fnf:*' })], 'Allow'],
  ['one of several resources', [statement({ Resource: ['acs:fnf:::flow/a', 'acs:fnf:::flow/orders'] })], 'Allow'],
  [
    'a star from the caller is not a wildcard',
    [statement({ Resource: 'acs:fnf:::flow/orders' })],
    'ImplicitDeny',
    { resource: 'acs:fnf:cn-hangzhou:1234567890123456:flow/*' },
  ],

  ['StringEquals', when({ StringEquals: { 'acs:SecureTransport': 'false' } }), 'Allow'],
  ['StringEquals, other case', when({ StringEquals: { 'acs:SecureTransport': 'False' } }), 'ImplicitDeny'],
  ['StringNotEquals', when({ StringNotEquals: { 'acs:SourceIp': '10.1.2.4' } }), 'Allow'],
  [
    'StringNotEquals means none of the values',
    when({ StringNotEquals: { 'acs:SourceIp': ['10.1.2.4', '10.1.2.3'] } }),
    'ImplicitDeny',
  ],
  ['StringEqualsIgnoreCase', when({ StringEqualsIgnoreCase: { 'acs:SecureTransport': 'FALSE' } }), 'Allow'],
  [
    'StringNotEqualsIgnoreCase',
    when({ StringNotEqualsIgnoreCase: { 'acs:SecureTransport': 'FALSE' } }),
    'ImplicitDeny',
  ],
  ['StringLike', when({ StringLike: { 'acs:CurrentTime': '2026-01-??T*' } }), 'Allow'],
  ['StringLike, no match', when({ StringLike: { 'acs:CurrentTime': '2025*' } }), 'ImplicitDeny'],
  ['StringNotLike', when({ StringNotLike: { 'acs:SourceIp': '192.168.*' } }), 'Allow'],
  ['StringNotLike, a match', when({ StringNotLike: { 'acs:SourceIp': '10.*' } }), 'ImplicitDeny'],

  ['NumericEquals', when({ NumericEquals: { 'acs:CurrentTime': '1767323045' } }), 'Allow'],
  ['NumericEquals with a number', when({ NumericEquals: { 'acs:CurrentTime': 1767323045 } }), 'Allow'],
  ['NumericNotEquals', when({ NumericNotEquals: { 'acs:CurrentTime': '1767323045' } }), 'ImplicitDeny'],
  ['NumericLessThan', when({ NumericLessThan: { 'acs:CurrentTime': '1767323046' } }), 'Allow'],
  ['NumericLessThan, equal', when({ NumericLessThan: { 'acs:CurrentTime': '1767323045' } }), 'ImplicitDeny'],
  ['NumericLessThanEquals', when({ NumericLessThanEquals: { 'acs:CurrentTime': '1767323045' } }), 'Allow'],
  ['NumericGreaterThan', when({ NumericGreaterThan: { 'acs:CurrentTime': '1767323044.5' } }), 'Allow'],
  ['NumericGreaterThan, equal', when({ NumericGreaterThan: { 'acs:CurrentTime': '1767323045' } }), 'ImplicitDeny'],
  ['NumericGreaterThanEquals', when({ NumericGreaterThanEquals: { 'acs:CurrentTime': '1767323045' } }), 'Allow'],

  ['DateEquals', when({ DateEquals: { 'acs:CurrentTime': '2026-01-02T11:04:05+08:00' } }), 'Allow'],
  ['DateNotEquals', when({ DateNotEquals: { 'acs:CurrentTime': '2026-01-02T03:04:05Z' } }), 'ImplicitDeny'],
  ['DateLessThan', when({ DateLessThan: { 'acs:CurrentTime': '2026-01-02T03:04:06Z' } }), 'Allow'],
  ['DateLessThan, equal', when({ DateLessThan: { 'acs:CurrentTime': '2026-01-02T03:04:05Z' } }), 'ImplicitDeny'],
  ['DateLessThanEquals', when({ DateLessThanEquals: { 'acs:CurrentTime': '2026-01-02T03:04:05Z' } }), 'Allow'],
  ['DateGreaterThan, a day', when({ DateGreaterThan: { 'acs:CurrentTime': '2026-01-02' } }), 'Allow'],
  ['DateGreaterThan, minutes', when({ DateGreaterThan: { 'acs:CurrentTime': '2026-01-02T03:05Z' } }), 'ImplicitDeny'],
  [
    'DateGreaterThanEquals',
    when({ DateGreaterThanEquals: { 'acs:CurrentTime': '2026-01-02T03:04:05.000Z' } }),
    'Allow',
  ],

  ['Bool, plain HTTP', when({ Bool: { 'acs:SecureTransport': 'true' } }), 'ImplicitDeny'],
  ['Bool, HTTPS', when({ Bool: { 'acs:SecureTransport': 'true' } }), 'Allow', { secureTransport: true }],
  ['Bool as a JSON boolean', when({ Bool: { 'acs:SecureTransport': false } }), 'Allow'],
  ['Bool, MFA is never there', when({ Bool: { 'acs:MFAPresent': 'true' } }), 'ImplicitDeny'],

  ['IpAddress, block', when({ IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }), 'Allow'],
  ['IpAddress, one address', when({ IpAddress: { 'acs:SourceIp': '10.1.2.3' } }), 'Allow'],
  ['IpAddress, another block', when({ IpAddress: { 'acs:SourceIp': '10.2.0.0/16' } }), 'ImplicitDeny'],
  ['IpAddress, one of several', when({ IpAddress: { 'acs:SourceIp': ['192.168.0.0/16', '10.1.2.0/24'] } }), 'Allow'],
  [
    'IpAddress, IPv4 through an IPv6 socket',
    when({ IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }),
    'Allow',
    { sourceIp: '::ffff:10.1.2.3' },
  ],
  ['IpAddress, a block of mapped addresses', when({ IpAddress: { 'acs:SourceIp': '::ffff:10.0.0.0/104' } }), 'Allow'],
  ['IpAddress, IPv6', when({ IpAddress: { 'acs:SourceIp': 'fd00::/8' } }), 'Allow', { sourceIp: 'fd12:3456::1' }],
  ['IpAddress, IPv6 and IPv4 are apart', when({ IpAddress: { 'acs:SourceIp': '::/0' } }), 'ImplicitDeny'],
  ['IpAddress, everyone', when({ IpAddress: { 'acs:SourceIp': '0.0.0.0/0' } }), 'Allow'],
  ['NotIpAddress', when({ NotIpAddress: { 'acs:SourceIp': ['192.168.0.0/16', '172.16.0.0/12'] } }), 'Allow'],
  [
    'NotIpAddress, inside',
    when({ NotIpAddress: { 'acs:SourceIp': ['192.168.0.0/16', '10.0.0.0/8'] } }),
    'ImplicitDeny',
  ],
  [
    'an unknown address is inside of nothing',
    when({ IpAddress: { 'acs:SourceIp': '0.0.0.0/0' } }),
    'ImplicitDeny',
    { sourceIp: '' },
  ],

  ['the case of a key is ignored', when({ Bool: { 'ACS:securetransport': 'false' } }), 'Allow'],
  [
    'all keys of an operator',
    when({ StringEquals: { 'acs:SourceIp': '10.1.2.3', 'acs:SecureTransport': 'true' } }),
    'ImplicitDeny',
  ],
  [
    'all operators',
    when({ Bool: { 'acs:SecureTransport': 'false' }, IpAddress: { 'acs:SourceIp': '10.9.0.0/16' } }),
    'ImplicitDeny',
  ],
  [
    'a Deny with a condition that is false',
    [statement(), statement({ Effect: 'Deny', Condition: { Bool: { 'acs:SecureTransport': 'true' } } })],
    'Allow',
  ],
  [
    'a Deny with a condition that is true',
    [statement(), statement({ Effect: 'Deny', Condition: { Bool: { 'acs:SecureTransport': 'false' } } })],
    'ExplicitDeny',
  ],
];

for (const [title, statements, decision, request] of decisions) {
  test(`policy: ${title}: ${decision}`, () => assert.equal(decisionOf(statements, request), decision));
}

test('a Deny in one document has precedence over an Allow in another; without documents nothing is allowed', () => {
  const allow = parsePolicy({ Version: '1', Statement: [statement()] }).policy;
  const deny = parsePolicy({ Version: '1', Statement: [statement({ Effect: 'Deny' })] }).policy;
  assert.ok(allow !== null && deny !== null);
  assert.equal(decide([allow, deny], REQUEST), 'ExplicitDeny');
  assert.equal(decide([], REQUEST), 'ImplicitDeny');
});

const malformed: [string, unknown, RegExp][] = [
  ['text', 'Allow', /^must be an object with/],
  ['null', null, /^must be an object with/],
  ['a list', [], /^must be an object with/],
  ['another version', { Version: '2', Statement: [statement()] }, /^Version: must be "1"/],
  ['no statement', { Version: '1' }, /^Statement: must be a list/],
  ['an empty list', { Version: '1', Statement: [] }, /^Statement: must be a list/],
  ['a statement without a list', { Version: '1', Statement: statement() }, /^Statement: must be a list/],
  ['a statement that is not an object', { Version: '1', Statement: ['Allow'] }, /^Statement\[0\]: must be an object/],
  ['an unknown member', { Version: '1', Statement: [statement()], Id: 'x' }, /^Id: is not supported/],
  ['NotAction', { Version: '1', Statement: [statement({ NotAction: '*' })] }, /NotAction: is not supported/],
  ['Principal', { Version: '1', Statement: [statement({ Principal: '*' })] }, /Principal: is not supported/],
  [
    'another effect',
    { Version: '1', Statement: [statement({ Effect: 'allow' })] },
    /Effect: must be "Allow" or "Deny"/,
  ],
  ['no action', { Version: '1', Statement: [{ Effect: 'Allow', Resource: '*' }] }, /Action: must be text/],
  ['no resource', { Version: '1', Statement: [{ Effect: 'Allow', Action: '*' }] }, /Resource: must be text/],
  ['an empty list of actions', { Version: '1', Statement: [statement({ Action: [] })] }, /Action: must be text/],
  [
    'an action without service',
    { Version: '1', Statement: [statement({ Action: 'ListFlows' })] },
    /neither "\*" nor "<service>:<action>"/,
  ],
  [
    'a resource that is not an ARN',
    { Version: '1', Statement: [statement({ Resource: 'flow/x' })] },
    /neither "\*" nor "acs:/,
  ],
  [
    'a resource that is cut short',
    { Version: '1', Statement: [statement({ Resource: 'acs:fnf:cn-hangzhou' })] },
    /neither "\*" nor "acs:/,
  ],
  ['a condition that is not an object', { Version: '1', Statement: when([]) }, /Condition: must be an object/],
  [
    'an unknown operator',
    { Version: '1', Statement: when({ StringMatches: { 'acs:SourceIp': 'x' } }) },
    /"StringMatches" is not supported/,
  ],
  [
    'an operator without keys',
    { Version: '1', Statement: when({ Bool: {} }) },
    /Bool: must be an object with at least one key/,
  ],
  [
    'an unknown key',
    { Version: '1', Statement: when({ StringEquals: { 'fnf:Flow': 'x' } }) },
    /this operator does not support the key "fnf:Flow"/,
  ],
  [
    'a key that the operator cannot read',
    { Version: '1', Statement: when({ Bool: { 'acs:SourceIp': 'true' } }) },
    /this operator does not support the key/,
  ],
  [
    'no values',
    { Version: '1', Statement: when({ Bool: { 'acs:SecureTransport': [] } }) },
    /a list with at least one text/,
  ],
  [
    'an object as value',
    { Version: '1', Statement: when({ Bool: { 'acs:SecureTransport': {} } }) },
    /a list with at least one text/,
  ],
  [
    'a value that is not a boolean',
    { Version: '1', Statement: when({ Bool: { 'acs:SecureTransport': 'yes' } }) },
    /"yes" is not true or false/,
  ],
  [
    'a value that is not a date',
    { Version: '1', Statement: when({ DateLessThan: { 'acs:CurrentTime': 'tomorrow' } }) },
    /"tomorrow" is not a date/,
  ],
  [
    'a value that is not a number',
    { Version: '1', Statement: when({ NumericEquals: { 'acs:CurrentTime': '1e3x' } }) },
    /"1e3x" is not a number/,
  ],
  [
    'a value that is not an address',
    { Version: '1', Statement: when({ IpAddress: { 'acs:SourceIp': '10.0.0' } }) },
    /"10\.0\.0" is not an address/,
  ],
  [
    'an address in octal',
    { Version: '1', Statement: when({ IpAddress: { 'acs:SourceIp': '0x0a.1.2.3' } }) },
    /is not an address/,
  ],
  [
    'a block that is too long',
    { Version: '1', Statement: when({ IpAddress: { 'acs:SourceIp': '10.0.0.0/33' } }) },
    /is not an address/,
  ],
  [
    'a block without length',
    { Version: '1', Statement: when({ IpAddress: { 'acs:SourceIp': '10.0.0.0/' } }) },
    /is not an address/,
  ],
];

for (const [title, document, message] of malformed) {
  test(`a policy is refused: ${title}`, () => {
    const { policy, faults } = parsePolicy(document);
    assert.equal(policy, null);
    assert.match(faults.join('\n'), message);
  });
}

test('all faults of a policy are reported at once, each with its place', () => {
  const { faults } = parsePolicy({
    Version: 1,
    Statement: [
      statement(),
      { Effect: 'Maybe', Action: 'x', Resource: '*', Condition: { Bool: { 'acs:SourceIp': true } } },
    ],
  });
  assert.deepEqual(
    faults.map((fault) => fault.slice(0, fault.indexOf(':'))),
    ['Version', 'Statement[1].Effect', 'Statement[1].Action', 'Statement[1].Condition.Bool.acs'],
  );
});

test('__proto__ is a name like any other', () => {
  const document: unknown = JSON.parse(
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","__proto__":1}]}',
  );
  assert.match(parsePolicy(document).faults.join(), /__proto__: is not supported/);
  assert.equal(parsePolicy(Object.create({ Version: '1', Statement: [statement()] })).policy, null);
});
