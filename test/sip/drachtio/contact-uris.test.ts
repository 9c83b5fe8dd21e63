import { describe, expect, it } from 'vitest';
import { contactUris, plainContact } from '../../../src/sip/drachtio/contact-uris.ts';

it('what drachtio-server listens on is said as SIP URIs', () => {
  expect(contactUris('tcp/192.0.2.1:5060, udp/192.0.2.1:5060,tls/192.0.2.1:5061,nonsense')).toEqual(
    ['sip:192.0.2.1:5060', 'sip:192.0.2.1:5060;transport=tcp', 'sips:192.0.2.1:5061'],
  );
});

describe('the Contact of a 200', () => {
  const addresses = ['sip:192.0.2.10:5060', 'sips:192.0.2.10:5061'];
  const over = (protocol: string, uri: string) => ({ protocol, uri });

  it('is a sip URI over TLS for who asked for one, at the address that callers see', () => {
    expect(plainContact(over('tls', 'sip:1@x'), addresses, undefined)).toEqual({
      Contact: '<sip:192.0.2.10:5061;transport=tls>',
    });
    expect(plainContact(over('tls', 'sip:1@x'), addresses, '198.51.100.1')).toEqual({
      Contact: '<sip:198.51.100.1:5061;transport=tls>',
    });
  });

  it.each([
    ['tls', 'sips:1@x'],
    ['udp', 'sip:1@x'],
  ])('is drachtio-server’s own over %s for %s', (protocol, uri) => {
    expect(plainContact(over(protocol, uri), addresses, undefined)).toEqual({});
  });
});
