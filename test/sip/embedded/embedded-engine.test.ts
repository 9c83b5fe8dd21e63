import { describe, expect, test } from 'vitest';
import { headers, sipCallIdOf } from '../../../src/sip/message/message-headers.ts';
import { lineOf, sdpText } from '../../support/raw-sip-peer.ts';
import { createEngineFixture, headerIn, requestIn, tagOf } from './engine-fixture.ts';

const nothingLeft = { dialogs: 0, transactions: 0, tcpConnections: 0, timers: 0, legs: 0 };

describe('an incoming call', () => {
  test('is handed up with what decides about it, 100 Trying already sent', async () => {
    const { peer, run, legs } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), uri: 'sip:%2B46480445511@meet.example.org' });
    await run(20);
    expect(peer.takeLines()).toEqual(['100 INVITE']);
    expect(legs[0]?.invitation).toEqual({
      legId: 'leg-1',
      sipCallId: 'call-1',
      source: { address: '10.0.0.2', port: 5060, transport: 'udp' },
      callerNumber: '+46701234567',
      dialled: { user: '+46480445511', host: 'meet.example.org' },
      signallingEncrypted: false,
    });
  });

  test('rings, is answered with one codec, starts its media at the ACK and ends with BYE', async () => {
    const { peer, run, legs, media, types, events, engine } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    legs[0]?.ring();
    const answered = legs[0]?.answer();
    await run(20);
    expect(await answered).toMatchObject({
      outcome: 'answered',
      media: {
        codec: 'PCMA',
        encrypted: false,
        security: { signalling: 'udp', media: 'rtp' },
      },
    });
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['100 INVITE', '180 INVITE', '200 INVITE']);
    expect(messages.at(-1)?.body.toString()).toContain('m=audio 20000 RTP/AVP 8 101');
    expect(media.legs[0]?.localAddress).toBe('10.0.0.1');
    expect(media.legs[0]?.calls).toEqual(['configure sendrecv 10.0.0.2:4000']);

    const toTag = tagOf(messages);
    peer.request('ACK', { toTag });
    await run(20);
    expect(types()).toEqual(['confirmed']);
    expect(media.legs[0]?.calls.at(-1)).toBe('start');

    peer.request('BYE', { toTag, cseq: 2 });
    await run(20);
    expect(peer.takeLines()).toEqual(['200 BYE']);
    expect(events.at(-1)).toEqual({ type: 'ended', cause: { by: 'caller', how: 'bye' } });
    expect(media.legs[0]?.isClosed).toBe(true);
    await run(70_000);
    expect(engine.gauges()).toEqual(nothingLeft);
  });

  test('that the network gave up ends by no caller: the BYE gives its fault as Reason', async () => {
    const { peer, run, legs, events } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    void legs[0]?.answer();
    await run(20);
    const toTag = tagOf(peer.take());
    peer.request('ACK', { toTag });
    await run(20);
    peer.request('BYE', { toTag, cseq: 2, headers: ['Reason: Q.850;cause=16,SIP;cause=408'] });
    await run(20);
    expect(peer.takeLines()).toEqual(['200 BYE']);
    expect(events.at(-1)).toEqual({
      type: 'ended',
      cause: { by: 'network', how: 'line-dropped' },
    });
  });

  test('that brings no common codec is refused with 488 and opens the media no longer', async () => {
    const { peer, run, legs, media, events } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText({ formats: '18' }) });
    await run(20);
    const answered = legs[0]?.answer();
    await run(20);
    expect(await answered).toEqual({ outcome: 'refused', sipStatus: 488 });
    expect(peer.takeLines()).toEqual(['100 INVITE', '488 INVITE']);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'refused' } }]);
    expect(media.legs[0]?.isClosed).toBe(true);
  });

  test('is refused with 503 where no media port is free', async () => {
    const { peer, run, legs, media } = await createEngineFixture();
    media.failNext();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    const answered = legs[0]?.answer();
    await run(20);
    expect(await answered).toEqual({ outcome: 'refused', sipStatus: 503 });
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['100 INVITE', '503 INVITE']);
    expect(headerIn(messages, 'Retry-After')).toBe('10');
  });

  test('without an offer gets ours in the 200 and its answer is taken from the ACK', async () => {
    const { peer, run, legs, media, types } = await createEngineFixture();
    peer.request('INVITE');
    await run(20);
    void legs[0]?.answer();
    await run(20);
    const messages = peer.take();
    expect(messages.at(-1)?.body.toString()).toMatch(/m=audio 20000 RTP\/AVP 8 0 101/);
    peer.request('ACK', { toTag: tagOf(messages), body: sdpText({ formats: '0 101' }) });
    await run(20);
    expect(media.legs[0]?.session?.codec).toBe('PCMU');
    expect(media.legs[0]?.calls).toEqual(['configure sendrecv 10.0.0.2:4000', 'start']);
    expect(types()).toEqual(['confirmed']);
  });

  test('whose ACK brings no usable answer to our offer gets a BYE and is never confirmed', async () => {
    const { peer, run, legs, events, media } = await createEngineFixture();
    peer.request('INVITE');
    await run(20);
    void legs[0]?.answer();
    await run(20);
    peer.request('ACK', { toTag: tagOf(peer.take()), body: sdpText({ formats: '18' }) });
    await run(20);
    expect(peer.takeLines()).toEqual(['BYE']);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'bye' } }]);
    expect(media.legs[0]?.isClosed).toBe(true);
  });

  test('cancelled before its answer gets 487, and a later answer() finds it gone', async () => {
    const { peer, run, legs, events, media } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKx' });
    await run(20);
    legs[0]?.ring();
    peer.request('CANCEL', { branch: 'z9hG4bKx' });
    await run(20);
    expect(peer.takeLines()).toEqual(['100 INVITE', '180 INVITE', '200 CANCEL', '487 INVITE']);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'caller', how: 'cancel' } }]);
    const answered = legs[0]?.answer();
    await run(20);
    expect(await answered).toEqual({ outcome: 'gone' });
    expect(media.legs).toHaveLength(0);
  });

  test('cancelled while its media is being opened gives the port back', async () => {
    const { peer, run, legs, media, network } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKx' });
    await run(20);
    peer.request('CANCEL', { branch: 'z9hG4bKx' });
    const answered = legs[0]?.answer();
    network.run(20);
    expect(await answered).toEqual({ outcome: 'gone' });
    expect(media.legs.map(({ isClosed }) => isClosed)).toEqual([true]);
  });

  test('a CANCEL after the 200 changes nothing', async () => {
    const { peer, run, legs, types } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKx' });
    await run(20);
    void legs[0]?.answer();
    await run(20);
    const toTag = tagOf(peer.take());
    peer.request('CANCEL', { branch: 'z9hG4bKx' });
    await run(20);
    expect(peer.takeLines()).toEqual(['200 CANCEL']);
    peer.request('ACK', { toTag });
    await run(20);
    expect(types()).toEqual(['confirmed']);
  });

  test('a lost ACK: the 200 is sent again from T1 to T2, then BYE, and the call ends as no-ack', async () => {
    const { peer, run, legs, events, network } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    void legs[0]?.answer();
    await run(31_500);
    const sent = network.trace.filter((line) => line.includes('10.0.0.1:5060 SIP/2.0 200'));
    const times = sent.map((line) => Number(line.split(' ')[0]));
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps).toEqual([500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]);
    expect(events).toEqual([]);
    peer.take();
    await run(2000);
    // Nobody answers the BYE, so it comes again.
    expect(new Set(peer.takeLines())).toEqual(new Set(['200 INVITE', 'BYE']));
    expect(events).toEqual([{ type: 'ended', cause: { by: 'network', how: 'no-ack' } }]);
  });

  test('hung up before the ACK sends BYE only when the ACK is there', async () => {
    const { peer, run, legs, events } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    void legs[0]?.answer();
    await run(20);
    const toTag = tagOf(peer.take());
    legs[0]?.hangUp();
    await run(100);
    expect(peer.takeLines()).toEqual([]);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'bye' } }]);
    peer.request('ACK', { toTag });
    await run(20);
    expect(peer.takeLines()).toEqual(['BYE']);
  });

  test('hung up while it rings is refused with 480', async () => {
    const { peer, run, legs, events } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    legs[0]?.hangUp();
    await run(20);
    expect(peer.takeLines()).toEqual(['100 INVITE', '480 INVITE']);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'gateway', how: 'refused' } }]);
  });

  test('a BYE before the answer ends it and the INVITE gets 487', async () => {
    const { peer, run, legs, events } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText() });
    await run(20);
    legs[0]?.ring();
    await run(20);
    peer.request('BYE', { toTag: tagOf(peer.take()), cseq: 2 });
    await run(20);
    expect(peer.takeLines()).toEqual(['200 BYE', '487 INVITE']);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'caller', how: 'bye' } }]);
  });
});

