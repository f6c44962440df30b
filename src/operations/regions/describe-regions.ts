/** DescribeRegions (rules.md 5.18): the one region of this server, under the name that the cloud gives it. */
import { defineOperation } from '../operation.ts';

/** The cloud's regions with CloudFlow endpoints (rules.md 4.7), and its names for them. */
const LOCAL_NAMES: ReadonlyMap<string, Readonly<Record<'zh-CN' | 'en-US', string>>> = new Map([
  ['cn-qingdao', { 'zh-CN': '华北1（青岛）', 'en-US': 'China (Qingdao)' }],
  ['cn-beijing', { 'zh-CN': '华北2（北京）', 'en-US': 'China (Beijing)' }],
  ['cn-hangzhou', { 'zh-CN': '华东1（杭州）', 'en-US': 'China (Hangzhou)' }],
  ['cn-shanghai', { 'zh-CN': '华东2（上海）', 'en-US': 'China (Shanghai)' }],
  ['cn-shenzhen', { 'zh-CN': '华南1（深圳）', 'en-US': 'China (Shenzhen)' }],
  ['ap-southeast-1', { 'zh-CN': '新加坡', 'en-US': 'Singapore' }],
  ['us-west-1', { 'zh-CN': '美国（硅谷）', 'en-US': 'US (Silicon Valley)' }],
]);

export const describeRegions = defineOperation('DescribeRegions', ({ region }, { AcceptLanguage }) => {
  // Its only declared error is ActionNotSupported, so an unknown language is not refused.
  const language = AcceptLanguage === 'en-US' ? 'en-US' : 'zh-CN';
  const localName = LOCAL_NAMES.get(region.id)?.[language] ?? region.id;
  return Promise.resolve({
    Regions: { Region: [{ RegionId: region.id, RegionEndpoint: region.endpoint(), LocalName: localName }] },
  });
});
