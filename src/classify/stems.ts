/**
 * Beginnings of every word that a crash shape or a judgement by words can need. A line without any of them is
 * harmless, and most unlabelled lines are proved so by one search for them.
 */
const STEMS =
  'abort addresssan alert alread assert assum attempt backtrac bad broken bug bus cancel cannot catastroph caught caus core corrupt could crash crit cve dead degraded denie deprec detected died disk double dump duplicate emerg erofs err exce exec exhaust exit expired fail fatal fault gaierr goroutine halt hang heap heartbeat hung illegal incorrect insufficient invalid ioerr kill leak left locat lost malformed mismatch missing nan nonrecoverable obsolete oom oops ora out overflow panic perm prelude premature quit raised refus reject repeated restart rtns segf segm segv sever sigabrt sigbus sigkill sigsegv smash space stack stale stop such term threw throw timed timeout tns traceback trap unabl unauthor unavail unbound uncaught uncorrectable undefin unexpect unhandl unhealth uninit unknown unreach unreadable unrecogn unrecover unresolv unsupport violat warn what wrong';

/** The stems where a word begins, and `can't` and `not found`, whose first words are everywhere. */
const SUSPECT = new RegExp(
  `\\b(?:${STEMS.replaceAll(' ', '|')}|can't|connection reset|reset by|d(?:oes|o|id)(?: not|n't)|gone away|line \\d|is (?:locked|full|down|not)|went down|are down|mark(?:ed|ing) |another instance|g(?:ave|iving) up|HTTP [45]|10(?:06|11)\\b|problem|loss\\b[:= ]+nan|tripped|unclosed|destroyed|read-only file|traps:|8=FIX|battery|temperature|transition to|return(?:ed|ing)(?: (?:exit )?(?:code|status))? [1-9]|too many|no (?:route|such|space|more|free|healthy|suitable|available|main|response|reply|answer)|not (?:found|ok|defined|permitted|able|set|valid|allowed|responding|online|reachable|well-formed|authori)|50\\d [BGS])`,
  'i',
);

/** What stands at the very beginning: codes of Redis' replies and of the C library, and a name in capitals of its own. */
const REPLY =
  /^(?:NOAUTH|MISCONF|CLUSTERDOWN|MASTERDOWN|WRONGTYPE|READONLY|LOADING|NOSCRIPT|EXECABORT|CROSSSLOT|NOPERM|WRONGPASS|KeyboardInterrupt|Process \S+:$)/;

/** Words that also end a name: `NullPointerException`, `IOError`. */
const NAMED =
  /Error|Exception|NotFound|NotEstablished|\.(?:[A-Z]\w*)?(?:Found|Exist|Returned|Expired|Out|Closed|Forbidden|Conflict|Exceeded|Failed|Aborted|Cancelled|Interrupted|Overflow|Exhausted|Throttled|Mismatch|Missing|Disconnected|Rejected|Operation|ByZero|Full|Empty)(?::|$)|_ERR|Fail|Fault|Warning|Panic|Crash|Timeout|Refused|Denied|\bE(?:AI_|[A-Z]{3,})|_(?:err|fail|exc|warn|crit|fatal|panic)/;

/**
 * Whether the text has a suspicious word. Regular expressions, since V8 searches a slice of a larger string with them
 * many times faster than code does that looks at one character after another.
 */
export function isSuspicious(text: string): boolean {
  return SUSPECT.test(text) || NAMED.test(text) || REPLY.test(text);
}