describe('a call that is up', () => {
  test('is held and resumed by re-INVITE, each answered by its mirror', async () => {
    const { peer, run, establish, types, media } = await createEngineFixture();
    const toTag = await establish();
    peer.request('INVITE', { toTag, cseq: 2, body: sdpText({ direction: 'sendonly' }) });
    await run(20);
    const held = peer.take();
    expect(held.map(lineOf)).toEqual(['200 INVITE']);
    expect(held[0]?.body.toString()).toContain('a=recvonly');
    peer.request('ACK', { toTag, cseq: 2 });
    peer.request('INVITE', { toTag, cseq: 3, body: sdpText({ port: 4444 }) });
    await run(20);
    peer.request('ACK', { toTag, cseq: 3 });
    await run(20);
    expect(types()).toEqual(['confirmed', 'held', 'resumed']);
    expect(media.legs[0]?.calls).toEqual([
      'configure sendrecv 10.0.0.2:4000',
      'start',
      'configure recvonly 10.0.0.2:4000',
      'configure sendrecv 10.0.0.2:4444',
    ]);
  });

  test('goes on as it was when a re-INVITE brings no common codec', async () => {
    const { peer, run, establish, types, media } = await createEngineFixture();
    const toTag = await establish();
    peer.request('INVITE', { toTag, cseq: 2, body: sdpText({ formats: '18' }) });
    await run(20);
    expect(peer.takeLines()).toEqual(['488 INVITE']);
    expect(types()).toEqual(['confirmed']);
    expect(media.legs[0]?.calls).toEqual(['configure sendrecv 10.0.0.2:4000', 'start']);
    peer.request('BYE', { toTag, cseq: 3 });
    await run(20);
    expect(peer.takeLines()).toEqual(['200 BYE']);
  });

  test('offers anew in the 200 to a re-INVITE without an offer', async () => {
    const { peer, run, establish, media } = await createEngineFixture();
    const toTag = await establish();
    peer.request('INVITE', { toTag, cseq: 2 });
    await run(20);
    expect(peer.take()[0]?.body.toString()).toContain('m=audio 20000');
    peer.request('ACK', { toTag, cseq: 2, body: sdpText({ port: 4100 }) });
    await run(20);
    expect(media.legs[0]?.calls.at(-1)).toBe('configure sendrecv 10.0.0.2:4100');
  });

  test('takes an offer in UPDATE', async () => {
    const { peer, run, establish, types } = await createEngineFixture();
    const toTag = await establish();
    peer.request('UPDATE', { toTag, cseq: 2, body: sdpText({ direction: 'inactive' }) });
    await run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['200 UPDATE']);
    expect(messages[0]?.body.toString()).toContain('a=inactive');
    expect(types()).toEqual(['confirmed', 'held']);
  });

  test('reads digits in INFO, both bodies, and refuses what it does not know', async () => {
    const { peer, run, establish, events } = await createEngineFixture();
    const toTag = await establish();
    const info = (
      cseq: number,
      contentType: string,
      body: string,
      headers: string[] = [],
    ): void => {
      peer.request('INFO', { toTag, cseq, contentType, body, headers });
    };
    info(2, 'application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n');
    info(3, 'application/dtmf', '#');
    info(4, 'application/dtmf-relay', 'Signal= 10\r\n');
    info(5, 'text/plain', 'hello');
    info(6, 'application/dtmf', '1', ['Info-Package: x-keys']);
    peer.request('INFO', { toTag, cseq: 7 });
    await run(20);
    expect(peer.takeLines()).toEqual([
      '200 INFO',
      '200 INFO',
      '200 INFO',
      '415 INFO',
      '469 INFO',
      '200 INFO',
    ]);
    expect(events.slice(1)).toEqual([
      { type: 'digit', digit: '5', source: 'info' },
      { type: 'digit', digit: '#', source: 'info' },
      { type: 'digit', digit: '*', source: 'info' },
    ]);
  });

  test('counts a key once that comes as telephone-event and as INFO', async () => {
    const { peer, run, establish, events, media } = await createEngineFixture();
    const toTag = await establish();
    const press = async (digit: string, cseq: number): Promise<void> => {
      media.legs[0]?.emit({ type: 'digit', digit, source: 'telephone-event' });
      peer.request('INFO', { toTag, cseq, contentType: 'application/dtmf', body: digit });
      await run(300);
    };
    await press('4', 2);
    await press('4', 3);
    expect(events.slice(1)).toEqual([
      { type: 'digit', digit: '4', source: 'telephone-event' },
      { type: 'digit', digit: '4', source: 'telephone-event' },
    ]);
  });

  test('answers OPTIONS with what it can do, inside the call and outside', async () => {
    const { peer, run, establish } = await createEngineFixture();
    peer.request('OPTIONS', { cseq: 9 });
    const toTag = await establish();
    peer.request('OPTIONS', { toTag, cseq: 10 });
    await run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['200 OPTIONS']);
    expect(headerIn(messages, 'Allow')).toContain('UPDATE');
    expect(headerIn(messages, 'Accept')).toContain('application/sdp');
    expect(headerIn(messages, 'Supported')).toBe('100rel, timer');
  });

  test('refuses a CSeq that runs backwards with 500, and a method it lacks with 405', async () => {
    const { peer, run, establish } = await createEngineFixture();
    const toTag = await establish();
    peer.request('INFO', { toTag, cseq: 5 });
    peer.request('INFO', { toTag, cseq: 4 });
    peer.request('REFER', { toTag, cseq: 6 });
    await run(20);
    expect(peer.takeLines()).toEqual(['200 INFO', '500 INFO', '405 REFER']);
  });

  test('a request for a dialog that is not there gets 481', async () => {
    const { peer, run } = await createEngineFixture();
    peer.request('BYE', { toTag: 'nobody' });
    peer.request('INVITE', { toTag: 'nobody', body: sdpText() });
    await run(20);
    expect(peer.takeLines()).toEqual(['481 BYE', '481 INVITE']);
  });

  test('hung up sends BYE along the recorded route and closes when nobody answers it', async () => {
    const { peer, run, establish, legs, events, engine } = await createEngineFixture();
    await establish({ headers: ['Record-Route: <sip:10.0.0.2:5060;lr>, <sip:10.9.9.9;lr>'] });
    legs[0]?.hangUp();
    await run(20);
    const bye = requestIn(peer.take(), 'BYE');
    expect(bye.requestUri).toBe('sip:peer@10.0.0.2:5060');
    expect(headers(bye, 'Route')).toEqual(['<sip:10.0.0.2:5060;lr>', '<sip:10.9.9.9;lr>']);
    expect(sipCallIdOf(bye)).toBe('call-1');
    expect(events.at(-1)).toEqual({ type: 'ended', cause: { by: 'gateway', how: 'bye' } });
    expect(engine.gauges()['dialogs']).toBe(1);
    await run(70_000);
    expect(engine.gauges()).toEqual(nothingLeft);
  });

  test('a strict router gets itself in the Request-URI and the target as the last route', async () => {
    const { peer, run, establish, legs } = await createEngineFixture();
    await establish({ headers: ['Record-Route: <sip:10.0.0.2:5060>'] });
    legs[0]?.hangUp();
    await run(20);
    const bye = requestIn(peer.take(), 'BYE');
    expect(bye.requestUri).toBe('sip:10.0.0.2:5060');
    expect(headerIn([bye], 'Route')).toBe('<sip:peer@10.0.0.2:5060>');
  });
});

