/** What any replay is held against: reads a file, tests one regular expression (the seed patterns joined) per line. */
import { createReadStream } from 'node:fs';

const PATTERN = /\b(critical|fatal|panic)\b|\b(error|exception|failed|traceback)\b|\b(warn|warning)\b/i;

let rest = '';
let lines = 0;
let hits = 0;
for await (const chunk of createReadStream(process.argv[2] ?? '', 'utf8')) {
  const parts = (rest + String(chunk)).split('\n');
  rest = parts.pop() ?? '';
  for (const line of parts) {
    lines++;
    if (PATTERN.test(line)) hits++;
  }
}
process.stdout.write(`${lines} lines, ${hits} hits\n`);
