/** Certificate and key from files, read again when they change: renewing them needs no restart. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Logger } from '../../call/ports/process.ts';
import type { TlsMaterial } from './tls-policy.ts';

export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
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
  const readIf = async (file: string | undefined) =>
    file === undefined ? undefined : await read(file);
  const material = {
    certificate: await read(files.certificateFile),
    key: await read(files.keyFile),
    clientAuthority: await readIf(files.clientAuthorityFile),
    serverAuthority: await readIf(files.serverAuthorityFile),
  };
  createSecureContext({
    cert: material.certificate,
    key: material.key,
    ca: [material.clientAuthority, material.serverAuthority].filter((text) => text !== undefined),
  });
  return material;
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
  const watched = Object.values(files).filter((file) => typeof file === 'string');
  for (const file of watched) {
    watchFile(file, { interval: intervalMs, persistent: false }, onFileChange);
  }

  return {
    get material() {
      return material;
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      isClosed = true;
      for (const file of watched) unwatchFile(file, onFileChange);
    },
  };
};
