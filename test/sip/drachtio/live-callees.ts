/** Telephones that the engine calls: real SIP, told what to do. Keys go by INFO. */
import type { IncomingInvite } from '../../../src/sip/embedded/sip-session-handle.ts';
import { callerIdentity } from '../../../src/sip/message/caller-identity.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { parseUri } from '../../../src/sip/message/sip-uri.ts';
import type { ContractBehaviour, ContractCallee } from '../../contract/sip-engine.contract.ts';

const address = '127.0.0.1';

export interface LiveCallees {
  readonly onInvite: (incoming: IncomingInvite) => void;
  /** @param port where the user agent listens that hands its INVITEs over */
  receive(behaviour: ContractBehaviour, port: number): ContractCallee;
}

/** `user` of the Request-URI says which callee is meant. */
export const createLiveCallees = (): LiveCallees => {
  const callees = new Map<string, (incoming: IncomingInvite) => void>();
  return {
    onInvite: (incoming) => {
      callees.get(parseUri(incoming.invite.requestUri)?.user ?? '')?.(incoming);
    },
    receive: (behaviour, port) => {
      const user = `callee-${callees.size + 1}`;
      let session: IncomingInvite | undefined;
      let over = false;
      callees.set(user, (incoming) => {
        session = incoming;
        incoming.onEvent((event) => {
          over ||= event.type === 'ended';
        });
        answerAs(behaviour, incoming);
      });
      return {
        to: `sip:${user}@${address}:${port}`,
        get called() {
          return session !== undefined;
        },
        get shown() {
          return session && callerIdentity(session.invite, ['P-Asserted-Identity']);
        },
        get over() {
          return over;
        },
        press: (digits) => {
          for (const digit of digits)
            session?.sendInfo('application/dtmf-relay', `Signal=${digit}\r\nDuration=160\r\n`);
        },
        hangUp: () => {
          session?.hangUp();
        },
      };
    },
  };
};

const answerAs = (behaviour: ContractBehaviour, incoming: IncomingInvite): void => {
  const answered = answerOffer(incoming.sdp ?? '', {
    address,
    rtpPort: 39_998,
    rtcpPort: 39_999,
    codecs: ['PCMA', 'PCMU'],
    sessionId: '1',
    sessionVersion: 1,
  });
  const sdp = answered.ok ? answered.answer : '';
  if (behaviour === 'busy') incoming.refuse(486);
  else if (behaviour === 'declines') incoming.refuse(603);
  else if (behaviour === 'redirects') {
    const headers = [{ name: 'Contact', value: `<sip:elsewhere@${address}:9>` }];
    incoming.refuse(302, { headers });
  } else incoming.ring(183);
  if (behaviour === 'answers') incoming.answer(sdp);
  if (behaviour === 'unfit') {
    const other = sdp.replace(/^(m=audio \d+ RTP\/AVP) .*$/m, '$1 18');
    incoming.answer(other.replace(/^a=(rtpmap|fmtp):.*\r\n/gm, ''));
  }
};
