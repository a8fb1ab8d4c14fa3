import { CRITICAL, ERROR, INFO, WARNING } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';

/** A form in which runtimes, kernels and tools report that something broke, and how bad that is. */
type Shape = readonly [pattern: RegExp, level: number];

/**
 * What crashing programs print without naming a level, by where it comes from. Tried in order after the explicit
 * levels; patterns begin at the line's start, at the end of its header, or name something that prose does not.
 */
const SHAPES: readonly Shape[] = [
  // what clients did, what mail waits for: records, whatever they tell
  [
    /\b(?:completed|finished|handled|served) (?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) |^Completed [1-5]\d\d |\bstatus=(?:sent|deferred|bounced) \(/i,
    INFO,
  ],
  // Go
  [/(?:^|[\s\]])panic: (?!button)/, CRITICAL],
  [/\bhttp: panic serving /, ERROR],
  [
    /\bfatal error: (?:runtime|all goroutines|concurrent|stack overflow|out of memory|unexpected signal|sync:|found bad|checkdead|bad )/,
    CRITICAL,
  ],
  [/^\[signal SIG[A-Z]+: |\bgoroutine stack exceeds /, CRITICAL],
  // Rust, Zig, Swift
  [/\bthread '[^']*'(?: \(\d+\))? panicked at |\bhas overflowed its stack\b/, CRITICAL],
  [/^thread \d+ panic: /, CRITICAL],
  [/\bFatal error: (?!.*\berrors? in\b)/, CRITICAL],
  // C and C++, sanitizers, signals
  [
    /\bterminate called (?:after throwing|without an active)|^libc\+\+abi: terminating|^signal: (?:killed|segmentation fault|aborted|bus error)/,
    CRITICAL,
  ],
  [
    /\bSegmentation fault\b|\bsegfault at\b|\bSIGSEGV\b|\bSIGABRT\b|\bSIGBUS\b|\bBus error\b|\bIllegal instruction\b|\bFloating point exception\b/i,
    CRITICAL,
  ],
  [
    /\bcore dumped\b|\babort\(\) was called\b|\*\*\* (?:stack smashing|buffer overflow) detected|^\*\*\* Error in `|^(?:free|malloc|corrupted|double free|munmap_chunk|realloc)\b.*(?:detected|invalid|corrupt|free list|linked list|size)/,
    CRITICAL,
  ],
  [
    /^==\d+==\s?(?:ERROR|ABORTING|WARNING: ThreadSan)|\bAddressSanitizer:|\bLeakSanitizer:|: runtime error: /,
    CRITICAL,
  ],
  [/\bAssertion [`'"(].*failed|\bassertion failed\b|^Assertion failed/i, CRITICAL],
  [
    /^(?:\S+: line \d+:\s+\d+ )?(?:Killed|Aborted|Trace\/breakpoint trap|Stack fault|Bad system call)(?:\s{2}|\s\((?:core|pro)|\s*$|\sprocess\b|\()/,
    CRITICAL,
  ],
  [/\bsymbol lookup error:|error while loading shared libraries:/, ERROR],
  // kernel
  [
    /\bOut of memory\b|\boom-kill(?:er)?[:\b]|\binvoked oom-killer\b|\bMemory cgroup out of memory\b|\bOOMKilled\b|\bout of memory\b/i,
    CRITICAL,
  ],
  [
    /\bkernel BUG at |\bBUG: (?:unable|soft lockup|scheduling|Bad)|\bOops: \d|\bKernel panic - |\btraps: \S+\[\d+\]|\bgeneral protection fault\b|\bhung_task\b|blocked for more than \d+ seconds/,
    CRITICAL,
  ],
  [
    /\bI\/O error, dev |\bBuffer I\/O error\b|\bEXT4-fs error\b|\bXFS \(.*\): (?:Corruption|metadata I\/O)|\bRemounting filesystem read-only/,
    ERROR,
  ],
  // V8 and the JVM
  [/\bFATAL ERROR: /, CRITICAL],
  [/^#\s+A fatal error has been detected by /, CRITICAL],
  [/\bException in thread ["']|\bException: java\.lang\.OutOfMemoryError/, ERROR],
  [/^Terminating due to java\.lang\./, CRITICAL],
  // warnings of runtimes
  [/\b\(node:\d+\) |^\(node:\d+\) /, WARNING],
  [
    /\b\w*(?:Deprecation|User|Runtime|Future|Resource|Syntax|Import|Bytes|Unicode|Encoding|Experimental|MaxListenersExceeded|Time(?:out)?Overflow)Warning\b: /,
    WARNING,
  ],
  [/\b[A-Z]\w*Warning:(?: |$)/, WARNING],
  [/^\/\S+ does not exist, skipping$/, WARNING],
  [/^PHP (?:Warning|Notice|Deprecated|Strict Standards): {2}/, WARNING],
  [/^(?:Warning|Deprecated): .* in \S+ on line \d+$/, WARNING],
  [/^npm (?:WARN|warn)\b/, WARNING],
  [/\bUse of uninitialized value\b|\bused only once: possible typo\b|\bisn't numeric in\b/, WARNING],
  [/^WARNING: An illegal reflective access|^OpenJDK 64-Bit Server VM warning:|\bVM warning: /, WARNING],
  // exceptions by name: Python, Java, .NET, Node.js, PHP, Ruby
  [/^Traceback \(most recent call last\)|\bTraceback \(most recent call last\):?/, ERROR],
  [
    /\bUnhandled(?: \w+)? (?:exception|rejection|error|promise rejection)\b|\bUnhandledPromiseRejection\b|(?:^|[\s[(])(?:uncaughtException|unhandledRejection)(?:[:\]]| [A-Z{[])/i,
    ERROR,
  ],
  [
    /\b[Uu]ncaught (?:\(in promise\) )?(?:[Ee]xception\b(?! handl)|[A-Z][\w.\\]*(?:Error|Exception)\b)/,
    ERROR,
  ],
  [
    /^(?:[\w$-]+[.:\\/]+)*[A-Z][A-Za-z0-9$]*(?:Error|Exception|Failure|Fault|Interrupt|Exit|Interrupted|Timeout)(?:\d+)?(?: ?\[\w+\])?(?::| \(|$|: )/,
    ERROR,
  ],
  [/(?:^|[\s[(:])(?:[\w$]+[.:\\]+)+[A-Z][\w$]*(?:Error|Exception)\b(?=$|[:\s(\]])/, ERROR],
  [/(?:^|[\s[])[A-Z][a-z][A-Za-z0-9$]*(?:Error|Exception): /, ERROR],
  [
    /^Process \S+-\d+(?::\d+)?:$|^Task was destroyed but it is pending!|^(?:Task|Future) exception was never retrieved|^Unclosed (?:client session|connector|connection|response)\b/,
    ERROR,
  ],
  [
    /^(?:[a-z_]\w*\.)+(?:[A-Z]\w*)?(?:Found|DoesNotExist|ObjectsReturned|Expired|Timeout|TimedOut|Refused|Closed|Denied|Forbidden|Unauthorized|Conflict|Unavailable|Exceeded|Failed|Aborted|Cancelled|Interrupted|Overflow|Exhausted|Throttled|Mismatch|Missing|Disconnected|Rejected|Operation|ByZero|Full|Empty|Invalid\w*)(?:: |$)/,
    ERROR,
  ],
  [
    /\b[\w.]+\.(?:errors?|exceptions?|exc)\.[A-Z]\w+(?::|$| \()|^(?:[\w$]+\.)+ExceptionInfo: |^KeyboardInterrupt$/,
    ERROR,
  ],
  [
    /^(?:\[[\w-]+\] )?(?:[A-Z]\w*::)+[A-Z]\w*(?: \(.*\):?$|: )|^(?:[A-Z]\w*::)+\w*(?:NotFound|NotEstablished|Invalid|Unavailable|Exhausted|Missing|Denied|Refused|Expired)$/,
    ERROR,
  ],
  [/^\w+(?:\.\w+)*\.\w*(?:Exception|Error)@\S+\(\d+\): /, ERROR],
  [/^(?:exception|Exception) ['"]?[\w\\.:]+['"]? with message /, ERROR],
  [/:\d+:in [`'].*[`'].*: .*\((?:[\w:]*(?:Error|Exception|Interrupt)|[A-Z]\w+(?:::\w+)*)\)$/, ERROR],
  [
    /^Error: (?![+-]?\d*\.\d+%?$)|^\s*\[?(?:Type|Range|Reference|Syntax|Aggregate|Eval|URI|Assertion|Internal)?Error(?: \[\w+\])?: /,
    ERROR,
  ],
  // Erlang, Elixir, Perl, Lua, R, Julia, Haskell, OCaml, shells
  [/^=(?:CRASH|ERROR) REPORT=+|\bCRASH REPORT Process\b|\bexception error: /, ERROR],
  [/^=(?:WARNING) REPORT=+/, WARNING],
  [/^=(?:INFO|PROGRESS|SUPERVISOR) REPORT=+/, INFO],
  [/^\*\* \((?:\w+\.)*\w+\) |^\*\* \(EXIT/, ERROR],
  [
    /^(?!.*\b(?:deprecated|uninitialized|redefined)\b).* at \S+ line \d+(?:, <\w+> (?:line|chunk) \d+)?\.$/,
    ERROR,
  ],
  [/^lua\d*(?:\.\d+)?: |^luajit: /, ERROR],
  [/^[\w.-]+: Prelude\.|^\*\*\* Exception: /, ERROR],
  [/^Error in .*:|^Execution halted$/, ERROR],
  [/^Fatal error: exception /, CRITICAL],
  [
    /^\S+: line \d+: (?!.*\bwarning\b)|^\S*sh: \d+: \S|^\S+: \d+: \S+: (?:not found|parameter not set)$|: command not found$|^\S*sh: \d+: \S+: not found$/,
    ERROR,
  ],
  // operating system errors, in whatever program's words
  [
    /\bE(?:CONNREFUSED|CONNRESET|CONNABORTED|ADDRINUSE|ADDRNOTAVAIL|ACCES|PERM|PIPE|NOSPC|NOENT|TIMEDOUT|HOSTUNREACH|NETUNREACH|MFILE|NFILE|ROFS|AI_AGAIN|NOTFOUND|NOMEM|IO|EXIST|ISDIR|NOTDIR|SOCKETTIMEDOUT)\b/,
    ERROR,
  ],
  [
    /: (?:Permission denied|No such file or directory|No space left on device|Address already in use|Connection refused|Connection reset by peer|Read-only file system|Too many open files|Cannot allocate memory|Input\/output error|Operation not permitted|Text file busy|Exec format error|Is a directory|Not a directory|Broken pipe|Device or resource busy|Connection timed out|No route to host|Network is unreachable|Name or service not known|Temporary failure in name resolution|Disk quota exceeded|Stale file handle|Bad file descriptor)\b/i,
    ERROR,
  ],
  [
    /\b(?:dial|read|write|listen) (?:tcp|udp|unix)\b.*: |\bi\/o timeout\b|\bcontext deadline exceeded\b|\bno such host\b|\bbind: |\bno route to host\b|^(?:NOAUTH|MISCONF|CLUSTERDOWN|MASTERDOWN|WRONGTYPE|READONLY|LOADING Redis|OOM command|NOSCRIPT|EXECABORT|CROSSSLOT|NOPERM|WRONGPASS|BUSY Redis) |^E(?:MFILE|NFILE|BADF|ISDIR|NOTDIR|BUSY|EXIST|INVAL|AGAIN)\b|\b50\d (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)\b|^no main manifest attribute|\btls: handshake failure|\bx509: /,
    ERROR,
  ],
  [/\bno space left on device\b|\bno such file or directory\b/i, ERROR],
  [/\bcode=(?:exited, status=[1-9]|killed|dumped)/, ERROR],
  [
    /\b[Mm]ark(?:ing|ed)\b.{0,80}\bas ["']?(?:down|dead|failed|offline|unreachable|unhealthy|unavailable|lost|faulty|bad)\b/,
    ERROR,
  ],
  // tools
  [/^make(?:\[\d+\])?: \*\*\* |\*\*\* \[.*\] Error \d+/, ERROR],
  [/^npm (?:ERR!|error)\b|^error Command failed|^yarn .*error /, ERROR],
  [/^E: |^dpkg: error|^curl: \(\d+\)|^ssh: connect to |^wget: /, ERROR],
  [/^(?:fatal|FATAL): |^fatal: /, CRITICAL],
  [/: undefined reference to |^collect2: |^ld: /, ERROR],
  [/^--- FAIL: |^FAIL\t|^FAILED |^not ok \d+|^BUILD FAILED|^FAILURE: Build failed/, ERROR],
  [/\bORA-\d+\b|\bSQLSTATE\[(?!00000)\w+\]|\bTNS-\d+\b|^ER_[A-Z_]+: |^pq: /, ERROR],
  [/^Task timed out after |\bTask timed out after [\d.]+ seconds/, ERROR],
  [/^\[warn\]|^warn: |^W: /, WARNING],
];

const PACKED: readonly (readonly [RegExp, number])[] = SHAPES.map(([pattern, level]) => [
  pattern,
  found('crash shape', level),
]);

/** The level of a line (from where its header ends) that has the shape of a crash, or 0. */
export function crashShape(text: string): number {
  for (const [pattern, packed] of PACKED) {
    const match = pattern.exec(text);
    if (match !== null) return marked(packed, match.index, match.index + match[0].length);
  }
  return 0;
}
