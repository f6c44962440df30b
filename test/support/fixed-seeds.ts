/**
 * Loaded ahead of every test file by `npm test`: property tests draw the same values in every run, so that a run of the
 * tests says something about the change and not about the day. `TEST_SEED=random` draws others each time, and
 * `TEST_SEED=<number>` repeats what such a run has printed.
 */
import fc from 'fast-check';

const wanted = process.env['TEST_SEED'] ?? '20260101';
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
