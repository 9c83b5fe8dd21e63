import { describe, expect, it } from 'vitest';
import { createDeviceBandwidth } from '../../../src/bridge/video/device-bandwidth.ts';

describe('the bandwidth of a device', () => {
  it('is what its SDP says, else what its size usually takes', () => {
    const bandwidth = createDeviceBandwidth();
    bandwidth.configure({ remoteProfileLevelId: '42e01f', maxBitrateKbps: 768 });
    expect(bandwidth.want()).toEqual({ width: 1280, height: 720, maxBitrateKbps: 768 });
    bandwidth.configure({ remoteProfileLevelId: '428028', maxBitrateKbps: undefined });
    expect(bandwidth.want()).toEqual({ width: 1920, height: 1080, maxBitrateKbps: 4000 });
  });

  it('falls with what it asks for and with what it loses, and comes back when nothing is lost', () => {
    const bandwidth = createDeviceBandwidth();
    bandwidth.configure({ remoteProfileLevelId: '42e01f', maxBitrateKbps: 2000 });
    bandwidth.limit(1_000_000);
    expect(bandwidth.want().maxBitrateKbps).toBe(1000);
    bandwidth.lose(64);
    const after = bandwidth.want().maxBitrateKbps;
    expect(after).toBeLessThan(1000);
    for (let report = 0; report < 20; report += 1) bandwidth.lose(0);
    expect(bandwidth.want().maxBitrateKbps).toBe(1000);
  });
});
