import type { VideoSession } from '../../../../src/call/ports/media.ts';

/** A device that can do everything. */
export const videoSession: VideoSession = {
  remoteAddress: '192.0.2.1',
  remotePort: 4002,
  remoteRtcpPort: 4003,
  rtcpMux: false,
  codec: 'H264',
  payloadType: 97,
  packetizationMode: 1,
  remoteProfileLevelId: '42e01f',
  localProfileLevelId: '42e01f',
  remoteParameterSets: [],
  maxBitrateKbps: 1500,
  feedback: { nack: true, pli: true, fir: true, tmmbr: true, remb: true },
  direction: 'sendrecv',
};
