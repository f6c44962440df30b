/** Flows of the classic language on a real server, with the functions of this folder, in both modes if they have both. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { BOTH, startClassicServer } from './support.ts';
import type { ClassicServer, End } from './support.ts';
import { fileEnd } from '../support/at-end.ts';

let server: ClassicServer;

before(async () => {
  server = await startClassicServer(fileEnd, ['trip', 'store', 'shop', 'audit', 'training', 'media', 'report']);
  for (const name of ['trip', 'copy', 'listing', 'training', 'media']) await server.create(name, BOTH);
  await server.create('audit-child');
  await server.create('audit');
  await server.create('report');
});

function succeeded(output: unknown): End {
  return { status: 'Succeeded', output, error: '' };
}

function failed(error: string): End {
  return { status: 'Failed', output: null, error };
}

for (const mode of BOTH) {
  describe(`in ${mode} mode`, () => {
    const trip = (name: string): string => `${name}-${mode}`;

    it('a saga books everything', async () => {
      const end = await server.run(mode, 'trip', { trip: trip('t1'), busy: 'hotel' });
      const id = trip('t1');
      assert.deepEqual(end, succeeded({ carId: `${id}/car`, hotelId: `${id}/hotel`, flightId: `${id}/flight` }));
    });

    it('a saga that fails late cancels in reverse order', async () => {
      const { steps, ...end } = await server.trace(mode, 'trip', { trip: trip('t2'), soldOut: 'flight' });
      assert.deepEqual(end, failed('TripCancelled'));
      const undone = ['cancelHotel', 'cancelCar', 'cancelled'];
      assert.deepEqual(steps, ['bookCar', 'bookHotel', 'bookFlight', ...undone]);
    });

    it('a saga that fails early cancels only what it has booked', async () => {
      const early = await server.trace(mode, 'trip', { trip: trip('t3'), soldOut: 'hotel' });
      assert.deepEqual(early.steps, ['bookCar', 'bookHotel', 'cancelCar', 'cancelled']);
      const first = await server.trace(mode, 'trip', { trip: trip('t4'), soldOut: 'car' });
      assert.deepEqual(first.steps, ['bookCar', 'cancelled']);
    });

    it('a batch is copied page by page', async () => {
      const from = { name: mode, count: 7, page: 3, hard: 'object-4' };
      const end = await server.run(mode, 'copy', { from, guard: 4000 });
      assert.deepEqual(end, succeeded({ copied: 28, follow_up: '' }));
    });

    it('a batch near the limit of events continues in another execution, twice', async () => {
      const from = { name: `${mode} long`, count: 10, page: 2 };
      let end = await server.run(mode, 'copy', { from, guard: 40 });
      for (const copied of [10, 36]) {
        const { follow_up: next, ...rest } = end.output as Record<string, unknown>;
        assert.deepEqual(rest, { copied });
        end = await server.whenEnded('copy', String(next));
      }
      assert.deepEqual(end, succeeded({ copied: 55, follow_up: '' }));
    });

    it('a listing over HTTP is priced in nested foreach', async (t) => {
      const service = await startService(t, (_request, _body, response) => {
        answerJson(response, { customers: [{ id: 3, discount: 1 }, { id: 0 }, { id: 2, discount: 0 }] });
      });
      const end = await server.run(mode, 'listing', { service: service.url });
      const texts = ['nothing', '1: 1 of 3.1', '2: 2 of 3.2', 'nothing', '1: 1 of 2.1'];
      assert.deepEqual(end, succeeded({ customers: [3, 0, 2], texts, total: 38 }));
    });

    it('a job is polled until it has ended', async () => {
      const end = await server.run(mode, 'training', { job: 'job-2', pause: 0 });
      const job = 'job-2';
      const measures = [
        { what: 'accuracy', value: 8, job },
        { what: 'speed', value: 5, job },
      ];
      assert.deepEqual(end, succeeded({ job, status: 'Success', looks: 3, event_id: 40, measures, best: 8 }));
    });

    it('a job that fails, and one that takes too long', async () => {
      assert.deepEqual(await server.run(mode, 'training', { job: 'job-bad', pause: 1 }), failed('TrainingFailed'));
      assert.deepEqual(await server.run(mode, 'training', { job: 'job-9', pause: 0 }), failed('TrainingTooLong'));
    });

    it('a file is converted in parallel, in pieces and formats', async () => {
      const end = await server.run(mode, 'media', { file: 'film.4.video' });
      const joined = ['0:film0.mp4', '0:film0.flv', '1:film1.mp4', '1:film1.flv'];
      const common = { file: 'film.4.video', kind: 'video', joined };
      assert.deepEqual(end, succeeded({ ...common, thumbnail: 'film.png', problem: [] }));
    });

    it('a file of another kind, without a thumbnail', async () => {
      const end = await server.run(mode, 'media', { file: 'dark.4.text' });
      const common = { file: 'dark.4.text', kind: 'text', joined: [] };
      assert.deepEqual(end, succeeded({ ...common, thumbnail: 'none', problem: ['BadImageError'] }));
    });
  });
}

describe('a child flow', () => {
  const audit = (name: string, kind: string): Promise<End> =>
    server.run('Standard', 'audit', { document: { name, kind } });

  it('returns its output to the flow that waits for it', async () => {
    assert.deepEqual(await audit('a', 'good'), succeeded({ audited: true, published: true }));
    assert.deepEqual(await audit('b', 'bad'), succeeded({ audited: false, published: false }));
  });

  it('is started again when it fails with an error that the parent retries', async () => {
    assert.deepEqual(await audit('c', 'moody'), succeeded({ audited: true, published: true }));
  });

  it('fails with an error that the parent catches', async () => {
    const handed = { audited: 'unknown', error: 'AuditUnknown', cause: 'a person has to look', published: false };
    assert.deepEqual(await audit('d', 'odd'), succeeded(handed));
    assert.deepEqual(await audit('e', 'moved'), failed('AuditFailed'));
  });
});

describe('an asynchronous invocation', () => {
  it('completes its step with its result or its error, if the pattern waits for it', async () => {
    const done = await server.run('Standard', 'report', { report: { pages: 3 } });
    assert.deepEqual(done, succeeded({ pages: 3, announced: 202 }));
    const broken = await server.run('Standard', 'report', { report: {} });
    assert.deepEqual(broken, succeeded({ pages: 0, problem: 'the report has no pages', announced: 202 }));
  });
});
