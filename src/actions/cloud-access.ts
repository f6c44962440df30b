/**
 * The key of the cloud, and what flows may call with it (rules.md 11.17). Everyone who may create a flow can use the key through it, so
 * calls beyond the documented integrations need the setting `cloud.actions`.
 */
import type { CloudCredentials } from '../config/settings.ts';
import { failed } from './results.ts';
import type { FailedTask } from './results.ts';

export class CloudAccess {
  readonly #credentials: CloudCredentials | null;
  readonly #allowed: readonly RegExp[];

  /** @param actions `<Product>:<Api>` in any case; `*` matches any run of characters */
  constructor(credentials: CloudCredentials | null, actions: readonly string[]) {
    this.#credentials = credentials;
    this.#allowed = actions.map((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i'));
  }

  /** False when no call to the cloud can be signed. */
  get hasKey(): boolean {
    return this.#credentials !== null;
  }

  /**
   * The key for a call, or the failure of the task.
   * @param product as the errors of the action name it
   * @param action what the task calls: `ECS:DescribeInstances`
   */
  keyFor(product: string, action: string): CloudCredentials | FailedTask {
    if (this.#credentials === null) return missingCredentials(product, action);
    if (this.#allowed.some((pattern) => pattern.test(action))) return this.#credentials;
    return failed(
      `${product}.ActionNotAllowed`,
      `${action} calls Alibaba Cloud with the server's key, and the setting cloud.actions does not allow it. Add it there if every key that can create flows may make this call`,
    );
  }
}

function missingCredentials(product: string, action: string): FailedTask {
  return failed(
    `${product}.MissingCredentials`,
    `${action} calls Alibaba Cloud, and this server has no key for it: set cloud.accessKeyId and cloud.accessKeySecret`,
  );
}
