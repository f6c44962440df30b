/** DescribeRegions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPERATIONS } from '../../src/operations/all.ts';
import { startApi } from './api-harness.ts';

describe('DescribeRegions', () => {
  it('returns the region of the server, with its name in two languages', async (t) => {
    const { call } = await startApi(t, 'memory');
    const region = (LocalName: string) => ({
      Regions: { Region: [{ RegionId: 'cn-hangzhou', RegionEndpoint: '127.0.0.1:7780', LocalName }] },
    });
    assert.deepEqual(await call('DescribeRegions', {}), region('华东1（杭州）'));
    assert.deepEqual(await call('DescribeRegions', { AcceptLanguage: 'zh-CN' }), region('华东1（杭州）'));
    assert.deepEqual(await call('DescribeRegions', { AcceptLanguage: 'en-US' }), region('China (Hangzhou)'));
    assert.deepEqual(await call('DescribeRegions', { AcceptLanguage: 'fr' }), region('华东1（杭州）'));
  });

  it('returns the id as the name of a region that the cloud does not have', async (t) => {
    const { services } = await startApi(t, 'memory');
    const own = { ...services, region: { id: 'cellar-1', endpoint: () => 'h:1' } };
    const reply = await OPERATIONS.get('DescribeRegions')?.run(own, {
      requestId: 'r',
      parameters: new Map(),
      caller: null,
    });
    assert.deepEqual(reply, {
      Regions: { Region: [{ RegionId: 'cellar-1', RegionEndpoint: 'h:1', LocalName: 'cellar-1' }] },
    });
  });
});
