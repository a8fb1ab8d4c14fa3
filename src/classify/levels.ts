/** Severity as a small number, so that the hot path compares and packs without touching strings. */
export const NONE = 0;
export const INFO = 1;
export const WARNING = 2;
export const ERROR = 3;
export const CRITICAL = 4;

/** A word that belongs to the entry above (PostgreSQL's DETAIL, HINT, STATEMENT …). */
export const ATTACHED = 5;

/** A word of a date (month, weekday, time zone): part of a header, neither prose nor a level. */
export const DATE_WORD = 6;

/**
 * Level words as programs print them, lower-cased, with what they mean here. NOTICE and everything below it is info;
 * FATAL, ALERT, EMERG and PANIC are critical. Four-letter forms come from logrus, log15, slog-rs and Icecast, three-letter
 * ones from zerolog, Serilog, NATS and Zephyr.
 */
export const LEVEL_WORDS: Readonly<Record<number, string>> = {
  [CRITICAL]:
    'emerg emergency emrg alert alrt alr crit critical critic crt fatal fata ftl fat panic pani pnc dpanic disaster catastrophe catastrophic emg',
  [ERROR]:
    'error err eror erro errr severe sever fail failure failed eerror errorlevel erreur fehler errore xerror ee',
  [WARNING]: 'warn warning wrn wrng war warnin warni warnung avertissement caution ewarn ww',
  [INFO]:
    'info inf information informational infos inform notice noti notc ntc note log debug debu dbg dbug debg deb dbgv trace trac trc trce tra verbose vrb verb fine finer finest config silly http hint success succ audit display ok pass passed deprecation einfo okay basic informative msg ii',
};

/** PostgreSQL's lines about the line above, always in capitals and followed by a colon and two spaces. */
export const ATTACHED_WORDS = 'detail hint statement context query location';

/** Names of months, weekdays, time zones and the like. */
export const DATE_WORDS =
  'jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday utc gmt cet cest est edt cst cdt mst mdt pst pdt bst ist jst msk am pm z t';

/** Info words that also begin ordinary sentences: they need brackets, capitals or a colon to be a level. */
export const WEAK_WORDS =
  'log note fine config http hint success audit display ok pass passed deprecation basic msg fat war fail failure failed inform ee ww ii';

/**
 * Level words that are also names, codes or ordinary words in capitals (`HTTP 429`, `OK but`, `ALERT BTCUSDT`, Pi-hole's
 * FTL, a player called FATAL): they need brackets or a colon, or the column where the stream puts its level.
 */
export const AMBIGUOUS_WORDS =
  'http ok pass passed success hint audit display basic war alert alrt alr emerg emrg emergency ftl fatal panic disaster catastrophe';

/** Single letters: glog, klog, Android, MongoDB, WebSphere, ESP-IDF, capnslog, Gluster. */
export const LETTERS: Readonly<Record<string, number>> = {
  T: INFO,
  V: INFO,
  D: INFO,
  I: INFO,
  N: INFO,
  W: WARNING,
  E: ERROR,
  F: CRITICAL,
  C: CRITICAL,
  A: CRITICAL,
  O: INFO,
};

/** Syslog severities (RFC 5424 §6.2.1), which journald's PRIORITY, GELF's level and Cisco's `%FAC-n-` share. */
export const SYSLOG: readonly number[] = [CRITICAL, CRITICAL, CRITICAL, ERROR, WARNING, INFO, INFO, INFO];

/**
 * What a number in a field named for the level means. The scales overlap hardly at all: syslog and GELF 0–7 (least is
 * worst), pino and bunyan 10–60, Monolog 100–600, java.util.logging 800–1000 and Logback's `level_value` in thousands.
 */
export function numericLevel(value: number): number {
  if (value < 0 || !Number.isInteger(value)) return NONE;
  if (value <= 7) return SYSLOG[value] ?? NONE;
  if (value < 100) return value >= 60 ? CRITICAL : value >= 50 ? ERROR : value >= 40 ? WARNING : INFO;
  if (value <= 600) return value >= 500 ? CRITICAL : value >= 400 ? ERROR : value >= 300 ? WARNING : INFO;
  if (value <= 1000) return value >= 1000 ? ERROR : value >= 900 ? WARNING : INFO;
  if (value < 100_000)
    return value >= 50_000 ? CRITICAL : value >= 40_000 ? ERROR : value >= 30_000 ? WARNING : INFO;
  return NONE;
}
