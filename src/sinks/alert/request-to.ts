import type { Dispatcher } from 'undici';
import { USER_AGENT } from '../../version.ts';

/** The parts of a request that an address makes; user and password in it become a Basic header, unless there is another. */
export function requestTo(
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Pick<Dispatcher.RequestOptions, 'origin' | 'path'> & { readonly headers: Record<string, string> } {
  const named = { 'user-agent': USER_AGENT, ...basic(url), ...headers };
  return { origin: url.origin, path: url.pathname + url.search, headers: named };
}

/** The `authorization` header that an address with a user and a password asks for. */
function basic({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
