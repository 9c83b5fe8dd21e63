/** Against another implementation, werift's, in the two suites that it has. */
import { describe, expect, test } from 'vitest';
import { RtpPacket, SrtcpSession, SrtpSession } from 'werift';
import { createSrtpSession } from '../../../src/bridge/rtp/srtp-session.ts';
import { keyFor, rtcp, rtp } from './srtp-fixtures.ts';

describe.each([
  ['AES_CM_128_HMAC_SHA1_80', 1],
  ['AEAD_AES_128_GCM', 7],
] as const)('%s', (suite, profile) => {
  const [ours, theirs] = [keyFor(suite, 1), keyFor(suite, 2)];
  const keys = {
    localMasterKey: Buffer.from(theirs.masterKey),
    localMasterSalt: Buffer.from(theirs.masterSalt),
    remoteMasterKey: Buffer.from(ours.masterKey),
    remoteMasterSalt: Buffer.from(ours.masterSalt),
  };
  const ends = () => {
    const us = createSrtpSession();
    us.configure({ suite, local: ours, remote: theirs });
    return {
      us,
      srtp: new SrtpSession({ keys, profile }),
      srtcp: new SrtcpSession({ keys, profile }),
    };
  };

  test('each end reads what the other sends, over a roll-over', () => {
    const { us, srtp } = ends();
    for (let sequence = 65_533; sequence < 65_540; sequence += 1) {
      const packet = rtp(sequence);
      expect(srtp.decrypt(Buffer.from(us.protectRtp(packet)))).toEqual(packet);
      const { payload, header } = RtpPacket.deSerialize(packet);
      expect(us.unprotectRtp(Buffer.from(srtp.encrypt(payload, header)))).toEqual(packet);
    }
  });

  test('reports too', () => {
    const { us, srtcp } = ends();
    const compound = rtcp(0xcafebabe, new Uint8Array(24));
    for (let round = 0; round < 3; round += 1) {
      expect(srtcp.decrypt(Buffer.from(us.protectRtcp(compound)))).toEqual(compound);
      expect(us.unprotectRtcp(Buffer.from(srtcp.encrypt(compound)))).toEqual(compound);
    }
  });
});
