/** The test kit for people who write flows: docs/testing.md shows how to use it. */
export type { CleanUp } from './clean-up.ts';
export { answerJson, startService } from './http-service.ts';
export type { AnswerRequest, Service } from './http-service.ts';
export { ROOT_KEY, startServer } from './server-process.ts';
export type { ProcessEnd, ServerOptions, ServerProcess } from './server-process.ts';
export { taskFailed, taskSucceeded } from './stand-ins.ts';
export type { TaskCall, TaskResult } from './stand-ins.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { startTestEngine } from './test-engine.ts';
export type { StartOptions, TestEngine, TestEngineOptions, Trouble } from './test-engine.ts';
export { VirtualTime } from './virtual-time.ts';
