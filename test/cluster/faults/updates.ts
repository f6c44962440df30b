/** Flows are updated under load on three nodes: a start after the answer never runs the text before. */
import { constant, machine } from '../flows.ts';
import { ask } from '../servers.ts';
import type { ClusterServer } from '../servers.ts';
import { FaultCluster } from './cluster.ts';
import type { Row } from './stage.ts';

const TRIES = 10_000;
const WORKERS = 24;

const MODES = [
  { flow: 'express', mode: 'Express' },
  { flow: 'standard', mode: 'Standard' },
] as const;

export const UPDATES: Row = {
  name: 'UpdateFlow under load on three nodes',
  async play(stage) {
    const cluster = await FaultCluster.start(stage, ['a', 'b', 'c']);
    const answered = { express: 0, standard: 0 };
    let tries = 0;
    let updates = 0;
    let atOnce = 0;
    const definition = (flow: string, v: number): string => machine(flow, [constant('P', v)]);
    for (const { flow: Name, mode: ExecutionMode } of MODES) {
      await cluster.ask('CreateFlow', { Name, Type: 'FDL', ExecutionMode, Definition: definition(Name, 0) });
    }

    /** @returns false when there have been enough */
    async function tryOne(flow: 'express' | 'standard', server: ClusterServer): Promise<boolean> {
      if (tries >= TRIES) return false;
      const about = { FlowName: flow, ExecutionName: `t${tries++}` };
      const least = answered[flow];
      const call = { ...about, Input: '{}' };
      let reply = await ask(server, flow === 'express' ? 'StartSyncExecution' : 'StartExecution', call);
      if (flow === 'standard') {
        do reply = await ask(server, 'DescribeExecution', { ...about, WaitTimeSeconds: 20 });
        while (reply['Status'] === 'Running');
      }
      const { v } = JSON.parse(String(reply['Output'])) as { v: number };
      if (v < least)
        stage.violation(`${flow}/${about.ExecutionName} at ${server.name} ran text ${v} after UpdateFlow of ${least}`);
      return true;
    }

    async function update(flow: 'express' | 'standard'): Promise<void> {
      for (let v = 1; tries < TRIES; v++) {
        await ask(stage.random.pick(cluster.servers), 'UpdateFlow', { Name: flow, Definition: definition(flow, v) });
        answered[flow] = v;
        updates++;
        // The moment after the answer is the one that matters.
        const tried = await Promise.all(cluster.servers.map((server) => tryOne(flow, server)));
        atOnce += tried.filter(Boolean).length;
      }
    }

    const load = Array.from({ length: WORKERS }, async (_, i) => {
      const flow = i % 2 === 0 ? 'express' : 'standard';
      while (await tryOne(flow, stage.random.pick(cluster.servers)));
    });
    await Promise.all([...load, update('express'), update('standard')]);
    return `${tries} starts, ${atOnce} of them right after an answer, ${updates} updates`;
  },
};
