import { expect, it } from 'vitest';
import { contactUris } from '../../../src/sip/drachtio/drachtio-connection.ts';

it('what drachtio-server listens on is said as SIP URIs', () => {
  expect(contactUris('tcp/192.0.2.1:5060, udp/192.0.2.1:5060,tls/192.0.2.1:5061,nonsense')).toEqual(
    ['sip:192.0.2.1:5060', 'sip:192.0.2.1:5060;transport=tcp', 'sips:192.0.2.1:5061'],
  );
});
