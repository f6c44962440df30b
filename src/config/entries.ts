/** The kinds of settings that are lists or mappings of larger entries: keys, functions, products, topics, buckets. */
import * as v from 'valibot';
import * as k from './kinds.ts';

export const accessKey = k.mapping({
  accessKeyId: k.text,
  accessKeySecret: k.secret,
  securityToken: v.optional(k.secret),
  expires: v.optional(k.moment),
  policies: v.optional(v.unknown()),
});

export const functionTarget = v.pipe(
  k.mapping({ url: v.optional(k.url), module: v.optional(k.text) }),
  v.check(({ url, module }) => url !== undefined || module !== undefined, 'needs either "url" or "module"'),
  v.check(({ url, module }) => url === undefined || module === undefined, 'needs either "url" or "module", not both'),
);

export const product = k.mapping({
  endpoint: v.optional(k.origin),
  version: v.optional(k.matching(/^\d{4}-\d\d-\d\d$/, 'an API version such as 2014-05-26')),
  signature: v.optional(k.word('ACS3-HMAC-SHA256', 'HMAC-SHA1')),
});

const subscriptionMembers = k.mapping({ url: k.url, format: v.optional(k.word('SIMPLIFIED', 'JSON', 'XML')) });

/** The subscriber of a topic: a URL, or a mapping. */
export const subscription = v.lazy(
  (raw): k.Kind<string | v.InferOutput<typeof subscriptionMembers>> =>
    typeof raw === 'string' ? k.url : subscriptionMembers,
);

const bucketMembers = k.mapping({
  type: k.word('oss', 's3', 'folder'),
  endpoint: v.optional(k.origin),
  region: v.optional(k.matching(/^[a-z0-9-]{1,64}$/, 'a region such as cn-hangzhou')),
  accessKeyId: v.optional(k.text),
  accessKeySecret: v.optional(k.secret),
  securityToken: v.optional(k.secret),
  pathStyle: v.optional(k.flag),
  path: v.optional(k.text),
});
type BucketMembers = v.InferOutput<typeof bucketMembers>;

const SERVICE_MEMBERS = [
  'endpoint',
  'region',
  'accessKeyId',
  'accessKeySecret',
  'securityToken',
  'pathStyle',
] as const satisfies readonly (keyof BucketMembers)[];

/** Where the objects of a bucket are. */
export const bucket = v.pipe(
  bucketMembers,
  v.check(({ type, path }) => type !== 'folder' || path !== undefined, 'needs "path", the folder'),
  v.check(({ type, path }) => type === 'folder' || path === undefined, 'has "path", which is only for the type folder'),
  v.check(
    (given) => given.type !== 'folder' || SERVICE_MEMBERS.every((name) => given[name] === undefined),
    'is a folder, which has no other member than "path"',
  ),
  v.check(
    ({ accessKeyId, accessKeySecret }) => (accessKeyId === undefined) === (accessKeySecret === undefined),
    'needs both "accessKeyId" and "accessKeySecret", or neither',
  ),
  v.check(
    ({ accessKeyId, securityToken }) => securityToken === undefined || accessKeyId !== undefined,
    'has "securityToken" without "accessKeyId" and "accessKeySecret"',
  ),
);
