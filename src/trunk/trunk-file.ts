/**
 * The trunk settings file, checked as a whole: every problem is named at once, each with its place,
 * and nothing that could be a secret is quoted.
 */
import type { z } from 'zod';
import type { Trunk, TrunkBook, TrunkCredentials } from './trunk.ts';
import { trunkFileSchema, type SecretReference, type TrunkEntry } from './trunk-schema.ts';

export type TrunkFileResult =
  | { readonly ok: true; readonly book: TrunkBook }
  /** One line a problem, such as `trunks[1].addresses[0]: must be …`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Looks a secret up; undefined where there is none. */
export type SecretLookup = (reference: SecretReference) => string | undefined;

/** @param text the file's contents, JSON as `docs/trunks.md` has it */
export function readTrunkFile(text: string, lookup: SecretLookup): TrunkFileResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`is not JSON${placeOf(text, error)}`] };
  }
  const parsed = trunkFileSchema.safeParse(json);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(problemsOf) };
  const { digest, trunks } = parsed.data;
  const problems = clashes(trunks);
  const secretAt = (place: string, reference: SecretReference): string => {
    const found = lookup(reference);
    if (found === undefined || found === '')
      problems.push(
        'env' in reference
          ? `${place}: the environment has no ${reference.env}`
          : `${place}: ${reference.file} can't be read, or is empty`,
      );
    return found ?? '';
  };
  const filled = trunks.map((entry, at) => trunkFrom(entry, `trunks[${at}]`, secretAt));
  if (problems.length > 0) return { ok: false, problems };
  const { realm, algorithms, nonceSeconds, status } = digest;
  return {
    ok: true,
    book: {
      digest: { realm, algorithms, nonceLifeMs: nonceSeconds * 1000, status },
      trunks: filled,
    },
  };
}

/** The parser's own message may quote what stands there, so only its place is kept. */
function placeOf(text: string, error: unknown): string {
  const found = /at position (\d+)/.exec(error instanceof Error ? error.message : '');
  if (found === null) return '';
  const before = text.slice(0, Number(found[1])).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');

function problemsOf(issue: z.core.$ZodIssue): readonly string[] {
  const place = pathText(issue.path);
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${at(key)}: no such setting`);
  if (issue.code === 'invalid_key') return [`${place}: must be a number such as +46480445511`];
  return [`${place === '' ? 'the file' : place}: ${issue.message}`];
}

/** What is wrong between trunks: two that nothing tells apart. */
function clashes(trunks: readonly TrunkEntry[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  const claim = (what: string, value: string, place: string) => {
    const key = `${what} ${value}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, place);
    else problems.push(`${place}: the same ${what} as ${first}`);
  };
  trunks.forEach((trunk, at) => {
    const place = `trunks[${at}]`;
    claim('name', trunk.name, `${place}.name`);
    trunk.addresses.forEach((cidr, n) => {
      claim('network', cidr.toLowerCase(), `${place}.addresses[${n}]`);
    });
    if (trunk.credentials) claim('user', trunk.credentials.user, `${place}.credentials.user`);
    if (trunk.register) {
      const { registrar, account } = trunk.register;
      claim('account', `${account}@${registrar.toLowerCase()}`, `${place}.register.account`);
    }
  });
  return problems;
}

function trunkFrom(
  entry: TrunkEntry,
  place: string,
  secretAt: (place: string, reference: SecretReference) => string,
): Trunk {
  const { register, limits, keepAlive } = entry;
  const credentials: TrunkCredentials | undefined = entry.credentials && {
    user: entry.credentials.user,
    password: secretAt(`${place}.credentials.password`, entry.credentials.password),
  };
  return {
    name: entry.name,
    addresses: entry.addresses,
    credentials,
    registration: register && {
      registrar: register.registrar,
      account: register.account,
      user: register.user ?? register.account,
      password: secretAt(`${place}.register.password`, register.password),
      contactUser: register.contactUser ?? register.account,
      expiresS: register.expiresSeconds,
    },
    numbers: Object.entries(entry.numbers).map(([number, language]) => ({ number, language })),
    identity: entry.identity,
    codecs: entry.codecs,
    limits: { calls: limits.calls, callsPerS: limits.callsPerSecond },
    publicAddress: entry.publicAddress,
    peer: entry.peer,
    keepAlive: keepAlive && { kind: keepAlive.kind, everyS: keepAlive.everySeconds },
  };
}
