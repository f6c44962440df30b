/** The rows of the table of faults. */
import { CLOCKS } from './clocks.ts';
import { DATABASES } from './databases.ts';
import { KILLS, ZOMBIES } from './kills.ts';
import { NETWORKS } from './networks.ts';
import { REPORTS } from './reports.ts';
import type { Row } from './stage.ts';
import { UPDATES } from './updates.ts';
import { VERSIONS } from './versions.ts';

export const ROWS: readonly Row[] = [KILLS, ZOMBIES, ...NETWORKS, ...DATABASES, REPORTS, VERSIONS, CLOCKS, UPDATES];
