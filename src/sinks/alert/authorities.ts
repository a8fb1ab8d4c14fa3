/**
 * The authorities that Node trusts and those of a PEM file. Throws `UnusableCa` for a file that cannot be used.
 */
export async function authorities(file: string): Promise<string[]> {
  const [{ readFile }, { getCACertificates, createSecureContext }] = await Promise.all([
    import('node:fs/promises'),
    import('node:tls'),
  ]);
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UnusableCa(`cannot be read: ${code}`);
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new UnusableCa('holds no certificate');
  try {
    createSecureContext({ ca: pem });
  } catch {
    throw new UnusableCa('holds a damaged certificate');
  }
  return [...getCACertificates('default'), pem];
}

/** The file of `alerts.ca` cannot be used; `code` says why in words that hold no secret. */
export class UnusableCa extends Error {
  readonly code: string;

  constructor(why: string) {
    super(why);
    this.code = `alerts.ca ${why}`;
  }
}

/** What is wrong with the file of `alerts.ca`, with its name; undefined if it can be used, or none is named. */
export async function caProblem(ca: string): Promise<string | undefined> {
  try {
    if (ca !== '') await authorities(ca);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnusableCa)) throw error;
    return `alerts.ca: ${ca} ${error.message}; expected a PEM file with certificates, readable for the user of the daemon`;
  }
}
