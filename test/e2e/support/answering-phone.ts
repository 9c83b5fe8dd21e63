/** A telephone that is called: it answers, refuses or rings, speaks, presses keys and listens. */
import { randomBytes } from 'node:crypto';
import { dtmfTones } from '../../../src/bridge/audio/dtmf-tone.ts';
import { heardRateHz } from '../../../src/caller/heard.ts';
import { openRtpEndpoint, type RtpEndpoint } from '../../../src/caller/rtp-endpoint.ts';
import { silentLogger } from '../../../src/caller/silent-logger.ts';
import { processClock } from '../../../src/process-clock.ts';
import type { IncomingInvite } from '../../../src/sip/embedded/sip-session-handle.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { callerIdentity } from '../../../src/sip/message/caller-identity.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { parseUri } from '../../../src/sip/message/sip-uri.ts';

export interface AnsweredPhone {
  readonly sound: RtpEndpoint;
  /** What was dialled, and the number that was shown. */
  readonly dialled: string;
  readonly shown: string | undefined;
  readonly isOver: () => boolean;
  hangUp(): void;
}

export interface AnsweringPhone {
  readonly port: number;
  /** Every call so far, in order; who was refused is not among them. */
  readonly calls: readonly AnsweredPhone[];
  /** What becomes of the next calls: answered [by default], or refused with this status. */
  refuseWith(status: number | undefined): void;
  close(): Promise<void>;
}

export const startAnsweringPhone = async (address: string): Promise<AnsweringPhone> => {
  const calls: AnsweredPhone[] = [];
  const sounds: RtpEndpoint[] = [];
  let status: number | undefined;

  const answer = async (incoming: IncomingInvite): Promise<void> => {
    const sound = await openRtpEndpoint({
      address,
      toneOf: (key, ms) => dtmfTones(key, heardRateHz, { toneMs: ms, pauseMs: 0 }),
      random32: () => randomBytes(4).readUInt32BE(),
    });
    sounds.push(sound);
    const ports = { rtpPort: sound.port, rtcpPort: sound.port + 1 };
    const about = { codecs: ['PCMA'] as const, sessionId: '1', sessionVersion: 1 };
    const settled = answerOffer(incoming.sdp ?? '', { address, ...ports, ...about });
    if (!settled.ok) {
      incoming.refuse(settled.sipStatus);
      return;
    }
    const { session } = settled;
    if (session.codec !== 'PCMA') throw new Error('only A-law was answered');
    const law = session.codec;
    let isOver = false;
    incoming.onEvent((event) => {
      if (event.type === 'confirmed') {
        const { remoteAddress, remotePort, payloadType, telephoneEventPayloadType } = session;
        sound.connect({
          address: remoteAddress,
          port: remotePort,
          law,
          payloadType,
          telephoneEventPayloadType,
        });
        sound.recorder.start();
      }
      isOver ||= event.type === 'ended';
    });
    incoming.answer(settled.answer);
    calls.push({
      sound,
      dialled: parseUri(incoming.invite.requestUri)?.user ?? '',
      shown: callerIdentity(incoming.invite),
      isOver: () => isOver,
      hangUp: () => {
        incoming.hangUp();
      },
    });
  };

  const agent = createSipUserAgent({
    listen: [{ transport: 'udp', address, port: 0 }],
    clock: processClock,
    log: silentLogger,
    onInvite: (incoming) => {
      if (status === undefined) void answer(incoming);
      else incoming.refuse(status);
    },
  });
  await agent.start();
  return {
    port: agent.listening[0]?.port ?? 0,
    calls,
    refuseWith: (next) => {
      status = next;
    },
    close: async () => {
      for (const call of calls) call.hangUp();
      await agent.close();
      await Promise.all(sounds.map((sound) => sound.close()));
    },
  };
};
