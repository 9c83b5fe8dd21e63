import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { startRouteServer } from '../../../src/sip/drachtio/route-server.ts';
import { until } from '../../support/media-calls.ts';

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

it('drachtio-server is told to connect to us, whatever it asks about', async () => {
  const port = await freePort();
  const target = { host: '192.0.2.1', port: 4000 };
  const routes = startRouteServer({ host: '127.0.0.1', port }, target, () => undefined);
  const answer = await fetch(`http://127.0.0.1:${port}/?method=INVITE&uriUser=somebody`);
  expect(await answer.json()).toEqual({
    action: 'route',
    data: { uri: '192.0.2.1:4000;transport=tcp' },
  });
  await routes.close();
  await routes.close();
});

it('a port that is taken is told of and ends nothing', async () => {
  const port = await freePort();
  const target = { host: '192.0.2.1', port: 4000 };
  const faults: unknown[] = [];
  const first = startRouteServer({ host: '127.0.0.1', port }, target, () => undefined);
  const second = startRouteServer({ host: '127.0.0.1', port }, target, (error) => {
    faults.push(error);
  });
  await until(() => faults.length > 0);
  expect(faults).toHaveLength(1);
  await first.close();
  await second.close();
});
