/** Why a request brought no answer, and what to do about it. Holds no address: messages of errors may, codes do not. */
export interface TransportFault {
  /** The code, and in words what it means where few know it. */
  readonly said: string;
  readonly remedy: string;
}

const FIREWALL = 'see whether this host may reach it: DNS, firewall, proxy; under systemd IPAddressDeny=';
const CA = 'set alerts.ca (QT_ALERTS_CA) to a PEM file with the certificate of the authority that signed it';

/** What the code of an error says, by the first that matches. */
const FAULTS: readonly (readonly [codes: RegExp, means: string, remedy: string])[] = [
  [/^alerts\.ca /, '', 'set alerts.ca to a PEM file that the user of the daemon may read'],
  [
    /^(?:UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/,
    'its certificate is signed by nobody whom this host trusts; see alerts.ca',
    CA,
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    'its certificate is not valid today',
    'renew the certificate of the receiver, and look at the clock of this host',
  ],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|UND_ERR_PRX_TLS)$/,
    'its certificate is for another name',
    'write the address with a name that stands in the certificate',
  ],
  [/^(?:CERT_|UNABLE_TO_)/, 'its certificate cannot be trusted', CA],
  [
    /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/,
    'it does not speak TLS as this program does',
    'see whether the address should begin with http://, or name another port',
  ],
  [
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    'its name cannot be resolved',
    'see whether the name is right, and whether DNS works on this host',
  ],
  [
    /^(?:UND_ERR_PRX_CONN|proxy )/,
    'the proxy does not let it through',
    'see what the proxy of HTTP_PROXY or HTTPS_PROXY allows and asks for; NO_PROXY leaves a host out',
  ],
];

/** The fault behind an error of a request. */
export function transportFault(error: unknown): TransportFault {
  const code = codeOf(error);
  const known = FAULTS.find(([codes]) => codes.test(code));
  if (known === undefined) return { said: code, remedy: FIREWALL };
  const [, means, remedy] = known;
  // Not `CODE: meaning`: what follows SIGNATURE and a colon would be masked as a secret.
  return { said: means === '' ? code : `${means} (${code})`, remedy };
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return 'failed';
  const proxy = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)?.[1];
  if (proxy !== undefined) return `proxy HTTP ${proxy}`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
