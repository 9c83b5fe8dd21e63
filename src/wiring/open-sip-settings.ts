import { type Config, environmentVariable } from '../config.ts';
import { type TlsCredentials, openTlsCredentials } from '../sip/embedded/tls-credentials.ts';
import type { Closing, GatewayDeps } from './gateway-deps.ts';
import { type TrunkSettings, openTrunkSettings } from './trunk-settings.ts';

export const openTls = async (
  { config, logger }: GatewayDeps,
  opened: Closing[],
): Promise<TlsCredentials | undefined> => {
  if (config.sip.tls === undefined) return undefined;
  const credentials = await openTlsCredentials(config.sip.tls, logger.child({ part: 'sip' }));
  opened.push(() => {
    credentials.close();
  });
  return credentials;
};

export const openTrunks = async (
  { config, clock, logger }: GatewayDeps,
  opened: Closing[],
): Promise<TrunkSettings | undefined> => {
  if (config.sip.trunksFile === undefined) return undefined;
  const settings = await openTrunkSettings({
    file: config.sip.trunksFile,
    variable: environmentVariable,
    clock,
    logger: logger.child({ part: 'trunk' }),
  });
  opened.push(() => {
    settings.close();
  });
  return settings;
};

/** All numbers that people can call, each once. */
export const dialInOf = (
  config: Config,
  trunks: TrunkSettings | undefined,
): Config['sip']['numbers'] => {
  const all = [
    ...config.sip.numbers,
    ...(trunks?.current.trunks ?? []).flatMap(({ numbers }) => numbers),
  ];
  return all.filter(({ number }, at) => all.findIndex((each) => each.number === number) === at);
};
