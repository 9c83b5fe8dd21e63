import { expect, test } from 'vitest';
import type { SipUserAgentOptions } from '../../../src/sip/embedded/user-agent-options.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { header, headers } from '../../../src/sip/message/message-headers.ts';
import { createRawSipPeer, lineOf } from '../../support/raw-sip-peer.ts';
import { createSipNetwork, strictLog } from '../../support/sip-network.ts';

const setUp = async (onRegister?: SipUserAgentOptions['onRegister']) => {
  const network = createSipNetwork();
  const userAgent = createSipUserAgent({
    listen: [{ transport: 'udp', address: '10.0.0.1', port: 5060 }],
    clock: network.clock,
    random: network.random,
    log: strictLog,
    openTransport: network.openTransport,
    ...(onRegister && { onRegister }),
  });
  await userAgent.start();
  const peer = await createRawSipPeer(network, '10.0.0.2', '10.0.0.1');
  const pass = async () => {
    network.run(20);
    await new Promise<void>((resolve) => setImmediate(resolve));
    network.run(20);
    return peer.take();
  };
  return { userAgent, peer, pass };
};

test('REGISTER is answered 405 where nobody registers, and OPTIONS does not name it', async () => {
  const { peer, pass, userAgent } = await setUp();
  peer.request('REGISTER');
  peer.request('OPTIONS', { cseq: 2 });
  const answers = await pass();
  expect(answers.map(lineOf)).toEqual(['405 REGISTER', '200 OPTIONS']);
  for (const answer of answers) expect(header(answer, 'Allow')).not.toContain('REGISTER');
  await userAgent.close();
});

test('REGISTER is answered by the registrar, once however often it is sent', async () => {
  const asked: string[] = [];
  const { peer, pass, userAgent } = await setUp(async (request, flow) => {
    asked.push(`${header(request, 'CSeq') ?? ''} from ${flow.remote.address}`);
    return { status: 200, headers: [{ name: 'Contact', value: '<sip:a@10.0.0.2>;expires=60' }] };
  });
  peer.request('REGISTER', { branch: 'z9hG4bKsame' });
  const [answer] = await pass();
  expect(answer && lineOf(answer)).toBe('200 REGISTER');
  expect(answer && headers(answer, 'Contact')).toEqual(['<sip:a@10.0.0.2>;expires=60']);
  peer.request('REGISTER', { branch: 'z9hG4bKsame' });
  expect((await pass()).map(lineOf)).toEqual(['200 REGISTER']);
  expect(asked).toEqual(['1 REGISTER from 10.0.0.2']);
  peer.request('OPTIONS', { cseq: 2 });
  const [options] = await pass();
  expect(options && header(options, 'Allow')).toContain('REGISTER');
  await userAgent.close();
});

test('an extension that REGISTER requires and we have not is refused with 420', async () => {
  const { peer, pass, userAgent } = await setUp(async () => ({ status: 200, headers: [] }));
  peer.request('REGISTER', { headers: ['Require: outbound'] });
  const [answer] = await pass();
  expect(answer && lineOf(answer)).toBe('420 REGISTER');
  expect(answer && header(answer, 'Unsupported')).toBe('outbound');
  await userAgent.close();
});
