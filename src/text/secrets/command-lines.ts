import { MASK } from './mask.ts';

/** A word of a command line, quoted or not, that is not masked yet and no flag. */
const WORD = '(?:\'[^\']{1,200}\'|"[^"]{1,200}"|(?!-|\\*\\*\\*)[^\\s"\'|;]{1,200})';
const within = '[^\\r\\n|;]{0,200}?';

/** Flags that are secret for one program only; those that tell by their own name are names like others. */
const RULES: readonly (readonly [hint: RegExp, pattern: RegExp, shown: string])[] = [
  [
    /\s(?:-u|--user)[ =]/,
    /((?<![\w-])(?:-u|--user)[ =]["']?[^\s:"'/]{1,64}:)(?!\d+(?:\s|$)|\*)[^\s"']+/g,
    `$1${MASK}`,
  ],
  [
    /\s-p/,
    new RegExp(
      `((?:\\b(?:mysql|mariadb)\\w{0,10}|\\b7z[ar]?|\\bsshpass)\\b${within}\\s-p)(?=\\S)${WORD}`,
      'g',
    ),
    `$1${MASK}`,
  ],
  [
    /\s-p/,
    new RegExp(
      `(\\b(?:sshpass|mongo\\w{0,10}|(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|az|oc|cf)\\b${within}\\blogin)\\b${within}\\s-p\\s{1,4})${WORD}`,
      'g',
    ),
    `$1${MASK}`,
  ],
  [/redis-cli/, new RegExp(`(\\bredis-cli\\b${within}\\s-a\\s{1,4})${WORD}`, 'g'), `$1${MASK}`],
  [/\bldap/, new RegExp(`(\\bldap\\w{1,10}\\b${within}\\s-w\\s{1,4})${WORD}`, 'g'), `$1${MASK}`],
  [
    /\s-P/,
    new RegExp(`(\\b(?:(?:un)?zip|mosquitto_\\w{1,8})\\b${within}\\s-P\\s{1,4})${WORD}`, 'g'),
    `$1${MASK}`,
  ],
  [
    /htpasswd/,
    new RegExp(
      `(\\bhtpasswd\\s{1,4}-\\w{0,6}b\\w{0,6}\\s{1,4}\\S{1,100}\\s{1,4}\\S{1,100}\\s{1,4})${WORD}`,
      'g',
    ),
    `$1${MASK}`,
  ],
  [/\bnet use/, new RegExp(`(\\bnet use\\b${within}/user:\\S{1,64}\\s{1,4})${WORD}`, 'g'), `$1${MASK}`],
  [/%/, /(\s(?:-U|--user)[ =]?[\w\\.-]{1,64}%)(?!\*)[^\s"']{1,200}/g, `$1${MASK}`],
  [/\bplink|\bpscp/, new RegExp(`(\\b(?:plink|pscp)\\b${within}\\s-pw\\s{1,4})${WORD}`, 'g'), `$1${MASK}`],
  [/\bpass:/, /(\s-(?:pass|passin|passout|k)\s{1,4}pass:)(?!\*)\S{1,200}/g, `$1${MASK}`],
  [
    /\||-stdin/,
    new RegExp(
      `(\\b(?:echo|printf)\\s{1,4}(?:-\\w{1,3}\\s{1,4})?)${WORD}(?=\\s{0,4}\\|[^\\r\\n|]{0,200}(?:-stdin|\\bsudo\\s{1,4}-S|passwd|\\bcryptsetup|-passphrase-fd)\\b)`,
      'g',
    ),
    `$1${MASK}`,
  ],
];

/** Passwords among the arguments of a command, as shells, errors and audit logs print it. */
export function maskCommandLines(text: string): string {
  if (!text.includes(' -') && !text.includes('net use') && !text.includes('|')) return text;
  return RULES.reduce(
    (rest, [hint, pattern, shown]) => (hint.test(rest) ? rest.replace(pattern, shown) : rest),
    text,
  );
}
