/** Parts of the messages of faults. They show no path of this machine: the readers of an execution may be strangers to it. */
import { beginning } from '../base/text.ts';
import { ObjectFault } from './ports.ts';

const SHOWN = 200;

/** `object "a/b.csv" of bucket "data"`. */
export function objectName(bucket: string, key: string): string {
  return `object "${beginning(key, SHOWN)}" of bucket "${beginning(bucket, SHOWN)}"`;
}

export function bucketName(bucket: string): string {
  return `bucket "${beginning(bucket, SHOWN)}"`;
}

export function malformed(what: string, detail: string): ObjectFault {
  return new ObjectFault('Malformed', `${what} ${detail}`);
}

export function changed(what: string): ObjectFault {
  return new ObjectFault(
    'Changed',
    `${what} has changed since this Map run began to read it; start the execution again to process its present content`,
  );
}

/** @throws {ObjectFault} when the signal is aborted. */
export function refuseAborted(what: string, signal: AbortSignal): void {
  if (signal.aborted) throw new ObjectFault('Aborted', `the work on ${what} was aborted`);
}
