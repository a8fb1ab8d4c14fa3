type Mask = readonly [needs: RegExp, pattern: RegExp];

/** Ends of host names: those of companies and networks, of private zones, and of countries. */
const GENERIC = 'com|net|org|edu|gov|mil|info|biz|cloud|local|internal|lan|arpa';
const COUNTRIES =
  'at|au|be|br|ca|ch|cn|cz|de|dk|es|eu|fi|fr|gr|hk|hu|ie|il|in|io|it|jp|kr|mx|nl|no|nz|pl|pt|ro|ru|se|sg|si|sk|tr|tw|ua|uk|us|za';

/** Names of packages are host names in reverse. */
const NOT_REVERSED = '(?!(?:com|org|net|io|edu|gov|java|javax|sun|system|android|jdk)\\.)';

const HOST = new RegExp(
  `(?<![\\w./$-])${NOT_REVERSED}(?:(?:[A-Za-z0-9_][\\w-]*\\.)+(?:${GENERIC})|(?:[A-Za-z0-9_][\\w-]*\\.){2,}(?:${COUNTRIES}))(?::\\d+)?(?![\\w(/-]|\\.\\w)`,
  'g',
);

/**
 * What varies between two occurrences of one message and is known by its shape, most specific first. A mask never
 * contains a letter or digit that a later pattern could take, so masking twice changes nothing. Each pattern is tried
 * only where the text has what it cannot do without, which costs a tenth of trying.
 */
export const MASKS: readonly Mask[] = [
  [/:\/\//, /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]+/gi],
  [/@/, /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g],
  [/-[0-9a-f]{4}-[0-9a-f]{4}-/i, /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi],
  [
    /\d{4}[-/.]\d\d[-/.]\d\d/,
    /\b\d{4}[-/.]\d\d[-/.]\d\d(?:[T ,:-]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?/g,
  ],
  [
    /(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /-]/,
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2}[ /-])?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /-]+\d{1,4}(?:[ :]\d\d:\d\d:\d\d(?:[.,]\d+)?)?(?: \d{4})?/g,
  ],
  [/\d:\d\d/, /(?<![\w:])\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AP]M)?(?![\w:])/g],
  [/:[0-9a-f]{0,4}:/i, /(?<![\w.:])(?:[0-9a-f]{0,4}:){2,24}[0-9a-f]{0,4}(?:%\w+)?(?![\w:])/gi],
  [/\w\.[a-z]{2}/, HOST],
  [/\d\.\d{1,3}\.\d/, /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g],
  // A value that is not there is a value as well.
  [/ \(\)/, /(?<= \()(?=\))/g],
  // A name before a port is a host's; the lines of a source file hardly ever have five digits.
  [/[a-z\d]:\d{4}/i, /(?<![\w./])[a-z](?=[\w.-]*[-\d])[\w.-]*:\d{4,5}\b/gi],
  [/[/\\]/, /(?<![\w<])(?:~|\.{1,2})?\/(?:[\w.@%+~-]+\/?)+(?::\d+)*|\b[A-Z]:\\[^\s"'<>|]+/g],
  [
    /\b[uU]ser /,
    /(?<=\b[uU]ser )(?!unknown|name|with|is|has|not|was|from|by|in|on|for|to|and|or|id|can|does|must|already|authentication)[\w.$-]+/g,
  ],
];

/** What is left to be masked once names have been: bytes and addresses in hex. */
export const HEX: readonly Mask[] = [
  [/0x/i, /\b0x[0-9a-f]+\b/gi],
  [/\d[a-f]|[a-f]\d/i, /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi],
];
