/** Starts the process of the load generator and drives rounds with it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Round, RoundResult } from './load.ts';

export interface Load {
  /** Rejects when an answer was not the expected one. */
  drive(round: Round): Promise<RoundResult>;
  stop(): void;
}

export function startLoad(): Load {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));
  return {
    async drive(round) {
      child.send(round);
      const [message] = (await once(child, 'message')) as [{ result?: RoundResult; error?: string }];
      if (message.result === undefined) throw new Error(`port ${round.port}: ${message.error}`);
      return message.result;
    },
    stop: () => void child.kill(),
  };
}
