import { CRITICAL, ERROR, INFO, WARNING } from './levels.ts';
import type { EntryState } from './entry.ts';
import { bodyStart } from './prefix.ts';

/**
 * Lines that no program prints first: frames, causes, notes and closers of traces, by the runtime that prints them.
 * They are looked up by their first character, so that an ordinary line below an entry costs one look and no pattern.
 */
const FOLLOWING: readonly (readonly [first: string, pattern: RegExp])[] = [
  // Java, JavaScript, .NET
  ['a', /^at [\w$.<>/[\]]+[.(: ]|^at .*:\d+|^at .*\)$/],
  ['.', /^\.{3} ?\d+ (?:more|common frames|lines|levels)/],
  ['CSWR', /^(?:Caused by|Suppressed|Wrapped by|Root cause):(?: |$)/],
  ['nwE', /^(?:nested exception is|with root cause|Exception message):?/],
  // Go
  ['gcer[', /^(?:goroutine \d+ \[|created by |exit status \d+$|runtime stack:|\[signal SIG|\[recovered\])/],
  // titles of stacks
  [
    'sSBCNT',
    /^(?:stack (?:backtrace|traceback)|S(?:tack ?trace|TACK TRACE)|Backtrace|Call(?: Trace| stack|Stack|s)|Native stack trace|Current stack trace|Trace)\b.*:?$/i,
  ],
  // PHP, Dart, V8, Julia, rustc, JVM crash reports
  ['#', /^#(?:\d+:? |\s|$)/],
  ['0123456789', /^\d+: (?:0x)?[0-9a-f]{4,} |^\d+\s+\||^\d+ +(?:\[\w+\] )?(?:\S+ +)?0x[0-9a-f]{4,} /],
  ['[', /^\[\d+\] (?:top-level|(?!Traceback)\S+ ?\()|^\[(?:previous exception|stacktrace)\]/],
  // loguru, libpq
  ['>', /^> File "/],
  ['c', /^connection to server (?:at|on) /],
  ['-|^~=→', /^(?:-->|-{3,}|\||\^|~+\^*|=>|={3,}$|→|= (?:note|help): )/],
  ['nhT', /^(?:note|help|hint): |^Trace: /],
  // Node.js
  ['Ef', /^(?:Emitted '\w+' event (?:on|at)\b|future: <(?:Task|Future) )/],
  ['N(<', /^(?:Node\.js v\d|\(Use `node |<--- .* --->$)/],
  [']})', /^[\]})]+(?:[,;]?$| - )/],
  // Erlang, Elixir, OCaml
  [
    '*LSFIAEQWR',
    /^(?:\*\* |Last message|State: |Function: |Initial Call:|Ancestors:|Extra|Queue:|Args: |When Server state|Reason for termination|Raised (?:at|by)|Called from|Re-raised)/,
  ],
  ['CR', /^(?:Called from|Re-raised) /],
  // kernel
  ['O', /^Oops: /],
  // sanitizers, gdb, faulthandler, R
  ['S=T', /^(?:SUMMARY: |==\d+==|Shadow bytes|=>0x|Thread 0x)/],
  ['EPC', /^(?:Execution halted$|Extension modules:|Program terminated|Current thread 0x)/],
  // Ruby, PHP, Python without its indentation, Dart, Rust
  // Perl, R, PowerShell
  ['BCEI', /^(?:(?:BEGIN|END|INIT|CHECK) failed--|Compilation failed in require at |In addition: Warning)/],
  ['A+', /^(?:At \S.*:\d+ char:\d+$|\+ )/],
  // Tcl
  ['"', /^"[^"]*"$|^"""$|^"\}$/],
  ['ft', /^(?:from \S+:\d+|fatal runtime error: |thrown in .* on line \d+)/],
  ['FRTA', /^(?:File "[^"]+", line \d+|Found: |Receiver: |Tried calling: |Arguments: )/],
  ['DT', /^(?:During handling of the above exception|The above exception was the direct cause)/],
];

const BY_FIRST: readonly (readonly RegExp[])[] = Array.from({ length: 128 }, (_, code) =>
  FOLLOWING.filter(([first]) => first.includes(String.fromCharCode(code))).map(([, pattern]) => pattern),
);

/** A frame of a Go stack: `main.handle(0xc000012345, …)`, `runtime.goexit()`. */
const GO_FRAME = /^(?:panic\(|[\w./*()-]+\.[\w.*()·[\]-]+\()(?:0x[0-9a-f]+|\.\.\.|\{|[0-9]|\)).*$/;

function follows(text: string): boolean {
  for (const pattern of BY_FIRST[text.charCodeAt(0)] ?? []) if (pattern.test(text)) return true;
  return text.charCodeAt(text.length - 1) === 41 && GO_FRAME.test(text);
}

const CHAIN =
  /^(?:During handling of the above exception|The above exception was the direct cause|\s*nested exception is:|Caused by: )/;
const NESTED = /nested exception is:?\s*$|Caused by:\s*$/;
const EXCEPTION = /^[A-Za-z_][\w.]*(?::|$| \()/;
const CODE = /^(?:throw |raise |\^|~|[\s^~]+$)/;

/** Most lines a report is taken to have. */
const REPORT = 60;

/** Longest pause within one entry, in milliseconds: a trace is written at once. */
const PAUSE = 5_000;

/** Forgets an entry whose last line is too long ago for this one to belong to it. */
export function closeStale(entry: EntryState, at: number): void {
  if (entry.mode !== 'plain' && entry.at > 0 && at - entry.at > PAUSE) {
    entry.mode = 'plain';
    entry.level = INFO;
  }
}

/**
 * Whether an unindented line without a level belongs to the entry above, and if so moves that entry on. A line that may
 * as well begin an entry is only taken in where the form of the trace asks for it.
 */
export function continues(line: string, from: number, entry: EntryState): boolean {
  if (entry.mode === 'plain' && entry.level < WARNING && !mayFollow(line, from)) return false;
  return bodyContinues(line.slice(bodyStart(line, from)), line, entry);
}

/** The same for what stands in `line` after a header. */
export function bodyContinues(text: string, line: string, entry: EntryState): boolean {
  const { mode } = entry;
  if (mode === 'report' && ++entry.since < REPORT) {
    if (text.startsWith('at ')) entry.mode = 'trace';
    return true;
  }
  if (mode === 'excerpt') return CODE.test(text);
  if (mode === 'message') {
    entry.mode = 'words';
    return true;
  }
  if (mode === 'traceback') {
    entry.frames = true;
    if (text.startsWith('File "') || text.startsWith('> File "') || isIndented(line, text)) return true;
    entry.mode = 'trace';
    return EXCEPTION.test(text) || follows(text);
  }
  if (CHAIN.test(text) && entry.since < 200) {
    entry.mode = 'chained';
    entry.level = Math.max(entry.level, ERROR);
    return true;
  }
  if (isIndented(line, text) && STACKED.has(mode)) {
    attach(text, entry);
    return true;
  }
  if (!follows(text)) return entry.level >= WARNING && DUMPED.has(mode) && DUMP.test(text);
  if (text.startsWith('In addition:')) entry.mode = 'message';
  if (entry.level >= WARNING && !text.startsWith('future: ')) entry.frames = true;
  return true;
}

/** What was asked and answered, told below a failure line by line. */
const DUMP =
  /^(?:status(?: ?(?:code|text))?|ur[li]|path|method|headers?|body|re(?:sponse|quest)(?: ?(?:body|data|text|headers|id|url|path))?|data|params?|payload|arg(?:ument)?s|code|errno|syscall|address|port|reason|cause|details?|message|description|hint|stack|signal|exit ?(?:code|status)|command|cmd|stdout|stderr|output|query|sql|parameters|bindings|file|line|column|type|time(?:stamp)?|date|host(?:name)?|node|pid|user ?agent|version|context|extra|deploymentid|api|remotehost|(?:trace|span|correlation|order|client ?order) ?id|retry|attempts?|elapsed|duration|topic|partition|offset|symbol|side|qty|quantity|price|amount|server version|client version) ?[:=](?:\s|$)/i;
const DUMPED: ReadonlySet<EntryState['mode']> = new Set(['labelled', 'words', 'trace', 'chained']);

/** Modes in which an indented line belongs to a stack, though something stands before its indentation. */
const STACKED: ReadonlySet<EntryState['mode']> = new Set(['trace', 'chained', 'labelled', 'words']);

/** Whether the text after a header (of syslog, or a date) is indented. */
function isIndented(line: string, text: string): boolean {
  const start = line.length - text.length;
  return start > 0 && (/^\s/.test(text) || /(?:\s\s|\t)$/.test(line.slice(0, start)));
}

/** Frames and causes as loggers print them that put their header before each line of a trace. */
const CALL = /\bat [\w$.<>/]+[(.:].*\)$/;
const CAUSE =
  /File "[^"]+", line \d+|#\d+ {2,}\S|Caused by: |:\d+:in [`']|AndroidRuntime: (?!FATAL)|FATAL UNHANDLED EXCEPTION: /;

function isFrame(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  if (last === 41 && CALL.test(text)) return true;
  return (
    CAUSE.test(text) ||
    /\.{3} \d+ (?:more|common frames omitted)$|<asynchronous suspension>$/.test(text.slice(-40))
  );
}

const DEEP = /[:\])>-]\s{4,}\S/;
const NAMED = /(?:^|[\s:\])>-])(?:\w+\.)*[A-Z]\w+(?:: |$)/;

/**
 * Whether a line with a level of its own, which ends at `at`, is a part of the trace above that was logged line by line
 * with the same level.
 */
export function isLoggedFrame(text: string, at: number, level: number, entry: EntryState): boolean {
  if (entry.level !== level || entry.since > 0) return false;
  const rest = text.slice(at);
  if (isFrame(rest)) return true;
  if (entry.mode === 'traceback' && THROWN.test(text)) {
    entry.mode = 'trace';
    return true;
  }
  if (entry.mode !== 'traceback') return entry.mode === 'labelled' && !entry.frames && text.startsWith(BARE);
  if (DEEP.test(rest)) return true;
  entry.mode = 'labelled';
  return NAMED.test(rest);
}

/** JavaScript's plain error, which reads like a level. */
export const BARE = 'Error: ';

/** Whether a line that begins so at `from` can be one that no program prints first. */
export function mayFollow(line: string, from: number): boolean {
  const code = line.charCodeAt(from);
  return (code < 128 && (BY_FIRST[code]?.length ?? 0) > 0) || line.charCodeAt(line.length - 1) === 41;
}

/** Notes what an attached, indented line tells about the entry it belongs to. */
export function attach(text: string, entry: EntryState): void {
  if (NESTED.test(text)) {
    entry.frames = false;
    if (entry.level >= WARNING) entry.mode = 'chained';
  } else if (entry.mode !== 'chained') entry.frames = true;
}

/**
 * Whether an unlabelled line that was judged severe on its own is the body of the entry above: the exception below the
 * line that logged it, the second half of a chain, the shell's word on a crash already told.
 */
export function isBody(text: string, entry: EntryState, level: number, isShape: boolean): boolean {
  if (entry.level < WARNING) return false;
  if (entry.mode === 'chained') return isShape;
  if (entry.mode !== 'labelled' || entry.level === CRITICAL) {
    if (ABORTED.test(text)) return true;
    if (entry.level === CRITICAL && entry.mode !== 'signal' && KILLED.test(text)) return true;
  }
  if (entry.mode === 'trace' && entry.level === CRITICAL && entry.frames && SIGNALLED.test(text)) return true;
  if (entry.frames || level < ERROR) return false;
  return (
    (entry.mode === 'labelled' || entry.mode === 'words') &&
    isShape &&
    THROWN.test(text) &&
    (entry.since < 2 || text.startsWith('Traceback '))
  );
}

/** Whether a text begins as the body of an entry can: what `isBody` would look at more closely. */
export function mayBeBody(text: string): boolean {
  return THROWN.test(text) || ABORTED.test(text) || KILLED.test(text) || SIGNALLED.test(text);
}

/** Whether a line is the exception, by its name, that the open entry's first line has logged. */
export function isThrownBelow(text: string, { mode, frames, since }: EntryState): boolean {
  return mode === 'labelled' && !frames && since < 2 && THROWN.test(text);
}

/** The shell's or the C library's last word on a program that has said why. */
const ABORTED = /^(?:Aborted|\*\*\* Program crashed: |Thread \d+ .*crashed:$|Trace\/breakpoint)/;
const KILLED = /^\S+: line \d+:\s+\d+ (?:Aborted|Segm|Killed)/;

/** What a runtime that has shown its stack, and then the shell, say of the signal. */
const SIGNALLED = /^(?:Segmentation fault|Illegal instruction|Bus error|Floating point exception)\b/;

/** An exception as it is printed below the line that logged it. */
const THROWN =
  /^(?:\[[\w-]+\] )?(?:Traceback |(?:[\w$-]+(?:[./\\]|::))*[A-Z][\w$]*(?:Error|Exception|Failure|Fault|Throwable)\b|(?:\w+::)+Error\b)/;
