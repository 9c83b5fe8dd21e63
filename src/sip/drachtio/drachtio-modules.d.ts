/** Our types in place of the libraries' own, see drachtio-types.ts. */
declare module 'drachtio-srf' {
  const createSrf: new () => import('./drachtio-types.ts').Srf;
  export default createSrf;
}

declare module 'drachtio-modesl' {
  const library: {
    readonly Connection: new (
      host: string,
      port: number,
      password: string,
      onReady: () => void,
    ) => import('./drachtio-types.ts').EslConnection;
  };
  export default library;
}

declare module 'drachtio-fsmrf/lib/mediaserver.js' {
  const createMediaServer: new (
    connection: import('./drachtio-types.ts').EslConnection,
    resource: {
      readonly srf: import('./drachtio-types.ts').FsmrfSignalling;
      readonly customEvents: readonly string[];
    },
    listenAddress: string,
    listenPort: number,
    advertisedAddress: string | undefined,
    advertisedPort: number | undefined,
    profile: string,
  ) => import('./drachtio-types.ts').FsmrfMediaServer;
  export default createMediaServer;
}
