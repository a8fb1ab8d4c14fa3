/** An engine's socket on a host that is reached by SSH. */
export interface SshTarget {
  /** A host name or an alias of ~/.ssh/config. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** Path of the engine's socket over there, if it was named. */
  readonly socket?: string;
}

/**
 * Reads `ssh://[user@]host[:port][/path/of/the/engine.sock]`. What begins with a hyphen would be an option to ssh, so it
 * is refused. Returns what was expected, where it is something else.
 */
export function parseSsh(text: string): SshTarget | string {
  const pattern = /^ssh:\/\/(?:([^\s@/:]+)@)?(?:\[([0-9a-f:]+)\]|([^\s@/:]+))(?::(\d{1,5}))?(\/\S*)?$/i;
  const [whole, user, v6, name, port, path] = pattern.exec(text) ?? [];
  const host = v6 ?? name;
  if (whole === undefined || host === undefined)
    return /^ssh:\/\/[^/@]*:[^/@]*@/.test(text)
      ? 'a password has no place in it: ssh uses keys'
      : 'expected ssh://user@host, ssh://user@host:port or ssh://user@host/path/of/docker.sock';
  if (host.startsWith('-') || user?.startsWith('-') === true)
    return 'expected a user and a host that do not begin with a hyphen';
  if (port !== undefined && Number(port) > 65_535) return 'expected a port up to 65535';
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(path === undefined || path === '/' ? {} : { socket: path }),
  };
}
