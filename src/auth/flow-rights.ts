/** The rights of flows by the policies of the keys that wrote them (rules.md 3.13). */
import type { Clock } from '../base/clock.ts';
import { cut } from '../base/text.ts';
import type { FlowRights } from '../runtime/flow-rights.ts';
import type { KeyRing } from './key-ring.ts';
import { decide } from './policy.ts';

export interface FlowRightsOptions {
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly region: string;
  readonly account: string;
}

/** A start by a task comes from the server itself, so conditions see its own address. */
const OWN_ADDRESS = { secureTransport: true, sourceIp: '127.0.0.1' };

/** Decides by the policies that a key has now, not by those at the time when it wrote the flow. */
export function createFlowRights({ keys, clock, region, account }: FlowRightsOptions): FlowRights {
  return {
    refusal(writer, operation, flowName) {
      const key = keys.get(writer);
      const who = `the access key ${cut(writer, 128)}, which last wrote this flow,`;
      if (key === undefined) {
        return `A flow may start what the key may start that last wrote it, and ${who} is not in the settings. Update the flow with another key.`;
      }
      if (key.policies === null) return null;
      const action = `fnf:${operation}`;
      const resource = `acs:fnf:${region}:${account}:flow/${flowName}`;
      const decision = decide(key.policies, { action, resource, nowMs: clock.nowMs(), ...OWN_ADDRESS });
      if (decision === 'Allow') return null;
      return `A flow may start what the key may start that last wrote it, and ${who} is not authorized to perform '${action}' on resource '${resource}'. Allow it in the policy of the key, or update the flow with another key.`;
    },
  };
}
