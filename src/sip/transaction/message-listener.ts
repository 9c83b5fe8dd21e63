import type { SipMessage } from '../message/sip-message.ts';
import type { Flow } from './flow.ts';

/** Sees each message that passes between an engine and the outside, as it is; must not throw. */
export type SipMessageListener = (direction: 'in' | 'out', message: SipMessage, flow: Flow) => void;
