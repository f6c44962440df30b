/** Writes docs/compatibility.md: `npx node test/conformance/write-compatibility.ts`. */
import { writeFileSync } from 'node:fs';
import { readCases, readRules } from './case.ts';
import { COMPATIBILITY_PAGE, renderCompatibility } from './compatibility.ts';

writeFileSync(COMPATIBILITY_PAGE, renderCompatibility(readRules(), readCases()));
