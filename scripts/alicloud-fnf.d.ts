/** The old official Node client comes without types; these are the parts that the quickstart and the tests use. */
declare module '@alicloud/fnf-2019-03-15' {
  class Client {
    constructor(configuration: Client.Configuration);
    request(
      action: string,
      parameters?: Client.Parameters,
      options?: { method?: string; timeout?: number },
    ): Promise<Client.Reply>;
  }
  namespace Client {
    interface Configuration {
      endpoint: string;
      accessKeyId: string;
      accessKeySecret: string;
      securityToken?: string;
      opts?: { timeout?: number };
    }
    type Parameters = Record<string, unknown>;
    type Reply = Record<string, unknown>;
  }
  export = Client;
}
