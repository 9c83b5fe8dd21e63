import { describe, expect, it } from 'vitest';
import { createCallAnnouncer, startLines } from '../src/announce.ts';
import { asCallId, asLegId, asSipCallId } from '../src/call/identifiers.ts';
import type { CallRecord } from '../src/call/ports/call-records.ts';

const record = (change: Partial<CallRecord>): CallRecord => ({
  legId: asLegId('abcdefghijklmnopqrstuv'),
  sipCallId: asSipCallId('x@y'),
  nodeId: 'n',
  engine: 'embedded',
  direction: 'inbound',
  from: '+46•••••67',
  to: '0480445511',
  callId: undefined,
  room: undefined,
  state: 'ringing',
  startedAt: 1000,
  answeredAt: undefined,
  joinedAt: undefined,
  endedAt: undefined,
  termination: undefined,
  codec: undefined,
  encrypted: false,
  quality: undefined,
  details: {},
  timeline: [],
  ...change,
});

describe('what the terminal shows', () => {
  it('names the address, the call ID, the API and how to open up', () => {
    const text = startLines({
      version: '0.1.0',
      sipAddresses: ['sip:127.0.0.1:5060'],
      httpUrl: 'http://127.0.0.1:8080',
      apiKeyFile: 'data/api-key',
      livekit: 'local',
      firstMeeting: asCallId('142536475'),
      loopbackOnly: true,
      logFile: undefined,
    }).join('\n');
    for (const part of [
      'sip:127.0.0.1:5060',
      '142 536 475',
      'npm run call -- 142536475',
      'http://127.0.0.1:8080/api/docs',
      '/api/calls',
      'RINGBRO_SIP_ADDRESS=0.0.0.0',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('tells each state of a call once', () => {
    const announce = createCallAnnouncer();
    const lines = [
      record({}),
      record({}),
      record({ state: 'ivr', answeredAt: 2000 }),
      record({ state: 'joined', answeredAt: 2000 }),
      record({ state: 'joined', answeredAt: 2000 }),
      record({
        state: 'ended',
        answeredAt: 2000,
        endedAt: 65_000,
        termination: { result: 'completed', reason: 'caller-hung-up', by: 'caller' },
      }),
      record({ state: 'ended', answeredAt: 2000, endedAt: 65_000 }),
    ].map(announce);
    expect(lines).toEqual([
      'call abcdef from +46•••••67 comes in',
      undefined,
      undefined,
      'call abcdef joins the meeting',
      undefined,
      'call abcdef ends after 1 min 3 s: completed, caller-hung-up (caller)',
      undefined,
    ]);
  });
});
