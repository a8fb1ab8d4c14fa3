/**
 * What following live is held against: reads the follow streams of containers and counts newlines, nothing else. Told
 * on standard input, a line of JSON each time, `{socket, ids, lines}`; answers `following` and, once that many have
 * come, `done`.
 */
import { get } from 'node:http';
import { createInterface } from 'node:readline';

for await (const text of createInterface({ input: process.stdin })) {
  const order = JSON.parse(text) as { socket: string; ids: readonly string[]; lines: number };
  await new Promise<void>((resolve) => {
    let lines = 0;
    let open = 0;
    for (const id of order.ids) {
      const path = `/containers/${id}/logs?stdout=1&stderr=1&follow=1&timestamps=1`;
      const asked = get({ socketPath: order.socket, path, agent: false }, (answer) => {
        if (++open === order.ids.length) process.stdout.write('following\n');
        answer.on('data', (chunk: Buffer) => {
          for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
          if (lines >= order.lines) {
            answer.destroy();
            resolve();
          }
        });
        answer.on('error', () => undefined);
      });
      asked.on('error', () => undefined);
    }
  });
  process.stdout.write('done\n');
}
