/** DescribeLanguage, an extension that the cloud does not have (docs/extensions.md): the words of the flow languages, for editors. */
import { defineOperation } from '../operation.ts';

export const describeLanguage = defineOperation('DescribeLanguage', async ({ compiler }) => ({
  Language: await compiler.describeLanguage(),
}));
