/**
 * Where RTP goes, and from whom it is taken: symmetric RTP (RFC 4961) for callers behind NAT, with
 * a lock against injection.
 *
 *            setRemote                packet from the signalled address
 *   (none) ------------> learning --------------------------------------> locked
 *                          |   ^      `latchPackets` in a row from one       |  any other source:
 *                          |   |      other source with one SSRC             |  dropped, counted
 *                          +---|-------------------------------------------> |
 *                              +----------------- setRemote -----------------+
 */
export interface SymmetricPeer {
  /** What SDP said, at the first exchange and after each re-INVITE: the source is learnt anew. */
  setRemote(address: string, port: number, rtcpPort: number): void;
  /** Whether to take an RTP packet that came from there. */
  acceptRtp(address: string, port: number, ssrc: number): boolean;
  /** Whether to take an RTCP packet that came from there; its port is where reports go from now on. */
  acceptRtcp(address: string, port: number): boolean;
  /** Where to send; empty and 0 before the first `setRemote`. */
  address(): string;
  port(): number;
  rtcpPort(): number;
  isLocked(): boolean;
  /** RTP packets of strangers, dropped. */
  dropped(): number;
}

/** In a row from one source and SSRC before we send there instead of where SDP said. */
const latchPackets = 3;
/**
 * For the source of before a re-INVITE that named a new address: its packets may just be the last
 * ones in flight, so half a second of them is asked for.
 */
const formerSourceLatchPackets = 25;

export const createSymmetricPeer = (): SymmetricPeer => {
  let address = '';
  let port = 0;
  let rtcpPort = 0;
  let locked = false;
  let dropped = 0;
  let signalledAddress = '';
  let signalledPort = 0;
  let formerAddress = '';
  let formerPort = 0;
  let candidateAddress = '';
  let candidatePort = 0;
  let candidateSsrc = 0;
  let candidatePackets = 0;

  const lock = (toAddress: string, toPort: number): void => {
    // Behind NAT the RTCP port is unknown until RTCP comes from it; the next one is the best guess.
    if (toAddress !== address || toPort !== port) rtcpPort = toPort + 1;
    address = toAddress;
    port = toPort;
    locked = true;
  };

  const learn = (fromAddress: string, fromPort: number, ssrc: number): void => {
    const signalled = fromAddress === signalledAddress && fromPort === signalledPort;
    const current = fromAddress === address && fromPort === port;
    if (signalled || current) {
      lock(fromAddress, fromPort);
      return;
    }
    const same =
      fromAddress === candidateAddress && fromPort === candidatePort && ssrc === candidateSsrc;
    candidateAddress = fromAddress;
    candidatePort = fromPort;
    candidateSsrc = ssrc;
    candidatePackets = same ? candidatePackets + 1 : 1;
    const former = fromAddress === formerAddress && fromPort === formerPort;
    if (candidatePackets >= (former ? formerSourceLatchPackets : latchPackets)) {
      lock(fromAddress, fromPort);
    }
  };

  return {
    setRemote(toAddress, toPort, toRtcpPort) {
      const same = toAddress === signalledAddress && toPort === signalledPort;
      candidatePackets = 0;
      // The same SDP again (hold, resume, session refresh) proves nothing against what was learnt.
      if (same) {
        formerAddress = '';
        locked = false;
        return;
      }
      formerAddress = locked ? address : '';
      formerPort = port;
      signalledAddress = address = toAddress;
      signalledPort = port = toPort;
      rtcpPort = toRtcpPort;
      locked = false;
    },
    acceptRtp(fromAddress, fromPort, ssrc) {
      if (!locked) {
        if (signalledAddress === '') return false;
        learn(fromAddress, fromPort, ssrc);
        return true;
      }
      if (fromAddress === address && fromPort === port) return true;
      dropped += 1;
      return false;
    },
    acceptRtcp(fromAddress, fromPort) {
      if (fromAddress !== address) return false;
      if (locked) rtcpPort = fromPort;
      return true;
    },
    address: () => address,
    port: () => port,
    rtcpPort: () => rtcpPort,
    isLocked: () => locked,
    dropped: () => dropped,
  };
};
