/**
 * Beginnings of every word that a crash shape or a judgement by words can need. A line without any of them is
 * harmless, and most unlabelled lines are proved so by one search for them.
 */
const STEMS =
  'abort addresssan alread noauth misconf unhealth alert assert backtrac broken bug bus cancel cannot caught catastroph caus corrupt core attempt locat could crash crit cve dead denied denie deprec detected died disk double dump eacces eaddr eai econn ehost emerg enet eno enxio eperm epipe erofs err etime exce exec exhaust exit expired fail fatal fault gaierr goroutine halt heap hung ioerr illegal incorrect insufficient invalid kill left leak lost malformed mismatch missing nonrecoverable obsolete oom oops out overflow panic perman perm quit raised refus reject restart rtns sever segf segm segv sigabrt sigbus sigkill sigsegv smash space stack stop such term threw throw thrown timed timeout tnsl traceback trap unabl unauthor unavail uncaught undefin unexpect uninit hang unhandl unknown unreach unrecover unresolv unsupport violat warn what wrong ora';

/** The stems where a word begins, and `can't` and `not found`, whose first words are everywhere. */
const SUSPECT = new RegExp(
  `\\b(?:${STEMS.replaceAll(' ', '|')}|can't|no (?:route|such|space|more)|not (?:found|ok|defined|permitted|able))`,
  'i',
);

/** Words that also end a name: `NullPointerException`, `IOError`. */
const NAMED =
  /Error|Exception|Fail|Fault|Warning|Panic|Crash|Timeout|Refused|Denied|_(?:err|fail|exc|warn|crit|fatal|panic)/;

/**
 * Whether the text has a suspicious word. Regular expressions, since V8 searches a slice of a larger string with them
 * many times faster than code does that looks at one character after another.
 */
export function isSuspicious(text: string): boolean {
  return SUSPECT.test(text) || NAMED.test(text);
}
