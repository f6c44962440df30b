/**
 * The store of flows as workers call it. A change is durable first, then no worker uses what was before it, and only then the worker
 * that made it gets its answer: so it holds even if that worker ends in between.
 */
import type { FlowQuota } from '../operations/flow-quota.ts';
import type { FlowsOfOperations } from '../operations/services.ts';

/**
 * Resolves when no process of the server uses the flow as it was before a change.
 * @param deletedId as for `forgetFlow`
 */
export type Announce = (flowName: string, deletedId: string | null) => Promise<void>;

/** @param quota that of the whole server */
export function announcedFlows(
  flows: FlowsOfOperations,
  quota: Pick<FlowQuota, 'within'>,
  announce: Announce,
): FlowsOfOperations {
  return {
    get: (name) => flows.get(name),
    list: (query) => flows.list(query),
    count: () => flows.count(),
    publish: (flowName, description, createdMs) => flows.publish(flowName, description, createdMs),
    getVersion: (flowName, version) => flows.getVersion(flowName, version),
    listVersions: (flowName, fromVersion, limit) => flows.listVersions(flowName, fromVersion, limit),
    getAlias: (flowName, name) => flows.getAlias(flowName, name),
    listAliases: (flowName, fromName, limit) => flows.listAliases(flowName, fromName, limit),
    async create(flow) {
      const isCreated = await quota.within(() => flows.create(flow));
      if (isCreated) await announce(flow.name, null);
      return isCreated;
    },
    async update(name, changes, expectedId) {
      const updated = await flows.update(name, changes, expectedId);
      if (updated !== null) await announce(name, null);
      return updated;
    },
    async delete(name) {
      const id = await flows.delete(name);
      if (id !== null) await announce(name, id);
      return id;
    },
    async deleteVersion(flowName, version) {
      const outcome = await flows.deleteVersion(flowName, version);
      if (outcome === 'deleted') await announce(flowName, null);
      return outcome;
    },
    async createAlias(flowName, alias) {
      const outcome = await flows.createAlias(flowName, alias);
      if (outcome === 'created') await announce(flowName, null);
      return outcome;
    },
    async updateAlias(flowName, name, changes) {
      const outcome = await flows.updateAlias(flowName, name, changes);
      if (typeof outcome !== 'string') await announce(flowName, null);
      return outcome;
    },
    async deleteAlias(flowName, name) {
      const isDeleted = await flows.deleteAlias(flowName, name);
      if (isDeleted) await announce(flowName, null);
      return isDeleted;
    },
  };
}
