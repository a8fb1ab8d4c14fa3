import { EndpointError } from './endpoint-error.ts';
import type { TlsFiles } from './tls-files.ts';

interface Asked {
  /** The endpoint, for people. */
  readonly at: string;
  /** Undefined: the connection is not encrypted. */
  readonly tls: TlsFiles | undefined;
}

/** What is said of a failed connection, by the codes and words of Node.js, OpenSSL and dockerd. The first that matches. */
const MEANINGS: readonly (readonly [RegExp, string, string])[] = [
  [
    /HTTP request to an HTTPS server/,
    'the engine speaks TLS only',
    'Name the certificates: docker.tls with ca, cert and key, or DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.',
  ],
  [
    /wrong version number|packet length too long/i,
    'what listens there does not speak TLS',
    'Leave docker.tls (DOCKER_TLS_VERIFY) out, or correct the port: the one for TLS is usually 2376.',
  ],
  [
    /CERT_HAS_EXPIRED|certificate has expired/i,
    "the engine's certificate has expired",
    'Renew the certificate of the engine.',
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    "the engine's certificate is for another name",
    'Use the name that it is for, or make one for this name (subjectAltName).',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|unable to verify/,
    "the engine's certificate is not signed by an authority that is trusted here",
    'Name the authority that signed it: docker.tls.ca, or ca.pem in DOCKER_CERT_PATH.',
  ],
  [
    /certificate required|bad certificate|unknown ca|HANDSHAKE_FAILURE|alert (?:40|42|48|116)\b/i,
    'the engine does not accept our certificate',
    'Name one that its authority has signed, and its key: docker.tls.cert and docker.tls.key.',
  ],
];

/** Says what an error means where it is about TLS, or about its absence. */
export function explainTls(error: Error, { at, tls }: Asked): Error {
  const code = 'code' in error ? String(error.code) : '';
  const said = `${code} ${error.message}`;
  const [, reason, remedy] = MEANINGS.find(([pattern]) => pattern.test(said)) ?? [];
  if (reason === undefined || remedy === undefined) return error;
  if (tls === undefined && !said.includes('HTTP request to an HTTPS server')) return error;
  return new EndpointError(`${reason} (${code === '' ? at : code})`, remedy);
}
