import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from './state.ts';

/** Paths and texts of an authority of its own, and of a certificate for `localhost` that it signed. */
export interface Authority {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes one with openssl, valid for a day; the folder is by default one of the test that asks. */
export function ownAuthority(dir = scratchDir()): Authority {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '1', '-subj', '/CN=Own CA');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:localhost'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'basicConstraints=critical,CA:FALSE'];
  openssl(
    'req',
    '-x509',
    ...key,
    ...signed,
    ...subject,
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-days',
    '1',
  );
  return {
    ca: join(dir, 'ca.pem'),
    cert: readFileSync(join(dir, 'cert.pem'), 'utf8'),
    key: readFileSync(join(dir, 'key.pem'), 'utf8'),
  };
}
