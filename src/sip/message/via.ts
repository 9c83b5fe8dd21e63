/** Via, RFC 3261 §20.42. */
import { formatHostPort, formatParams, parseHostPort, parseParams, trimLws } from './grammar.ts';
import type { Via } from './sip-message.ts';

const viaPattern =
  /^SIP[ \t]*\/[ \t]*[0-9]+\.[0-9]+[ \t]*\/[ \t]*([A-Za-z0-9\-.!%*_+`'~]+)[ \t]+([^;]+)(;.*)?$/is;

/** One Via value; undefined where it is malformed. The version in it is not judged here. */
export const parseVia = (text: string): Via | undefined => {
  const match = viaPattern.exec(text);
  const [, transport = '', sentBy = '', paramsText = ''] = match ?? [];
  const hostPort = parseHostPort(trimLws(sentBy));
  const params = parseParams(paramsText);
  if (!match || !hostPort || !params) return undefined;
  return { transport: transport.toUpperCase(), ...hostPort, params };
};

/** As parseVia, but a malformed list of parameters costs only itself: enough to answer 400. */
export const parseViaForAnswer = (text: string): Via | undefined =>
  parseVia(text) ?? parseVia(text.replace(/;.*$/s, ''));

export const formatVia = (via: Via): string =>
  `SIP/2.0/${via.transport} ${formatHostPort(via)}${formatParams(via.params)}`;

/**
 * The branch, where it identifies the transaction by itself (RFC 3261 §17.2.3). Undefined for
 * clients of RFC 2543, and for the bare cookie, which is no identity (RFC 4475 §3.2.1).
 */
export const transactionBranch = (via: Via): string | undefined => {
  const branch = via.params.get('branch');
  return branch?.toLowerCase().startsWith('z9hg4bk') && branch.length > 'z9hG4bK'.length
    ? branch
    : undefined;
};
