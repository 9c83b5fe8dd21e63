/** Certificate and key from files, read again when they change: renewing them needs no restart. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Logger } from '../../call/ports/process.ts';
import { certificatesEndAt, contextsByName, type TlsMaterial } from './tls-policy.ts';

export interface TlsPairFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface TlsFiles extends TlsPairFiles {
  /** For other names: shown to those who ask for one. */
  readonly further?: readonly TlsPairFiles[] | undefined;
  readonly clientAuthorityFile?: string | undefined;
  readonly serverAuthorityFile?: string | undefined;
}

export interface TlsCredentials {
  /** What new handshakes use. */
  readonly material: TlsMaterial;
  /** Calls back after each change. */
  onChange(listener: () => void): void;
  close(): void;
}

/** A certificate that can't be used: the one failure that its owner must hear about. */
export class TlsCredentialsError extends Error {
  readonly code = 'sip/tls-credentials';
  constructor(cause: unknown) {
    super('the TLS certificate or key cannot be used', { cause });
  }
}

/** Rejects where a file cannot be read, or key and certificate are no pair. */
const readMaterial = async (files: TlsFiles): Promise<TlsMaterial> => {
  const read = (file: string) => readFile(file, 'utf8');
  const readPair = async ({ certificateFile, keyFile }: TlsPairFiles) => ({
    certificate: await read(certificateFile),
    key: await read(keyFile),
  });
  const readIf = async (file: string | undefined) =>
    file === undefined ? undefined : await read(file);
  const material = {
    ...(await readPair(files)),
    further: await Promise.all((files.further ?? []).map(readPair)),
    clientAuthority: await readIf(files.clientAuthorityFile),
    serverAuthority: await readIf(files.serverAuthorityFile),
  };
  createSecureContext({
    cert: material.certificate,
    key: material.key,
    ca: [material.clientAuthority, material.serverAuthority].filter((text) => text !== undefined),
  });
  contextsByName(material);
  return material;
};

const dayMs = 24 * 60 * 60_000;
const shortDays = 30;

/** Whole days until the first of the certificates ends; negative after that. */
export const daysLeft = (material: TlsMaterial, nowMs: number): number =>
  Math.floor((certificatesEndAt(material) - nowMs) / dayMs);

const warnOfEnd = (material: TlsMaterial, log: Logger): void => {
  const days = daysLeft(material, Date.now());
  if (days < 0) log.error({ days }, 'tls certificate has expired');
  else if (days < shortDays) log.warn({ days }, 'tls certificate expires soon');
};

const isSame = (one: TlsMaterial, other: TlsMaterial): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * Rejects with `sip/tls-credentials`. Later on a pair that can't be used (one file written, the
 * other not yet) is left alone, and what was there goes on. Files are looked at every `intervalMs`,
 * which sees renames and swapped links too.
 */
export const openTlsCredentials = async (
  files: TlsFiles,
  log: Logger,
  intervalMs = 5000,
): Promise<TlsCredentials> => {
  let material = await readMaterial(files).catch((error: unknown) => {
    throw new TlsCredentialsError(error);
  });
  const listeners: (() => void)[] = [];
  let isClosed = false;

  const reload = async (): Promise<void> => {
    try {
      const fresh = await readMaterial(files);
      if (isClosed || isSame(material, fresh)) return;
      material = fresh;
      for (const listener of listeners) listener();
      log.info({}, 'tls certificate reloaded');
    } catch (error) {
      log.warn({ err: error }, 'tls certificate could not be reloaded');
    }
  };
  const onFileChange = (): void => void reload();
  const watched = [
    ...[files, ...(files.further ?? [])].flatMap((pair) => [pair.certificateFile, pair.keyFile]),
    files.clientAuthorityFile,
    files.serverAuthorityFile,
  ].filter((file) => file !== undefined);
  for (const file of watched) {
    watchFile(file, { interval: intervalMs, persistent: false }, onFileChange);
  }

  warnOfEnd(material, log);
  const daily = setInterval(() => {
    warnOfEnd(material, log);
  }, dayMs);
  daily.unref();

  return {
    get material() {
      return material;
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      isClosed = true;
      clearInterval(daily);
      for (const file of watched) unwatchFile(file, onFileChange);
    },
  };
};
