/** Members of the replies about Map runs. */
import type { MapRunRecord } from '../../store/map-runs.ts';

/** A bound that no one has set is 0, as for a run that tolerates nothing. */
export function boundsReply({ concurrency, toleratedCount, toleratedPercentage }: MapRunRecord) {
  return {
    Concurrency: concurrency,
    ToleratedFailedCount: toleratedCount ?? 0,
    ToleratedFailedPercentage: toleratedPercentage ?? 0,
  };
}
