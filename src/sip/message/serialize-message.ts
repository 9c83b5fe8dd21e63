/** A message as bytes. RFC 3261 §7 */
import { isToken } from './grammar.ts';
import { isSameHeader } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';

/**
 * Bytes ready to send. Content-Length is always that of the body. Line ends inside values become
 * spaces, so no value can begin a header of its own.
 * Throws a RangeError for a method, status or header name that is none: those are ours, not a peer's.
 */
export const serializeMessage = (message: SipMessage): Buffer => {
  const lines = [startLineOf(message)];
  for (const { name, value } of message.headers) {
    if (isSameHeader(name, 'Content-Length')) continue;
    if (!isToken(name)) throw new RangeError('a header name is not a token');
    lines.push(`${name}: ${onOneLine(value)}`);
  }
  lines.push(`Content-Length: ${message.body.length}`, '', '');
  return Buffer.concat([Buffer.from(lines.join('\r\n')), message.body]);
};

const startLineOf = (message: SipMessage): string => {
  if (message.kind === 'request') {
    if (!isToken(message.method)) throw new RangeError('a method is not a token');
    const uri = message.requestUri.replace(/[\0- \x7f]/g, (char) => encodeURIComponent(char));
    return `${message.method} ${uri} SIP/2.0`;
  }
  const { status } = message;
  if (!Number.isInteger(status) || status < 100 || status > 699) {
    throw new RangeError('a status is not between 100 and 699');
  }
  return `SIP/2.0 ${status} ${onOneLine(message.reason)}`;
};

const onOneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
