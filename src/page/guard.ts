/** What a route asks of whoever calls it. `public` shows nothing of the host; `reader` needs a session. */
export type Access = 'public' | 'reader';

/** What of a request decides whether it is answered. Header values as they came. */
export interface Asked {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly destination: string | undefined;
  readonly hasSession: boolean;
}

export interface Refusal {
  readonly status: 401 | 403 | 421;
  readonly why: string;
}

/**
 * The one place that decides who may do what: why a request is refused, or undefined if it is answered. `hosts` are the
 * names by which this page is known: a foreign name that resolves to this machine (DNS rebinding) has the same origin
 * as itself, so that comparing `Origin` with `Host` would not find it.
 */
export function refusalOf(access: Access, asked: Asked, hosts: ReadonlySet<string>): Refusal | undefined {
  const { method, host, origin, site, hasSession } = asked;
  if (host === undefined || !hosts.has(host.toLowerCase()))
    return { status: 421, why: 'this page does not go by that name; --host NAME adds one' };
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit(access, asked))
    return { status: 403, why: 'the request comes from another site' };
  if (site === undefined && origin !== undefined && !isOwn(origin, host))
    return { status: 403, why: 'the request comes from another origin' };
  if (method === 'POST' && site !== 'same-origin' && (origin === undefined || !isOwn(origin, host)))
    return { status: 403, why: 'the request does not say that it comes from this page' };
  if (access === 'reader' && !hasSession) return { status: 401, why: 'enter the code first' };
  return undefined;
}

/** Somebody follows a link from elsewhere: the document that is shown holds nothing of the host. */
function isVisit(access: Access, { method, mode, destination }: Asked): boolean {
  return access === 'public' && method === 'GET' && mode === 'navigate' && destination === 'document';
}

function isOwn(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}
