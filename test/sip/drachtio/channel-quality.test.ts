import { describe, expect, it } from 'vitest';
import {
  channelQuality,
  noPackets,
  parseVariables,
  receiverReport,
  reportedQuality,
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

describe('a report of the caller’s', () => {
  const read = (headers: Readonly<Record<string, string>>) =>
    receiverReport((name) => headers[name]);

  it('says of what was sent what is lost, and the jitter in ms', () => {
    const report = read({ 'Source0-Lost': '40', 'Source0-Jitter': '80' });
    expect(report).toEqual({ lost: 40, jitterMs: 10 });
    const sent = new Map([['variable_rtp_audio_out_media_packet_count', '400']]);
    const quality = reportedQuality(report ?? { lost: 0, jitterMs: 0 }, sent);
    expect(quality).toMatchObject({ packets: 360, lost: 40, lossPct: 10, jitterMs: 10 });
    expect(quality.mos).toBeLessThan(3.7);
  });

  it('has the time there and back once it is measured', () => {
    const figures = { 'Source0-Lost': '0', 'Source0-Jitter': '8' };
    expect(read({ ...figures, 'Rtt0-Avg': '0.045000' })?.roundTripMs).toBeCloseTo(45);
    expect(read({ ...figures, 'Rtt0-Avg': '0.000000' })).toEqual({ lost: 0, jitterMs: 1 });
  });

  it.each([{}, { 'Source0-Lost': 'x', 'Source0-Jitter': '1' }, { 'Source0-Lost': '1' }])(
    'is none without a block, or with one that has no numbers: %o',
    (headers) => {
      expect(read(headers)).toBeUndefined();
    },
  );

  it('of a channel that is gone is that of no packets', () => {
    expect(reportedQuality({ lost: 3, jitterMs: 1 }, new Map())).toMatchObject({
      ...{ packets: 0, lossPct: 0, mos: 1 },
    });
  });
});
