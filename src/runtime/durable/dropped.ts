/** Why a change of an execution was not stored, for the callers that wait for it. Neither is a fault: another node has come first. */

/** Another execution of the flow has the name of a new one. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

/** Another node owns the execution, or has redriven it. */
export class OwnedElsewhere extends Error {
  override readonly name = 'OwnedElsewhere';
}
