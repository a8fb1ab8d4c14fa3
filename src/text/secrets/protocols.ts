import { isMasked, looksRandom, MASK } from './mask.ts';
import { tellingOf } from './secret-names.ts';

/** `AUTH x` and `AUTH user x` of Redis and memcached, `AUTH PLAIN x` of mail, `LOGIN user x` of IMAP, `IDENTIFY x` of IRC. */
const LOGIN =
  /(\b(?:AUTH(?:\s{1,4}[\w.-]{1,40})?|LOGIN\s{1,4}\S{1,100}|IDENTIFY(?:\s{1,4}[\w.-]{1,40})?)\s{1,4}["']?)([A-Za-z0-9+/_.=!-]{6,500})/g;
const ACL_USER = /(\bSETUSER\s[^\r\n]{0,200}?\s>)(?!\*)[^\s"']{1,200}/gi;
const REQUIREPASS = /(\b(?:requirepass|masterauth)\s{1,4})(?!\*)[^\s"']{1,200}/gi;
const COMMUNITY = /(\bsnmp[^\r\n]{0,60}?\bcommunity\s{1,4}(?:string\s{1,4})?["']?)(?!\*|=)[^\s"']{1,100}/gi;
/** Password and new password of a FIX logon. */
const FIX_LOGON = /((?:^|[|\u0001^;\s])(?:554|925)=)(?!\*)[^|\u0001^;\s]{1,200}/g;
/** A line of a TLS key log: with it a recorded connection can be read. */
const TLS_KEY =
  /(\b(?:CLIENT_RANDOM|(?:CLIENT|SERVER)_\w{0,20}TRAFFIC_SECRET\w{0,4}|EXPORTER_SECRET|EARLY_EXPORTER_SECRET)\s{1,4}[0-9a-f]{2,128}\s{1,4})[0-9a-f]{2,256}/gi;
/** Passwords as crypt(3) and its like keep them: they are guessed at leisure. */
const CRYPT =
  /(\$(?:apr1|1|2[abxy]|5|6|7|y|gy|sha1|md5|argon2\w{1,2}|pbkdf2[\w-]{0,10}|scrypt)\$)[^\s:"',;*]{8,300}/g;
/** A line of .pgpass: host, port, database, user, password. */
const PGPASS =
  /((?:^|[\s"'])(?:[\w.-]{1,100}|\*):(?:\d{4,5}|\*):[\w*.-]{1,64}:[\w*.-]{1,64}:)(?!\*\*\*)[^\s"':/]{3,100}/gm;
const RTMP_KEY = /(\brtmps?:\/\/[^\s/"']{1,200}\/[^\s/"']{1,100}\/)(?!\*)[^\s"'?]{4,200}/gi;

const IDENTIFIED =
  /(\bidentified\s{1,4}(?:with\s{1,4}\S{1,60}\s{1,4})?(?:by|as)\s{1,4}(?:password\s{1,4})?)(["'])(?!\*)[^"']{1,200}\2/gi;
const INSERTED = /\(([^()]{1,500})\)(\s{0,8}values\s{0,8})\(([^()]{1,2000})\)/gi;

/** Most lines hold none of these words, and are not looked at again. */
const LOGIN_WORD = /AUTH|LOGIN|IDENTIFY/;
const RARE_WORD =
  /setuser|requirepass|masterauth|community|client_|server_|exporter_|rtmp|identified|values/i;
const PORT = /:(?:\d{4,5}|\*):/;

/** What logins, key logs, password files and statements say in a form of their own. */
export function maskProtocols(text: string): string {
  let rest = text;
  if (LOGIN_WORD.test(rest)) rest = rest.replace(LOGIN, maskRandom);
  if (RARE_WORD.test(rest))
    rest = rest
      .replace(ACL_USER, `$1${MASK}`)
      .replace(REQUIREPASS, `$1${MASK}`)
      .replace(COMMUNITY, `$1${MASK}`)
      .replace(TLS_KEY, `$1${MASK}`)
      .replace(RTMP_KEY, `$1${MASK}`)
      .replace(IDENTIFIED, `$1$2${MASK}$2`)
      .replace(INSERTED, maskInserted);
  if (rest.includes('554=') || rest.includes('925=')) rest = rest.replace(FIX_LOGON, `$1${MASK}`);
  if (rest.includes('$')) rest = rest.replace(CRYPT, `$1${MASK}`);
  return PORT.test(rest) ? rest.replace(PGPASS, `$1${MASK}`) : rest;
}

function maskRandom(all: string, before: string, value: string): string {
  return looksRandom(value) && !isMasked(value) ? before + MASK : all;
}

/** Values stand apart from their columns: with a telling column among them, every text is masked. */
function maskInserted(all: string, columns: string, between: string, values: string): string {
  const telling = columns.split(',').some((column) => tellingOf(column.trim()) !== undefined);
  return telling ? `(${columns})${between}(${values.replace(/(["'])[^"']{1,500}\1/g, `$1${MASK}$1`)})` : all;
}
