import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

/** What is printed, and how many critical events, errors and warnings a person counts in it. */
const ENTRIES: readonly (readonly [
  name: string,
  counts: readonly [number, number, number],
  printed: string,
])[] = [
  [
    'Java: one logged, one uncaught',
    [0, 2, 0],
    `2026-11-23 10:00:00,123 ERROR [main] c.e.App: could not price order
java.lang.IllegalStateException: no price
	at c.e.App.price(App.java:3)
	at c.e.App.main(App.java:9)
Caused by: java.lang.NullPointerException: null
	at c.e.App.x(App.java:1)
	... 2 common frames omitted
2026-11-23 10:00:01,123 INFO [main] c.e.App: still here
Exception in thread "main" java.lang.Error: end
	at c.e.App.main(App.java:9)`,
  ],
  [
    'Spring: a warning with a trace',
    [0, 0, 1],
    `2026-11-23T10:00:00.123Z  WARN 1 --- [main] o.s.App : Exception encountered during context initialization
org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'x'
	at org.springframework.X.y(X.java:3) ~[spring.jar:5.0]
Caused by: java.lang.RuntimeException: x
	... 12 common frames omitted`,
  ],
  [
    'python two back to back',
    [0, 2, 0],
    `Traceback (most recent call last):
  File "a.py", line 1, in <module>
    raise ValueError("x")
ValueError: x
Traceback (most recent call last):
  File "a.py", line 1, in <module>
ValueError: y`,
  ],
  [
    'python during handling',
    [0, 1, 0],
    `ERROR:root:boom
Traceback (most recent call last):
  File "a.py", line 1, in f
    g()
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in f
    raise RuntimeError('y') from None
RuntimeError: y`,
  ],
  [
    'celery trace with interleaved info',
    [0, 1, 0],
    `[2026-11-23 10:00:00,123: ERROR/ForkPoolWorker-1] Task x raised unexpected: ValueError('x')
Traceback (most recent call last):
  File "a.py", line 1, in f
[2026-11-23 10:00:00,124: INFO/MainProcess] Task y received
    raise ValueError('x')
ValueError: x`,
  ],
  [
    'node logged error object',
    [0, 1, 0],
    `Failed to load user: Error: timeout of 1000ms exceeded
    at createError (/app/node_modules/axios/lib/core/createError.js:16:15)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  code: 'ECONNABORTED',
  config: {
    url: 'http://x/error'
  }
}
server ready`,
  ],
  [
    'node unhandled rejection',
    [0, 1, 0],
    `node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block. The promise rejected with the reason "x".] {
  code: 'ERR_UNHANDLED_REJECTION'
}

Node.js v20.1.0`,
  ],
  [
    'go fatal map',
    [1, 0, 0],
    `fatal error: concurrent map writes

goroutine 18 [running]:
main.f(0xc000012345)
	/app/main.go:3 +0x1d
created by main.main in goroutine 1
	/app/main.go:9 +0x2d

goroutine 1 [sleep]:
time.Sleep(0x3b9aca00)
	/usr/lib/go/src/runtime/time.go:195 +0x135
exit status 2`,
  ],
  [
    'go nil deref',
    [1, 0, 0],
    `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48e1c2]

goroutine 1 [running]:
main.main()
	/app/main.go:3 +0x2`,
  ],
  [
    'rust anyhow',
    [0, 1, 0],
    `Error: could not read config

Caused by:
    0: opening /etc/x
    1: No such file or directory (os error 2)

Stack backtrace:
   0: anyhow::error::backtrace
             at /x.rs:1:1`,
  ],
  [
    'dotnet fail twice',
    [0, 2, 0],
    `fail: App.Worker[0]
      Job failed
      System.InvalidOperationException: x
         at App.Worker.Run() in /src/Worker.cs:line 3
fail: App.Worker[0]
      Job failed again
info: App.Worker[0]
      Failed jobs: 2`,
  ],
  [
    'dotnet unhandled',
    [0, 1, 0],
    `Unhandled exception. System.AggregateException: One or more errors occurred. (x)
 ---> System.Exception: x
   at Program.F() in /src/P.cs:line 3
   --- End of inner exception stack trace ---
   at Program.Main()`,
  ],
  [
    'ruby rails',
    [1, 0, 0],
    `F, [2026-11-23T10:00:00.123456 #12] FATAL -- : [abc]   
[abc] ActionView::Template::Error (undefined method 'x' for nil):
[abc]     1: <%= x %>
[abc]   
[abc] app/views/x.html.erb:1`,
  ],
  [
    'PHP: uncaught',
    [1, 0, 0],
    `PHP Fatal error:  Uncaught Exception: x in /app/a.php:3
Stack trace:
#0 /app/b.php(2): f()
#1 {main}
  thrown in /app/a.php on line 3`,
  ],
  [
    'laravel',
    [0, 1, 0],
    `[2026-11-23 10:00:00] production.ERROR: SQLSTATE[HY000] [2002] Connection refused {"exception":"[object] (PDOException(code: 2002): x at /app/a.php:3)
[stacktrace]
#0 /app/b.php(2): f()
#1 {main}
"} 
[2026-11-23 10:00:01] production.INFO: ok`,
  ],
  [
    'elixir genserver',
    [0, 1, 0],
    `10:00:00.123 [error] GenServer MyApp.Worker terminating
** (RuntimeError) boom
    (my_app 0.1.0) lib/my_app/worker.ex:12: MyApp.Worker.handle_info/2
    (stdlib 4.0) gen_server.erl:1123: :gen_server.try_dispatch/4
Last message: :tick
State: %{error: nil}
10:00:00.124 [info] restarted`,
  ],
  [
    'cpp terminate in bash',
    [1, 0, 0],
    `terminate called after throwing an instance of 'std::out_of_range'
  what():  vector::_M_range_check
Aborted (core dumped)`,
  ],
  [
    'asan',
    [1, 0, 0],
    `=================================================================
==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x1
READ of size 1 at 0x602000000010 thread T0
    #0 0x4f in main /a.c:3

0x602000000010 is located 0 bytes inside of 1-byte region [0x602000000010,0x602000000011)
freed by thread T0 here:
    #0 0x4a in free
SUMMARY: AddressSanitizer: heap-use-after-free /a.c:3 in main
==12==ABORTING`,
  ],
  [
    'postgres interleaved',
    [1, 2, 0],
    `2026-11-23 10:00:00.123 UTC [1] ERROR:  syntax error
2026-11-23 10:00:00.123 UTC [2] ERROR:  division by zero
2026-11-23 10:00:00.123 UTC [1] STATEMENT:  selec
	from errors
2026-11-23 10:00:00.123 UTC [2] STATEMENT:  select 1/0
2026-11-23 10:00:00.124 UTC [3] FATAL:  role "x" does not exist`,
  ],
  [
    'logrus multi',
    [0, 1, 1],
    `time="2026-11-23T10:00:00Z" level=warning msg="retry"
time="2026-11-23T10:00:00Z" level=error msg="gone" error="x"
time="2026-11-23T10:00:00Z" level=info msg="error handler"`,
  ],
  [
    'gcc',
    [0, 1, 1],
    `main.c: In function 'main':
main.c:3:3: warning: unused variable 'error' [-Wunused-variable]
    3 |   int error;
      |       ^~~~~
main.c:4:3: error: expected ';' before 'return'
    4 |   x
      |    ^
      |    ;
    5 |   return;
      |   ~~~~~~`,
  ],
  [
    'kernel oops syslog',
    [1, 0, 0],
    `Nov 23 10:00:00 h kernel: [1.1] BUG: unable to handle kernel NULL pointer dereference at 0000000000000008
Nov 23 10:00:00 h kernel: [1.1] Oops: 0000 [#1] SMP
Nov 23 10:00:00 h kernel: [1.1] Call Trace:
Nov 23 10:00:00 h kernel: [1.1]  ? __die+0x1f/0x70
Nov 23 10:00:00 h kernel: [1.1]  do_syscall_64+0x5b/0x80`,
  ],
  [
    'java thread dump at info',
    [0, 0, 0],
    `2026-11-23 10:00:00,123 INFO [main] dump
"main" #1 prio=5 os_prio=0 tid=0x1 nid=0x2 waiting on condition [0x0]
   java.lang.Thread.State: TIMED_WAITING (sleeping)
	at java.lang.Thread.sleep(Native Method)`,
  ],
];

/** The same from a file: a line `@ critical error warning name`, then what is printed. */
const WRITTEN = readFileSync(join(import.meta.dirname, 'fixtures', 'classify', 'entries.txt'), 'utf8')
  .split(/^@ /m)
  .slice(1)
  .map((record) => {
    const [head = '', ...lines] = record.replace(/\n$/, '').split('\n');
    const [critical, error, warning, ...name] = head.split(' ');
    return [
      name.join(' '),
      [Number(critical), Number(error), Number(warning)] as const,
      lines.join('\n'),
    ] as const;
  });

describe('entries of several lines', () => {
  const all = [...ENTRIES, ...WRITTEN];
  it.each(all)('are counted as a person counts them: %s', (_, [critical, error, warning], printed) => {
    const classifier = createClassifier([]);
    const entry = newEntry();
    const counts = { critical: 0, error: 0, warning: 0, info: 0 };
    for (const line of printed.split('\n')) {
      const verdict = classifier.judge(line, entry);
      if (verdict.event) counts[verdict.level]++;
    }
    expect(counts).toMatchObject({ critical, error, warning });
  });
});
