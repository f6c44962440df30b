/** Flows of a store that one process holds: records their changes for the nodes in it. */
import type { EmbeddedNodes } from './embedded-nodes.ts';
import type { FlowStore } from './flows.ts';

/** The same flows. Each change that is durable counts as a change of its flow. */
export function recordingFlows(
  flows: Omit<FlowStore, 'changesSince'>,
  nodes: Pick<EmbeddedNodes, 'flowChanged' | 'changesSince'>,
): FlowStore {
  async function recorded<T>(name: string, change: Promise<T>, isChanged: (result: T) => boolean): Promise<T> {
    const result = await change;
    if (isChanged(result)) nodes.flowChanged({ name, deletedId: null });
    return result;
  }
  const isTrue = (result: boolean): boolean => result;
  return {
    ...flows,
    create: (flow) => recorded(flow.name, flows.create(flow), isTrue),
    update: (name, changes, id) => recorded(name, flows.update(name, changes, id), (flow) => flow !== null),
    async delete(name) {
      const deletedId = await flows.delete(name);
      if (deletedId !== null) nodes.flowChanged({ name, deletedId });
      return deletedId;
    },
    deleteVersion: (name, version) =>
      recorded(name, flows.deleteVersion(name, version), (result) => result === 'deleted'),
    createAlias: (name, alias) => recorded(name, flows.createAlias(name, alias), (result) => result === 'created'),
    updateAlias: (name, alias, changes) =>
      recorded(name, flows.updateAlias(name, alias, changes), (result) => typeof result !== 'string'),
    deleteAlias: (name, alias) => recorded(name, flows.deleteAlias(name, alias), isTrue),
    changesSince: async (epoch) => nodes.changesSince(epoch),
  };
}
