/** Where drachtio-servers listen, as they say, and what of it we write into a Contact. */
import type { SrfRequest } from './drachtio-types.ts';

const isUdp = (contact: string): boolean => contact.trim().startsWith('udp/');

/** `udp/192.0.2.1:5060` and so on, as SIP URIs, UDP first. */
export const contactUris = (contacts: string): readonly string[] =>
  contacts
    .split(',')
    .toSorted((a, b) => Number(isUdp(b)) - Number(isUdp(a)))
    .flatMap((contact) => {
      const [, transport = '', hostPort = ''] = /^(\w+)\/(.+)$/.exec(contact.trim()) ?? [];
      if (hostPort === '') return [];
      const scheme = transport === 'tls' ? 'sips' : 'sip';
      return [`${scheme}:${hostPort}${transport === 'tcp' ? ';transport=tcp' : ''}`];
    });

/**
 * A Contact of ours for a caller over TLS who asked for `sip:`. drachtio-server would write `sips:`,
 * which is for those who asked for that (RFC 3261 §12.1.1), and which some phones do not know.
 */
export const plainContact = (
  request: Pick<SrfRequest, 'protocol' | 'uri'>,
  addresses: readonly string[],
  publicAddress: string | undefined,
): Readonly<Record<string, string>> => {
  const ours = addresses.find((address) => address.startsWith('sips:'));
  if (request.protocol !== 'tls' || !request.uri.startsWith('sip:') || ours === undefined)
    return {};
  const port = /:(\d+)$/.exec(ours)?.[1] ?? '5061';
  const host = publicAddress ?? ours.slice('sips:'.length).replace(/:\d+$/, '');
  return { Contact: `<sip:${host}:${port};transport=tls>` };
};
