import { describe, expect, test } from 'vitest';
import {
  decideAsUas,
  defaultSessionTimerPolicy,
  sessionDeadlines,
  timerFromResponse,
} from '../../../src/sip/dialog/session-timer.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../../src/sip/message/sip-message.ts';

const headersOf = (fields: Readonly<Record<string, string>>): readonly SipHeader[] =>
  Object.entries(fields).map(([name, value]) => ({ name, value }));
const request = (fields: Readonly<Record<string, string>>): SipRequest => ({
  kind: 'request',
  method: 'INVITE',
  requestUri: 'sip:a@b',
  headers: headersOf(fields),
  body: Buffer.alloc(0),
});
const response = (fields: Readonly<Record<string, string>>): SipResponse => ({
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: headersOf(fields),
  body: Buffer.alloc(0),
});

describe('how a refresh request is answered (RFC 4028 §9)', () => {
  const decide = (fields: Readonly<Record<string, string>>): string => {
    const decision = decideAsUas(request(fields), defaultSessionTimerPolicy);
    if (decision.kind === 'none') return 'none';
    const headers = decision.headers.map(({ name, value }) => `${name}: ${value}`).join(', ');
    return `${decision.kind} ${headers}`;
  };

  test('a peer without timers gets none', () => {
    expect(decide({})).toBe('none');
  });
  test('a peer with timers that proposes nothing is given ours, and refreshes', () => {
    expect(decide({ Supported: 'timer' })).toBe(
      'timer Session-Expires: 1800;refresher=uac, Require: timer',
    );
    expect(decide({ Supported: 'timer', 'Min-SE': '3600' })).toContain('Session-Expires: 3600');
  });
  test('its proposal is taken, and its choice of who refreshes', () => {
    expect(decide({ Supported: 'timer', 'Session-Expires': '600;refresher=uas' })).toBe(
      'timer Session-Expires: 600;refresher=uas, Require: timer',
    );
  });
  test('a proposal of a proxy for a peer without timers makes us refresh', () => {
    expect(decide({ 'Session-Expires': '600' })).toBe('timer Session-Expires: 600;refresher=uas');
  });
  test('an interval below the minimum is refused, where the peer understands that', () => {
    expect(decide({ Supported: 'timer', 'Session-Expires': '60' })).toBe('too-small Min-SE: 90');
    expect(decide({ 'Session-Expires': '60' })).toBe('timer Session-Expires: 90;refresher=uas');
  });
});

describe('what a 2xx to our refresh says', () => {
  test('nothing: no timer; uas: the peer refreshes; else we do', () => {
    expect(timerFromResponse(response({}))).toBeUndefined();
    expect(timerFromResponse(response({ 'Session-Expires': '600;refresher=uas' }))).toEqual({
      intervalS: 600,
      refresher: 'remote',
    });
    expect(timerFromResponse(response({ 'Session-Expires': '5' }))).toEqual({
      intervalS: 90,
      refresher: 'local',
    });
  });

  test('we refresh half-way; without a refresh BYE goes out a third, at most 32 s, before the end', () => {
    expect(sessionDeadlines(0, { intervalS: 1800, refresher: 'local' })).toEqual({
      refreshAt: 900_000,
      expireAt: 1_768_000,
    });
    expect(sessionDeadlines(0, { intervalS: 90, refresher: 'remote' })).toEqual({
      refreshAt: undefined,
      expireAt: 60_000,
    });
  });
});
