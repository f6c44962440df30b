/** The access keys of callers. Their policies are parsed and their signing keys made once, when the server starts. */
import { hash } from 'node:crypto';
import { assert } from '../base/assert.ts';
import type { KeySetting, Secret } from '../config/settings.ts';
import { acs3Key } from '../signatures/acs3.ts';
import type { Acs3Algorithm } from '../signatures/acs3.ts';
import type { HmacKey } from '../signatures/hmac.ts';
import { roaKey } from '../signatures/roa.ts';
import { rpcKey } from '../signatures/rpc.ts';
import type { NonceSeeds } from './nonces.ts';
import type { ParsedPolicy } from './parse-policy.ts';
import type { Policy } from './policy.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  /** True for the key that may do everything, now and later: its policies cannot be set. */
  readonly isRoot: boolean;
  /** For signatures of RPC requests. */
  readonly rpc: HmacKey;
  readonly acs3: Readonly<Record<Acs3Algorithm, HmacKey>>;
  /** For the old signatures of ROA-style calls. */
  readonly roa: HmacKey;
  /** Null unless the key is temporary. */
  readonly securityToken: Secret | null;
  /** Milliseconds since 1970; null: the key does not end. */
  readonly expiresMs: number | null;
  /** Null: the key may do everything (rules.md 3.9). */
  readonly policies: readonly Policy[] | null;
  readonly nonceSeeds: NonceSeeds;
}

export type KeyRing = ReadonlyMap<string, AccessKey>;

export interface KeyRingOptions {
  /** This key may do everything and does not end. */
  readonly rootKey: { readonly accessKeyId: string; readonly accessKeySecret: Secret } | null;
  readonly keys: readonly KeySetting[];
}

/** Makes the ring. Loads the parser of policies if a key has one. The settings have refused wrong policies and equal ids. */
export async function createKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const hasPolicies = options.keys.some(({ policies }) => policies !== null);
  const parse = hasPolicies ? (await import('./parse-policy.ts')).parsePolicy : null;
  const ring = new Map<string, AccessKey>();
  const root: KeySetting[] =
    options.rootKey === null ? [] : [{ ...options.rootKey, securityToken: null, expiresMs: null, policies: null }];
  for (const setting of [...root, ...options.keys]) {
    assert(!ring.has(setting.accessKeyId), `two keys have the id ${setting.accessKeyId}`);
    const policies = parse === null ? null : (setting.policies?.map((document) => policyOf(parse(document))) ?? null);
    ring.set(setting.accessKeyId, accessKey(setting, { policies, isRoot: root.includes(setting) }));
  }
  return ring;
}

function policyOf({ policy, faults }: ParsedPolicy): Policy {
  assert(policy !== null, faults.join('; '));
  return policy;
}

function accessKey(setting: KeySetting, { policies, isRoot }: Pick<AccessKey, 'policies' | 'isRoot'>): AccessKey {
  const secret = setting.accessKeySecret.reveal();
  return {
    accessKeyId: setting.accessKeyId,
    isRoot,
    rpc: rpcKey(secret),
    acs3: {
      'ACS3-HMAC-SHA256': acs3Key('ACS3-HMAC-SHA256', secret),
      'ACS3-HMAC-SM3': acs3Key('ACS3-HMAC-SM3', secret),
    },
    roa: roaKey(secret),
    securityToken: setting.securityToken,
    expiresMs: setting.expiresMs,
    policies,
    nonceSeeds: nonceSeeds(setting.accessKeyId, secret),
  };
}

/**
 * The seeds are the same at each process that serves with the key, because they compare fingerprints. They depend on the secret, so that
 * no other caller can make a nonce with the fingerprint of one of this key.
 */
function nonceSeeds(accessKeyId: string, secret: string): NonceSeeds {
  const digest = hash('sha256', `nonces of ${accessKeyId}\n${secret}`, 'buffer');
  return { first: digest.readUInt32LE(0), second: digest.readUInt32LE(4) };
}
