import { describe, expect, it } from 'vitest';
import { complaintsIn, lastCounts, responseTimes } from '../../../bench/stress/sipp-load.ts';
import { sippScenario } from '../../../bench/stress/sipp-scenario.ts';

const scenario = {
  speechFile: 'speech.pcap',
  beforeKeysMs: 2500,
  untilSpeechMs: 2500,
  holdMs: 30_000,
};

describe('the scenario of a stress run', () => {
  it('has a branch of its own for each room, which ends where all speak', () => {
    const xml = sippScenario({ ...scenario, keyFiles: ['a.pcap', 'b.pcap'] });
    for (const [room, file] of ['a.pcap', 'b.pcap'].entries()) {
      expect(xml).toContain(`<nop next="key${room}" test="is${room}"/>`);
      expect(xml).toMatch(
        new RegExp(`<label id="key${room}"/>\\s*<nop next="speak">.*play_pcap_audio="${file}"`),
      );
    }
    expect(xml.indexOf('<label id="speak"/>')).toBeLessThan(xml.indexOf('speech.pcap'));
  });

  it('is refused where it is longer than what SIPp reads', () => {
    const roomsOf = (count: number) => Array.from({ length: count }, (_, room) => `${room}.pcap`);
    expect(() => sippScenario({ ...scenario, keyFiles: roomsOf(250) })).not.toThrow();
    expect(() => sippScenario({ ...scenario, keyFiles: roomsOf(500) })).toThrow(
      /500 rooms .* fewer --rooms/,
    );
  });

  it('keys nothing where the calls stay in the IVR', () => {
    const xml = sippScenario({ ...scenario, keyFiles: [] });
    expect(xml).not.toContain('next=');
    expect(xml).toContain('speech.pcap');
  });
});

describe('what SIPp wrote', () => {
  it('counts by the last line of its statistics', () => {
    const csv = 'Start;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);\nx;1;1;0;\ny;4;5;2;\n';
    expect(lastCounts(csv)).toEqual({ succeeded: 5, failed: 2 });
  });

  it('counts nothing where it wrote nothing', () => {
    expect(lastCounts('')).toEqual({ succeeded: Number.NaN, failed: Number.NaN });
  });

  it('takes the times of the answers and no line that has none', () => {
    expect(
      responseTimes('Date_ms;response_time_ms;rtd_name\n1;4.2;answer\n2;9;answer\n\n'),
    ).toEqual([4.2, 9]);
  });

  it('puts the same trouble of different calls together', () => {
    const line = (call: number) =>
      `2026-03-01\t10:00:00.10${call}\t1772355600.1: Aborting call on unexpected message for Call-Id '${call}-abc@127.0.0.1': while expecting '200' (index 3), received 'SIP/2.0 503 Busy`;
    expect(
      Object.values(complaintsIn([line(1), `${line(2)}${line(3)}`, 'From: x'].join('\n'))),
    ).toEqual([3]);
  });
});
