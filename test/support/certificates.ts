/** Certificates made at run time with openssl: none are kept with the project. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface IssuedCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface TestAuthority {
  readonly folder: string;
  /** The authority's own certificate. */
  readonly authorityFile: string;
  /** `names`: `DNS:…` and `IP:…`; `days` below 0: expired. */
  issue(names: readonly string[], options?: { readonly days?: number }): IssuedCertificate;
  remove(): void;
}

const openssl = (...args: readonly string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'ignore'] });
};
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const;

export const createTestAuthority = (): TestAuthority => {
  const folder = mkdtempSync(join(tmpdir(), 'ringbro-tls-'));
  const [authorityFile, authorityKey] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  const files = ['-keyout', authorityKey, '-out', authorityFile];
  openssl('req', '-x509', ...newKey, ...files, '-days', '2', '-subj', '/CN=test authority');
  let issued = 0;
  return {
    folder,
    authorityFile,
    issue: (names, { days = 2 } = {}) => {
      issued += 1;
      const path = (ending: string) => join(folder, `${issued}.${ending}`);
      writeFileSync(path('cnf'), `subjectAltName=${names.join(',')}\n`);
      openssl(
        'req',
        '-new',
        ...newKey,
        '-keyout',
        path('key'),
        '-out',
        path('csr'),
        '-subj',
        '/CN=t',
      );
      openssl(
        ...['x509', '-req', '-in', path('csr'), '-CA', authorityFile, '-CAkey', authorityKey],
        ...['-CAcreateserial', '-days', String(days), '-extfile', path('cnf'), '-out', path('pem')],
      );
      return { certificateFile: path('pem'), keyFile: path('key') };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
