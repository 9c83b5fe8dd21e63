/**
 * Signing in by OpenID Connect: authorization code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636).
 * What has to be remembered between the two ends of the way is in a sealed cookie, so that any node
 * may see the end of it.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import { z } from 'zod';

export interface SignInServiceSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Members of this group (claim `groups`) get an account; undefined: only who has one already. */
  readonly group: string | undefined;
}

/** Who signed in, as the service says. */
export interface SignedIn {
  /** Issuer and subject: it never changes, and belongs to nobody else. */
  readonly subject: string;
  /** Verified: an account may have been made under it. Lower case. */
  readonly email: string | undefined;
  /** For a new account; people may be able to choose it themselves. */
  readonly userName: string | undefined;
  readonly isMember: boolean;
}

export interface SignInService {
  /** Where the browser goes, and what it has to bring back in its cookie. Rejects when the service is down. */
  begin(): Promise<{ readonly location: string; readonly kept: string }>;
  /** Undefined where it was not let through, or what came back does not belong to what was begun. */
  finish(returned: URL, kept: string): Promise<SignedIn | undefined>;
}

const state = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });

/** @param returnUrl where the service sends the browser back to; registered there. */
export function createSignInService(
  settings: SignInServiceSettings,
  returnUrl: string,
): SignInService {
  const seal = createSeal(settings.clientSecret);
  const issuer = new URL(settings.issuer);
  let found: Promise<client.Configuration> | undefined;

  /** Asked when first needed, and again where that failed: the service may start after us. */
  function configuration(): Promise<client.Configuration> {
    found ??= client
      .discovery(issuer, settings.clientId, settings.clientSecret, undefined, {
        timeout: 5,
      })
      .catch((error: unknown) => {
        found = undefined;
        throw error;
      });
    return found;
  }

  return {
    async begin() {
      const verifier = client.randomPKCECodeVerifier();
      const kept = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const location = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: returnUrl,
        scope: 'openid email profile',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: kept.state,
        nonce: kept.nonce,
      });
      return { location: location.href, kept: seal.seal(JSON.stringify(kept)) };
    },
    async finish(returned, kept) {
      const begun = readState(seal.open(kept));
      if (begun === undefined) return undefined;
      // The address the service knows us by, whatever proxies made of it on the way.
      const url = new URL(returnUrl);
      url.search = returned.search;
      const config = await configuration();
      const tokens = await client.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return undefined;
      // What a person is called is often told there alone (OpenID Connect Core 1.0 §5.3).
      const hasMore = config.serverMetadata().userinfo_endpoint !== undefined;
      const more = hasMore
        ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
        : {};
      return signedIn({ ...more, ...claims }, settings.group);
    },
  };
}

function readState(text: string | undefined): z.infer<typeof state> | undefined {
  return text === undefined ? undefined : state.safeParse(JSON.parse(text)).data;
}

function signedIn(claims: client.IDToken, group: string | undefined): SignedIn {
  const { iss, sub, email, email_verified, preferred_username, groups } = claims;
  return {
    subject: `${iss} ${sub}`,
    // Whoever may choose their own address could take somebody else's.
    email: email_verified === true ? lowerCase(email) : undefined,
    userName: lowerCase(preferred_username),
    isMember: group !== undefined && Array.isArray(groups) && groups.includes(group),
  };
}

const lowerCase = (claim: unknown): string | undefined =>
  typeof claim === 'string' ? claim.toLowerCase() : undefined;

interface Seal {
  seal(text: string): string;
  open(sealed: string): string | undefined;
}

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM; the client secret is on every node, and random. */
function createSeal(secret: string): Seal {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'ringbro sign-in', 32));
  return {
    seal(text) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
          authTagLength: tagBytes,
        }).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
        const body = decipher.update(bytes.subarray(ivBytes + tagBytes));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
