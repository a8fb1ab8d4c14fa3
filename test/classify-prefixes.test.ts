import { expect, test } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

const TRACES = {
  Python: [
    'Traceback (most recent call last):',
    '  File "/app/bot.py", line 10, in <module>',
    '    main()',
    '    ~~~~^^',
    '  File "/app/bot.py", line 6, in main',
    '    raise RuntimeError("order failed: insufficient margin")',
    'RuntimeError: order failed: insufficient margin',
  ],
  Java: [
    'Exception in thread "main" java.lang.IllegalStateException: broker down',
    '\tat com.acme.Bot.run(Bot.java:10)',
    '\tat com.acme.Bot.main(Bot.java:5)',
    'Caused by: java.net.ConnectException: Connection refused',
    '\t... 2 more',
  ],
  'Node.js': [
    "TypeError: Cannot read properties of undefined (reading 'bid')",
    '    at tick (/app/bot.js:10:5)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {',
    "  code: 'EBID',",
    '  fatal: true',
    '}',
  ],
};

/** What launchers, collectors and loggers put before every line. `#` stands for a digit that goes up. */
const PREFIXES = [
  '',
  '12:00:0# web.1    | ',
  '[1] ',
  '[api] ',
  '0|trader  | ',
  'api:dev: ',
  '(pid=1234) ',
  '(EngineCore pid=104) ',
  '2026-11-26T10:00:0#.123Z ',
  '[2026-11-26 10:00:0#] ',
  'trader: ',
  'trader[12]: ',
  '[pod/trader-5d/trader] ',
  '2026-11-26 10:00:0#,123 ERROR trader: ',
  '[ERROR] ',
  'stderr | ',
  '🔥 ',
  '2026-11-26T10:00:0#.123456789Z stderr F ',
  '[2026-11-26 10:00:0#,123: WARNING/ForkPoolWorker-1] ',
  'trader-1  | ',
  '> ',
  'out: ',
  '[2026-11-26, 10:00:0# UTC] {subprocess.py:93} INFO - ',
  '[26-Nov-2026 10:00:0#] WARNING: [pool www] child 12 said into stderr: "',
  'INFO:root:',
];

test.each(
  PREFIXES.flatMap((prefix) => Object.entries(TRACES).map(([name, trace]) => ({ prefix, name, trace }))),
)(
  'a trace of $name behind "$prefix" is one error, and what follows is not part of it',
  ({ prefix, trace }) => {
    const classifier = createClassifier([]);
    const entry = newEntry();
    const before = (n: number) => prefix.replace('#', String(n % 10));
    const calm = ['INFO order placed', 'order filled'];
    const lines = [...trace.map((line, n) => before(n) + line), ...calm];
    const levels = [...lines, ...lines].map((line) => {
      const { event, level } = classifier.judge(line, entry);
      return event && level !== 'info' ? level : '-';
    });
    const once = ['error', ...Array.from(trace.slice(1), () => '-')];
    expect(levels.slice(0, trace.length)).toEqual(once);
    expect(levels.slice(trace.length)).toEqual(['-', '-', ...once, '-', '-']);
  },
);

test('a number that ends the line is its message, not its header: each line is an event of its own', () => {
  const classifier = createClassifier([]);
  const entry = newEntry();
  const events = ['FATAL: 1', 'FATAL: 2', 'ERROR: code 17', 'ERROR: code 18'].map(
    (line) => classifier.judge(line, entry).event,
  );
  expect(events).toEqual([true, true, true, true]);
});
