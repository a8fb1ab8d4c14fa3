import { looksRandom, MASK } from './mask.ts';

const SCHEME = /\b[a-z][a-z0-9+.-]{1,20}:\/\//gi;
/** A secret instead of a user. */
const TOKEN = /(?=[^\s@]{0,40}\d)[^\s/:@"'<>*]{16,500}(?=@)/y;
const USER = /[^\s/:@"'<>]{0,200}:/y;
/** A port, behind which a path begins: what looks like user and password was host and port. */
const PORT = /\d{1,5}(?:[/?#]|$)/y;
const HOST_FOLLOWS = /(?:\[[\da-f:.%]{2,60}\]|[\w.-]{1,253})(?:[:/?#,;)\]}>"'\\]|\s|$)/iy;
const PASSWORD_END = /[\s"<>]|$/g;
const LONGEST = 500;

/** The part of an address after which its secret comes. */
const WEBHOOK = new RegExp(
  '(https?://(?:' +
    [
      '[^\\s/"\'<>]{1,200}/(?:api/(?:v\\d+/)?webhooks|services(?=/T\\w{1,20}/B\\w{1,20}/)|hooks/catch)/',
      '[^\\s/"\'<>]{0,100}slack[^\\s/"\'<>]{0,100}/(?:services|workflows|triggers)/',
      '[^\\s/"\'<>]{0,100}office[^\\s/"\'<>]{0,100}/webhook(?:b2)?/',
      'hc-ping\\.com/',
    ].join('|') +
    '))[^\\s"\'<>)\\]]{1,500}',
  'gi',
);
/** The connection string of Go's MySQL driver has no scheme. */
const GO_NETWORK = /@(?=(?:tcp6?|udp|unix|cloudsql\w{0,10})\(|\/\w)/g;
const GO_LOGIN = /(?:^|[\s"'=`(])([\w.-]{1,64}:)(\S{1,200})$/;
const ORACLE =
  /(:thin:|\b(?:sqlplus|connect\w{0,5})\s{1,4}(?:-\w\s{1,4}|as\s{1,4})?)([^\s/:@]{1,64}\/)(?!\*)[^\s@/]{1,200}(?=@)/gi;

/** A key that stands in a query or at the end of a stream's path, under a name that tells nothing elsewhere. */
const QUERY_KEY = /([?&]key=)(?!\*)[^\s"'&]+/gi;
const QUERY_GRANT = /([?&](?:code|state)=)(?=[^\s"'&]{0,500}\d)(?=[^\s"'&]{0,500}[a-z])[^\s"'&*]{8,500}/gi;
const STREAM_KEY =
  /((?:\/(?:ws|stream|userDataStream)\/|[?&]streams=))(?=[A-Za-z0-9]{0,40}\d)(?=[A-Za-z0-9]{0,40}[A-Za-z])[A-Za-z0-9]{30,512}/g;

/** A link that lets in whoever has it. */
const LINK_KEY =
  /(\/(?:reset|verify|verification|confirm|invite|invitation|activate|activation|magic|share|unsubscribe)[\w-]{0,20}\/)([\w-]{20,512})/gi;

/** Addresses: passwords and tokens before the `@`, webhooks, keys in queries and paths, connection strings. */
export function maskAddresses(text: string): string {
  let rest = text;
  if (rest.includes('://')) rest = maskLogins(rest.replace(WEBHOOK, `$1${MASK}`));
  if (rest.includes('@')) rest = maskGoLogins(rest).replace(ORACLE, `$1$2${MASK}`);
  if (rest.includes('/') || rest.includes('?'))
    rest = rest
      .replace(QUERY_KEY, `$1${MASK}`)
      .replace(QUERY_GRANT, `$1${MASK}`)
      .replace(STREAM_KEY, `$1${MASK}`)
      .replace(LINK_KEY, (all: string, before: string, key: string) =>
        looksRandom(key) ? before + MASK : all,
      );
  return rest;
}

function maskLogins(text: string): string {
  const out: string[] = [];
  let from = 0;
  for (const { index, 0: scheme } of text.matchAll(SCHEME)) {
    const start = index + scheme.length;
    if (start < from) continue;
    const token = endOf(TOKEN, text, start);
    if (token !== undefined) {
      out.push(text.slice(from, start), MASK);
      from = token;
      continue;
    }
    const password = endOf(USER, text, start);
    if (password === undefined || endOf(PORT, text, password) !== undefined) continue;
    const end = passwordEnd(text, password);
    if (end === undefined || end === password) continue;
    out.push(text.slice(from, password), MASK);
    from = end;
  }
  return from === 0 ? text : out.join('') + text.slice(from);
}

/** The last `@` before a query that a host follows: passwords hold `/`, `#` and `@` more often than paths hold `@`. */
function passwordEnd(text: string, start: number): number | undefined {
  const run = text.slice(start, start + LONGEST);
  PASSWORD_END.lastIndex = 0;
  const end = PASSWORD_END.exec(run)?.index ?? run.length;
  const query = run.indexOf('?');
  const limit = query < 0 || query > end || !run.slice(0, query).includes('@') ? end : query;
  for (let at = run.lastIndexOf('@', limit - 1); at >= 0; at = at === 0 ? -1 : run.lastIndexOf('@', at - 1))
    if (endOf(HOST_FOLLOWS, text, start + at + 1) !== undefined) return start + at;
  return undefined;
}

function maskGoLogins(text: string): string {
  const out: string[] = [];
  let from = 0;
  for (const { index } of text.matchAll(GO_NETWORK)) {
    const login = GO_LOGIN.exec(text.slice(Math.max(from, index - 280), index));
    const password = login?.[2];
    if (password === undefined || password.includes('//') || password === MASK) continue;
    out.push(text.slice(from, index - password.length), MASK);
    from = index;
  }
  return from === 0 ? text : out.join('') + text.slice(from);
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
