/** Signatures of webhooks, as Standard Webhooks has them (https://www.standardwebhooks.com, version 1). */
import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const secretBytes = 32;

export const newWebhookSecret = (): string =>
  `${prefix}${randomBytes(secretBytes).toString('base64')}`;

export interface SignedMessage {
  readonly messageId: string;
  readonly timestampS: number;
  readonly payload: string;
}

/** The headers that prove who sent it, and that it is new. */
export function signatureHeaders(
  secret: string,
  { messageId, timestampS, payload }: SignedMessage,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${messageId}.${timestampS}.${payload}`)
    .digest('base64');
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': `v1,${signature}`,
  };
}
