/** DescribeSystem, an extension that the cloud does not have (docs/extensions.md): how the server is, and what is stuck. */
import { formatTime } from '../../base/clock.ts';
import type { ProcessView, StuckExecution } from '../../overview/overview.ts';
import { defineOperation } from '../operation.ts';

export const describeSystem = defineOperation('DescribeSystem', async ({ overview }) => {
  const system = await overview.system();
  return {
    Version: system.version,
    StartedTime: formatTime(system.startedMs),
    ServerTime: formatTime(system.nowMs),
    Region: system.region,
    Account: system.account,
    Auth: system.auth,
    Store: system.store,
    Workers: system.workers,
    IsHealthy: system.healthReason === null,
    HealthReason: system.healthReason ?? '',
    LostLogLines: system.lostLogLines,
    Running: {
      Standard: system.running.standard,
      MapItems: system.running.mapItems,
      Asleep: system.running.asleep,
      Express: system.running.express,
    },
    Processes: system.processes.map(processReply),
    Settings: system.settings.map(({ name, value, isDefault }) => ({ Name: name, Value: value, IsDefault: isDefault })),
    StuckCount: system.stuckCount,
    Stuck: system.stuck.map(stuckReply),
  };
});

function processReply(process: ProcessView) {
  return {
    Name: process.name,
    Version: process.version,
    StartedTime: formatTime(process.startedMs),
    Express: process.express,
    Standard: process.standard,
    ExecutionMemory: Math.round(process.executionBytes),
    ExecutionMemoryLimit: Math.round(process.executionLimitBytes),
    ResidentMemory: process.residentBytes,
    HeapUsed: process.heapBytes,
    HeapLimit: process.heapLimitBytes,
    Connections: process.connections,
  };
}

function stuckReply({ flowName, executionName, state, reason, sinceMs }: StuckExecution) {
  return {
    FlowName: flowName,
    ExecutionName: executionName,
    State: state,
    Reason: reason,
    SinceTime: formatTime(sinceMs),
  };
}
