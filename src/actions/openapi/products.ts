/**
 * The cloud products that are built in: the version of their RPC-style OpenAPI, and their public endpoint. The settings
 * override both and add products.
 */
export interface Product {
  /** API version; null for a product that only the settings know. */
  readonly version: string | null;
  /** The host; `{region}` is a placeholder. */
  readonly host: string;
}

const REGIONAL = '{product}.{region}.aliyuncs.com';
const CENTRAL = '{product}.aliyuncs.com';
/** The vision products, which classic flows call (rules.md 10.14), run in one region only. */
const VISION = '{product}.cn-shanghai.aliyuncs.com';

/** Version and host by product; sorted by product. */
const PRODUCTS: ReadonlyMap<string, readonly [version: string, host: string]> = new Map([
  ['actiontrail', ['2020-07-06', REGIONAL]],
  ['adb', ['2019-03-15', REGIONAL]],
  ['alb', ['2020-06-16', REGIONAL]],
  ['alidns', ['2015-01-09', REGIONAL]],
  ['alikafka', ['2019-09-16', REGIONAL]],
  ['bssopenapi', ['2017-12-14', 'business.aliyuncs.com']],
  ['cas', ['2020-04-07', CENTRAL]],
  ['cbn', ['2017-09-12', CENTRAL]],
  ['cdn', ['2018-05-10', CENTRAL]],
  ['clickhouse', ['2019-11-11', REGIONAL]],
  ['cloudapi', ['2016-07-14', 'apigateway.{region}.aliyuncs.com']],
  ['cloudfw', ['2017-12-07', REGIONAL]],
  ['cms', ['2019-01-01', 'metrics.{region}.aliyuncs.com']],
  ['config', ['2020-09-07', REGIONAL]],
  ['cr', ['2018-12-01', REGIONAL]],
  ['dataworks-public', ['2020-05-18', 'dataworks.{region}.aliyuncs.com']],
  ['dcdn', ['2018-01-15', CENTRAL]],
  ['ddoscoo', ['2020-01-01', REGIONAL]],
  ['dds', ['2015-12-01', 'mongodb.{region}.aliyuncs.com']],
  ['dm', ['2015-11-23', CENTRAL]],
  ['dts', ['2020-01-01', REGIONAL]],
  ['dysmsapi', ['2017-05-25', CENTRAL]],
  ['dyvmsapi', ['2017-05-25', CENTRAL]],
  ['ecd', ['2020-09-30', REGIONAL]],
  ['eci', ['2018-08-08', REGIONAL]],
  ['ecs', ['2014-05-26', REGIONAL]],
  ['ess', ['2022-02-22', REGIONAL]],
  ['eventbridge', ['2020-04-01', 'eventbridge-console.{region}.aliyuncs.com']],
  ['facebody', ['2019-12-30', VISION]],
  ['gpdb', ['2016-05-03', REGIONAL]],
  ['green', ['2022-03-02', 'green-cip.{region}.aliyuncs.com']],
  ['hbase', ['2019-01-15', REGIONAL]],
  ['ice', ['2020-11-09', REGIONAL]],
  ['imm', ['2020-09-30', REGIONAL]],
  ['kms', ['2016-01-20', REGIONAL]],
  ['live', ['2016-11-01', CENTRAL]],
  ['mts', ['2014-06-18', REGIONAL]],
  ['nas', ['2017-06-26', REGIONAL]],
  ['nlb', ['2022-04-30', REGIONAL]],
  ['oceanbasepro', ['2019-09-01', REGIONAL]],
  ['ocr', ['2019-12-30', VISION]],
  ['ocr-api', ['2021-07-07', REGIONAL]],
  ['ons', ['2019-02-14', REGIONAL]],
  ['oos', ['2019-06-01', REGIONAL]],
  ['polardb', ['2017-08-01', REGIONAL]],
  ['polardbx', ['2020-02-02', REGIONAL]],
  ['r-kvstore', ['2015-01-01', REGIONAL]],
  ['ram', ['2015-05-01', CENTRAL]],
  ['rds', ['2014-08-15', REGIONAL]],
  ['resourcemanager', ['2020-03-31', CENTRAL]],
  ['ros', ['2019-09-10', CENTRAL]],
  ['sas', ['2018-12-03', 'tds.{region}.aliyuncs.com']],
  ['slb', ['2014-05-15', REGIONAL]],
  ['sts', ['2015-04-01', REGIONAL]],
  ['swas-open', ['2020-06-01', 'swas.{region}.aliyuncs.com']],
  ['tag', ['2018-08-28', REGIONAL]],
  ['vod', ['2017-03-21', REGIONAL]],
  ['vpc', ['2016-04-28', REGIONAL]],
  ['waf-openapi', ['2021-10-01', 'wafopenapi.{region}.aliyuncs.com']],
]);

/** The product of a lower-case name; one that is not built in has no version and the usual host. */
export function productOf(name: string): Product {
  const [version, host] = PRODUCTS.get(name) ?? [null, REGIONAL];
  return { version, host: host.replace('{product}', name) };
}
