/**
 * `npm test` loads this file before every test file. Property tests draw the same values in every run, so that a failure is the
 * effect of a change. `TEST_SEED=random` draws other values each time, and `TEST_SEED=<number>` repeats a run with its seed.
 */
import fc from 'fast-check';

const wanted = process.env['TEST_SEED'] ?? '20260101';
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