describe('extensions', () => {
  test('an INVITE that requires 100rel gets a reliable 180, and its 200 waits for the PRACK', async () => {
    const { peer, run, legs, types } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), headers: ['Require: 100rel'] });
    await run(20);
    legs[0]?.ring();
    void legs[0]?.answer();
    // The first one is lost; the next comes after T1.
    await run(600);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['100 INVITE', '180 INVITE', '180 INVITE']);
    const rseq = headerIn(messages, 'RSeq') ?? '';
    const toTag = tagOf(messages);
    peer.request('PRACK', { toTag, cseq: 2, headers: ['RAck: 1 1 INVITE'] });
    peer.request('PRACK', { toTag, cseq: 3, headers: [`RAck: ${rseq} 1 INVITE`] });
    await run(20);
    expect(peer.takeLines()).toEqual(['481 PRACK', '200 PRACK', '200 INVITE']);
    peer.request('ACK', { toTag });
    await run(20);
    expect(types()).toEqual(['confirmed']);
  });

  test('a reliable 180 that is never acknowledged ends the call with 504', async () => {
    const { peer, run, legs, events, engine } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), headers: ['Require: 100rel'] });
    await run(20);
    legs[0]?.ring();
    await run(33_000);
    expect(peer.takeLines().filter((line) => line === '504 INVITE').length).toBeGreaterThan(0);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'network', how: 'no-ack' } }]);
    await run(70_000);
    expect(engine.gauges()).toEqual(nothingLeft);
  });

  test('an extension that we lack is refused with 420 and named', async () => {
    const { peer, run, legs } = await createEngineFixture();
    peer.request('INVITE', { body: sdpText(), headers: ['Require: replaces'] });
    await run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['420 INVITE']);
    expect(headerIn(messages, 'Unsupported')).toBe('replaces');
    expect(legs).toHaveLength(0);
  });

  test('a session interval below ours is refused with 422', async () => {
    const { peer, run } = await createEngineFixture();
    const timer = ['Supported: timer', 'Session-Expires: 60'];
    peer.request('INVITE', { body: sdpText(), headers: timer });
    await run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['422 INVITE']);
    expect(headerIn(messages, 'Min-SE')).toBe('90');
  });

  test('a peer that stops refreshing gets a BYE, and the call ends as session-expired', async () => {
    const { peer, run, establish, events } = await createEngineFixture();
    const timer = ['Supported: timer', 'Session-Expires: 90;refresher=uac'];
    const toTag = await establish({ headers: timer });
    await run(40_000);
    peer.request('UPDATE', { toTag, cseq: 2, headers: timer });
    await run(55_000);
    expect(headerIn(peer.take(), 'Session-Expires')).toBe('90;refresher=uac');
    expect(events.map(({ type }) => type)).toEqual(['confirmed']);
    await run(10_000);
    expect(peer.takeLines()).toContain('BYE');
    expect(events.at(-1)).toEqual({
      type: 'ended',
      cause: { by: 'network', how: 'session-expired' },
    });
  });

  test('we refresh by UPDATE where the peer takes it, and by re-INVITE where not', async () => {
    for (const [allow, method] of [
      ['INVITE, UPDATE', 'UPDATE'],
      ['INVITE', 'INVITE'],
    ] as const) {
      const { peer, run, establish, types, legs, media } = await createEngineFixture();
      const timer = ['Supported: timer', 'Session-Expires: 100;refresher=uas'];
      await establish({ headers: [...timer, `Allow: ${allow}`] });
      await run(51_000);
      const refresh = requestIn(peer.take(), method);
      expect(headerIn([refresh], 'Session-Expires')).toBe('100;refresher=uac');
      const description = method === 'INVITE' ? sdpText() : '';
      peer.respond(refresh, 200, ['Session-Expires: 100;refresher=uac'], description);
      await run(20);
      expect(peer.takeLines()).toEqual(method === 'INVITE' ? ['ACK'] : []);
      await run(48_000);
      expect(types()).toEqual(['confirmed']);
      expect(media.legs[0]?.isClosed).toBe(false);
      legs[0]?.hangUp();
    }
  });
});
