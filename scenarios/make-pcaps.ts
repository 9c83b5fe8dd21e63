/**
 * Writes the sound that the scenarios play into pcap/. Run with `node scenarios/make-pcaps.ts`; the
 * files are committed.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keyPackets, pcapOf, tonePackets } from './rtp-pcap.ts';

const files: Readonly<Record<string, Buffer[]>> = {
  'keys-142536475': keyPackets('142536475', 0x1001),
  'keys-987654321': keyPackets('987654321', 0x1002),
  // A source of its own for each: SIPp repeats a file with the same timestamps, and those are no new
  // keys. And a sequence that begins elsewhere (RFC 3550 §5.1): FreeSWITCH takes keys whose sequence
  // lies up to 100 before the last for old ones, whatever their source.
  'keys-876543219': keyPackets('876543219', 0x1003, 20_000),
  'keys-765432198': keyPackets('765432198', 0x1004, 40_000),
  'tone-440-4s': tonePackets(440, 4000, 0x2001),
};

for (const [name, packets] of Object.entries(files)) {
  writeFileSync(fileURLToPath(new URL(`pcap/${name}.pcap`, import.meta.url)), pcapOf(packets));
}
