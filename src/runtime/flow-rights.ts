/**
 * The right of a flow to start other flows (rules.md 3.13). A key that may write one flow and start no other would otherwise start every flow of the
 * server through it. `auth/` has the policies.
 */
export interface FlowRights {
  /**
   * Whether the policies of a key allow a start by a task.
   * @param writer id of the key that last wrote the flow of the task
   * @param action the operation that starts the child
   * @param flowName the flow to start
   * @returns null, or a sentence that says why not
   */
  refusal(writer: string, action: 'StartExecution' | 'StartSyncExecution', flowName: string): string | null;
}

/** Every flow may start every flow. */
export const ALL_RIGHTS: FlowRights = { refusal: () => null };
