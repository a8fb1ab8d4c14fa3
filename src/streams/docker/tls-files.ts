import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { EndpointError } from './endpoint-error.ts';

/** The certificates of an encrypted connection, by path; PEM. */
export interface TlsFiles {
  /** Who may have signed the engine's certificate. Default: the authorities that Node.js trusts. */
  readonly ca?: string | undefined;
  /** Ours, and its key: `dockerd --tlsverify` lets nobody else in. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Whether the engine's certificate is verified. */
  readonly verify: boolean;
}

/** The files of a folder by the names that the Docker CLI gives them; those that are not there are left out. */
export function tlsFolder(folder: string): TlsFiles {
  const named = (name: string) => {
    const path = join(folder, `${name}.pem`);
    return existsSync(path) ? path : undefined;
  };
  return { ca: named('ca'), cert: named('cert'), key: named('key'), verify: true };
}

/**
 * Makes what connections need of these files; they are read anew once one of them has changed, so that a renewed
 * certificate is used without a restart. Throws an `EndpointError` that names the file at fault.
 */
export function tlsContext(files: TlsFiles): () => SecureContext {
  let made: { readonly of: string; readonly context: SecureContext } | undefined;
  const paths = [files.ca, files.cert, files.key].filter((path) => path !== undefined);
  return () => {
    const of = paths.map((path) => read(path, () => statSync(path).mtimeMs)).join(' ');
    if (made?.of !== of) made = { of, context: secureContext(files) };
    return made.context;
  };
}

function secureContext({ ca, cert, key }: TlsFiles): SecureContext {
  const text = (path: string | undefined) =>
    path === undefined ? undefined : read(path, () => readFileSync(path));
  const pem = { ca: text(ca), cert: text(cert), key: text(key) };
  try {
    return createSecureContext({ ...pem, minVersion: 'TLSv1.2' });
  } catch (error) {
    const paths = [ca, cert, key].filter((path) => path !== undefined).join(', ');
    throw new EndpointError(
      `the certificates cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      `Expected PEM files that belong together: ${paths}.`,
    );
  }
}

function read<T>(path: string, reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new EndpointError(
      `${path} cannot be read: ${code}`,
      code === 'EACCES'
        ? 'Let the user that this runs as read it.'
        : 'Correct the path of the certificate (docker.tls, DOCKER_CERT_PATH).',
    );
  }
}
