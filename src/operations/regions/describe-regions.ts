/** DescribeRegions (api.md 4.27): the one region that this server is, under the name that the cloud gives it. */
import { actionResource } from '../../api/actions.ts';
import type { Operation } from '../operation.ts';
import type { OperationServices } from '../services.ts';

/** The cloud's regions with CloudFlow endpoints (api.md 1.3), as it names them. */
const LOCAL_NAMES: ReadonlyMap<string, Readonly<Record<'zh-CN' | 'en-US', string>>> = new Map([
  ['cn-qingdao', { 'zh-CN': '华北1（青岛）', 'en-US': 'China (Qingdao)' }],
  ['cn-beijing', { 'zh-CN': '华北2（北京）', 'en-US': 'China (Beijing)' }],
  ['cn-hangzhou', { 'zh-CN': '华东1（杭州）', 'en-US': 'China (Hangzhou)' }],
  ['cn-shanghai', { 'zh-CN': '华东2（上海）', 'en-US': 'China (Shanghai)' }],
  ['cn-shenzhen', { 'zh-CN': '华南1（深圳）', 'en-US': 'China (Shenzhen)' }],
  ['ap-southeast-1', { 'zh-CN': '新加坡', 'en-US': 'Singapore' }],
  ['us-west-1', { 'zh-CN': '美国（硅谷）', 'en-US': 'US (Silicon Valley)' }],
]);

export const describeRegions: Operation<OperationServices> = {
  action: 'DescribeRegions',
  resource: (parameters) => actionResource('DescribeRegions', parameters),
  async run({ region }, { parameters }) {
    // Its only declared error is ActionNotSupported, so a language that it does not have is no reason to refuse.
    const language = parameters.get('AcceptLanguage') === 'en-US' ? 'en-US' : 'zh-CN';
    const localName = LOCAL_NAMES.get(region.id)?.[language] ?? region.id;
    return { Regions: { Region: [{ RegionId: region.id, RegionEndpoint: region.endpoint, LocalName: localName }] } };
  },
};
