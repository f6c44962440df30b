/** Contract of DescribeRegions (rules.md 5.18). */
import type { Contract } from './contract.ts';

export const REGIONS = {
  DescribeRegions: {
    method: 'POST',
    resource: 'none',
    summary: 'Returns the one region that the server is.',
    parameters: {
      AcceptLanguage: {
        type: 'text',
        presence: 'optional',
        about: 'Language of `LocalName`: `en-US`, or else `zh-CN`.',
        sample: 'en-US',
      },
    },
    reply: {
      Regions: {
        type: 'object',
        about: 'The regions.',
        members: {
          Region: {
            type: 'list',
            about: 'One entry: the region in the setting `region`.',
            members: {
              RegionId: { type: 'text', sample: 'cn-hangzhou', about: 'Id of the region.' },
              RegionEndpoint: { type: 'text', sample: '127.0.0.1:7780', about: 'Address of the server.' },
              LocalName: {
                type: 'text',
                sample: 'China (Hangzhou)',
                about: 'Name that the cloud gives the region; the id for a region that the cloud does not have.',
              },
            },
          },
        },
      },
    },
    errors: {},
    notes: [
      'The cloud lists all of its regions.',
      'The vendor documents no error about the language, so an unknown one counts as `zh-CN`.',
    ],
  },
} as const satisfies Record<string, Contract>;
