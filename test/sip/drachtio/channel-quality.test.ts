import { describe, expect, it } from 'vitest';
import {
  channelQuality,
  noPackets,
  parseVariables,
} from '../../../src/sip/drachtio/channel-quality.ts';

describe('quality out of channel variables', () => {
  it('is read from the lines of uuid_dump', () => {
    const dump = [
      'Event-Name: CHANNEL_DATA',
      'variable_rtp_audio_in_media_packet_count: 490',
      'variable_rtp_audio_in_skip_packet_count: 10',
      'variable_rtp_audio_in_jitter_max_variance: 16.00',
      'variable_rtp_audio_in_mos: 4.30',
      'nonsense',
    ].join('\n');
    expect(channelQuality(parseVariables(dump))).toEqual({
      packets: 490,
      lost: 10,
      lossPct: 2,
      jitterMs: 4,
      mos: 4.3,
    });
  });

  it('is that of no packets where the channel is gone or says what is no number', () => {
    expect(channelQuality(new Map())).toEqual(noPackets);
    expect(channelQuality(new Map([['variable_rtp_audio_in_media_packet_count', 'many']]))).toEqual(
      noPackets,
    );
  });
});
