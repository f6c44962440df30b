/** Each of 500 tasks is reported twice at the same time, at the nodes that do not have its execution. */
import { callback, machine } from '../flows.ts';
import { startTaskService } from '../task-service.ts';
import { ask } from '../servers.ts';
import type { ClusterServer } from '../servers.ts';
import { FaultCluster } from './cluster.ts';
import { seconds } from './stage.ts';
import type { Row } from './stage.ts';

const TASKS = 500;
const AT_ONCE = 25;

export const REPORTS: Row = {
  name: '500 reports to the wrong nodes, twice each',
  async play(stage) {
    const cluster = await FaultCluster.start(stage, ['a', 'b', 'c']);
    const tokens = new Map<string, string>();
    const service = await startTaskService(stage.t, ({ execution, token }) => {
      if (token !== null) tokens.set(execution, token);
    });
    const Definition = machine('ask', [callback('A', service.url)]);
    await cluster.ask('CreateFlow', { Name: 'ask', Type: 'FDL', ExecutionMode: 'Standard', Definition });
    const about = (i: number) => ({ FlowName: 'ask', ExecutionName: `e${i}` });
    const owner = (i: number): ClusterServer => cluster.servers[i % 3] as ClusterServer;
    await each(async (i) => {
      await ask(owner(i), 'StartExecution', { ...about(i), Input: '{"n":0}' });
      await service.called(({ execution }) => execution === `e${i}`);
    });
    const startedMs = performance.now();
    await each(async (i) => {
      const answers = await Promise.all(
        [1, 2].map((offset) => report(owner(i + offset), tokens.get(`e${i}`) ?? '', offset)),
      );
      const taken = answers.filter((answer) => typeof answer === 'number');
      const [first = 0] = taken;
      const others = answers.filter((answer) => typeof answer !== 'number');
      if (taken.length !== 1 || others.some((code) => code !== 'TaskAlreadyCompleted')) {
        stage.violation(`e${i}: the answers of its reports are ${answers.join(' and ')}`);
      }
      const { Status, Output } = await ask(owner(i), 'DescribeExecution', { ...about(i), WaitTimeSeconds: 20 });
      if (Status !== 'Succeeded' || Output !== JSON.stringify({ n: first })) {
        stage.violation(`e${i} is ${String(Status)} with ${String(Output)}, and report ${first} was taken`);
      }
      for (const server of cluster.servers) {
        const again = await report(server, tokens.get(`e${i}`) ?? '', 3);
        if (again !== 'TaskAlreadyCompleted')
          stage.violation(`e${i}: a report after its end is answered with ${again}`);
      }
    });
    return `${TASKS} tasks, one success each, ${seconds(performance.now() - startedMs)}`;
  },
};

/** The number of a report that was taken, or the code of its refusal. */
async function report(server: ClusterServer, token: string, n: number): Promise<number | string> {
  for (;;) {
    const { code } = await server.call('ReportTaskSucceeded', { TaskToken: token, Output: JSON.stringify({ n }) });
    // The submission may not be durable yet.
    if (code !== 'TaskInvalidState') return code ?? n;
  }
}

async function each(work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let i = next++; i < TASKS; i = next++) await work(i);
    }),
  );
}
