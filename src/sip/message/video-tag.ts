/** Whether a user agent says of itself that it has pictures: the feature tag `video`. RFC 3840 §10.2 */
import { contacts } from './message-headers.ts';
import type { SipMessage } from './sip-message.ts';

export const saysVideo = (message: SipMessage): boolean =>
  contacts(message).some(({ params }) => {
    const said = params.get('video');
    return said !== undefined && !/^"?(?:!true|false)"?$/i.test(said);
  });
