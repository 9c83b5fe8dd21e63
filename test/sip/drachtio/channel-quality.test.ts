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
      'variable_rtp_audio_in_skip_packet_count: 73',
      'variable_rtp_audio_in_jitter_loss_rate: 0.02',
      'variable_rtp_audio_in_flaw_total: 30',
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

  it('takes the loss that is too little for a rate from the flaws, three a packet', () => {
    const variables = new Map([
      ['variable_rtp_audio_in_media_packet_count', '999'],
      ['variable_rtp_audio_in_jitter_loss_rate', '0.00'],
      ['variable_rtp_audio_in_flaw_total', '3'],
      ['variable_rtp_audio_in_mos', '4.49'],
    ]);
    expect(channelQuality(variables)).toMatchObject({ lost: 1, lossPct: 0.1 });
  });

  it('is that of no packets where the channel is gone or says what is no number', () => {
    expect(channelQuality(new Map())).toEqual(noPackets);
    expect(channelQuality(new Map([['variable_rtp_audio_in_media_packet_count', 'many']]))).toEqual(
      noPackets,
    );
  });
});
