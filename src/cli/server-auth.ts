/** The keys of callers, and the decisions of a server that follow from them. */
import { Authenticator } from '../auth/authenticator.ts';
import { createFlowRights } from '../auth/flow-rights.ts';
import { createKeyRing } from '../auth/key-ring.ts';
import { isLoopback } from '../base/loopback.ts';
import type { Ports } from '../base/ports.ts';
import type { RootKey } from '../config/root-key.ts';
import type { Settings } from '../config/settings.ts';
import { ALL_RIGHTS } from '../runtime/flow-rights.ts';
import type { FlowRights } from '../runtime/flow-rights.ts';

export interface ServerAuth {
  readonly authenticator: Authenticator;
  readonly rights: FlowRights;
  /** True when only this machine can call the server. */
  readonly localCallersOnly: boolean;
}

/** @param rootKey null: authentication is off */
export async function createAuth(
  settings: Settings,
  rootKey: Pick<RootKey, 'accessKeyId' | 'accessKeySecret'> | null,
  { clock }: Pick<Ports, 'clock'>,
): Promise<ServerAuth> {
  const { region, account } = settings;
  const keys = rootKey === null ? null : await createKeyRing({ rootKey, keys: settings.keys });
  const limited = keys !== null && settings.flowRights === 'writer';
  return {
    authenticator: new Authenticator({ keys, clock, region, account }),
    rights: limited ? createFlowRights({ keys, clock, region, account }) : ALL_RIGHTS,
    // A reverse proxy on this machine lets others call.
    localCallersOnly: isLoopback(settings.listen.host) && settings.callers.trustProxy.length === 0,
  };
}
