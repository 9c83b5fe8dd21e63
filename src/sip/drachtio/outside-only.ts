import { endpointText } from '../transaction/flow.ts';
import type { SipMessageListener } from '../transaction/message-listener.ts';
import type { FreeSwitchPool } from './freeswitch-pool.ts';

/** The messages with others, without those between drachtio-server and a FreeSWITCH of ours. */
export const outsideOnly =
  (listener: SipMessageListener, pool: Pick<FreeSwitchPool, 'members'>): SipMessageListener =>
  (direction, message, flow) => {
    const inside = `sip:drachtio@${endpointText(flow.remote)}`;
    if (!pool.members.some(({ sipUri }) => sipUri === inside)) listener(direction, message, flow);
  };
