/** The shape of the trunk settings file. What one value alone can be wrong in is said here. */
import { z } from 'zod';
import { isInNetwork } from '../call/cidr.ts';
import { languages } from '../ivr/language.ts';

const isNetwork = (text: string): boolean => {
  const [address = ''] = text.split('/');
  return isInNetwork(address, text);
};

const network = z
  .string()
  .refine(isNetwork, { error: 'must be an address or network such as 192.0.2.0/24' });

/** `sip:host`, with a port and a transport where wanted; never a user. */
const peerUri = z.string().regex(/^sips?:[^@\s;?<>"]+(?:;transport=(?:udp|tcp|tls))?$/i, {
  error: 'must be a SIP URI without a user, such as sip:sip.example.net;transport=tcp',
});

const seconds = (least: number, most: number) => z.number().int().min(least).max(most);
/** What goes into a URI or a quoted string as it stands. */
const userPart = z.string().regex(/^[A-Za-z0-9+_.!~*'()-]{1,128}$/, {
  error: 'must be letters, digits or + _ . - alone',
});
const userName = z.string().regex(/^[^\s"\\]{1,128}$/, {
  error: 'must be 1 to 128 characters without spaces, quotes and backslashes',
});

/** A secret never stands in the file itself, so that the file can be kept with other settings. */
const secret = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: 'must be {"env": "NAME"} or {"file": "/path"}: no secret stands in this file' },
);
export type SecretReference = z.infer<typeof secret>;

const numbers = z.record(
  z.string().regex(/^\+?\d{2,15}$/, { error: 'must be a number such as +46480445511' }),
  z.enum(languages),
);

const codecs = z
  .array(z.enum(['PCMA', 'PCMU', 'G722', 'opus']))
  .min(1)
  .refine((list) => new Set(list).size === list.length, { error: 'names a codec twice' });

const trunk = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, {
      error: 'must be 1 to 40 small letters, digits, - or _',
    }),
    addresses: z.array(network).default([]),
    credentials: z.strictObject({ user: userName, password: secret }).optional(),
    register: z
      .strictObject({
        registrar: peerUri,
        account: userPart,
        user: userName.optional(),
        password: secret,
        contactUser: userPart.optional(),
        expiresSeconds: seconds(60, 86_400).default(600),
      })
      .optional(),
    numbers: numbers.default({}),
    identity: z.array(z.enum(['P-Asserted-Identity', 'Remote-Party-ID'])).default([]),
    codecs: codecs.default(['PCMA', 'PCMU']),
    limits: z
      .strictObject({
        calls: z.number().int().min(1).optional(),
        callsPerSecond: z.number().min(0.1).optional(),
      })
      .default({}),
    publicAddress: z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' }).optional(),
    peer: peerUri.optional(),
    keepAlive: z
      .strictObject({ kind: z.enum(['crlf', 'options']), everySeconds: seconds(5, 3600) })
      .optional(),
  })
  .superRefine((each, context) => {
    if (each.addresses.length === 0 && !each.credentials && !each.register)
      context.addIssue('needs addresses, credentials or register: nothing tells its calls apart');
    if (each.keepAlive && !each.peer && !each.register)
      context.addIssue({
        code: 'custom',
        path: ['keepAlive'],
        message: 'needs peer or register: there is nowhere to send it',
      });
  });

export const trunkFileSchema = z.strictObject({
  digest: z
    .strictObject({
      realm: z
        .string()
        .regex(/^[^"\\\r\n]{1,128}$/, { error: 'must not hold quotes or backslashes' })
        .default('ringbro'),
      algorithms: z
        .array(z.enum(['SHA-256', 'MD5']))
        .min(1)
        .default(['SHA-256', 'MD5']),
      nonceSeconds: seconds(10, 3600).default(300),
      status: z.union([z.literal(401), z.literal(407)]).default(401),
    })
    .prefault({}),
  trunks: z.array(trunk),
});

export type TrunkFile = z.infer<typeof trunkFileSchema>;
export type TrunkEntry = TrunkFile['trunks'][number];
