import { entry, routine, signals, traps, type Entry, type Writer } from './entry.ts';
import { apiRequest, HOSTS } from './market.ts';
import { DOWN, END, GOOD_TIMES, isDown, RELOADED, START } from './plan.ts';
import type { Random } from './random.ts';
import { accessStamp, nginxStamp } from './stamps.ts';

const UPSTREAM = `http://${HOSTS.api}:8000`;
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'quantum-dashboard/4.2',
  'python-httpx/0.28.1',
  'okhttp/4.12.0',
];
const CLIENTS = ['203.0.113.24', '203.0.113.87', '198.51.100.5', '198.51.100.61', '192.0.2.140'];

/** nginx 1.27 in its official image: access log (combined) and error log together. */
export function nginx(chance: Random): readonly Entry[] {
  const access = (at: number, request: string, status: number, bytes: number) =>
    `${chance.pick(CLIENTS)} - - [${accessStamp(at)}] "${request} HTTP/1.1" ${status} ${bytes} "-" "${chance.pick(AGENTS)}"`;
  const error = (at: number, level: string, message: string) =>
    `${nginxStamp(at)} [${level}] ${worker(at)}: *${881_000 + Math.floor((at - START) / 130)} ${message}`;
  const about = (request: string) =>
    `client: ${chance.pick(CLIENTS)}, server: trade.quantum.internal, request: "${request} HTTP/1.1"`;

  const served = (at: number) => {
    const request = apiRequest(chance);
    if (isDown(at)) return access(at, request, chance.pick([500, 502, 503]), 157);
    const status = request.startsWith('POST')
      ? chance.pick([201, 201, 422])
      : chance.pick([200, 200, 200, 200, 304]);
    return access(at, request, status, status === 304 ? 0 : chance.int(180, 9_400));
  };
  const failing = (at: number) => {
    const request = apiRequest(chance);
    const what = chance.pick([
      'upstream timed out (110: Connection timed out) while reading response header from upstream',
      'upstream prematurely closed connection while reading response header from upstream',
      'recv() failed (104: Connection reset by peer) while reading response header from upstream',
    ]);
    const path = request.split(' ')[1] ?? '';
    return error(
      at,
      'error',
      `${what}, ${about(request)}, upstream: "${UPSTREAM}${path}", host: "trade.quantum.internal"`,
    );
  };
  const buffered = (at: number) =>
    error(
      at,
      'warn',
      `an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/4/07/0000000074 while reading upstream, ` +
        `${about('GET /api/v1/export/fills')}, upstream: "${UPSTREAM}/api/v1/export/fills", host: "trade.quantum.internal"`,
    );

  const lookalikes: readonly Writer[] = [
    (at) => access(at, 'GET /error', 200, 512),
    (at) => access(at, 'GET /api/v1/alerts?severity=critical&state=open', 200, 2),
    (at) => access(at, 'GET /static/errors/500.html', 200, 1_804),
    (at) => access(at, 'GET /api/v1/orders/failed', 200, 2),
    (at) => access(at, 'GET /wp-login.php', 404, 153),
    (at) =>
      error(
        at,
        'info',
        `client closed connection while waiting for request, client: ${chance.pick(CLIENTS)}, server: 0.0.0.0:443`,
      ),
  ];

  return [
    ...routine(chance, START, END, 1_000, (at) => entry(at, 'info', served)),
    ...routine(chance, DOWN, DOWN + 89_000, 700, (at) => entry(at, 'info', served)),
    ...signals(chance, 'quantum_nginx', (_phase, level, at) =>
      entry(at, level, level === 'warning' ? buffered : failing),
    ),
    ...reload(RELOADED),
    ...traps(chance, GOOD_TIMES, 5, lookalikes),
  ];
}

/** The worker process at that moment: a reload brings a new one. */
const worker = (at: number) => (at < RELOADED ? '29#29' : '37#37');

/** What a hang-up signal makes nginx print: new workers, the old ones leave. */
function reload(at: number): readonly Entry[] {
  const say = (after: number, pid: number, message: string): Entry => ({
    at: at + after,
    level: 'info',
    text: `${nginxStamp(at + after)} [notice] ${pid}#${pid}: ${message}`,
  });
  return [
    say(6, 1, 'signal 1 (SIGHUP) received, reconfiguring'),
    say(8, 1, 'reconfiguring'),
    say(21, 1, 'using the "epoll" event method'),
    say(22, 1, 'start worker processes'),
    say(23, 1, 'start worker process 37'),
    say(61, 29, 'gracefully shutting down'),
    say(62, 29, 'exiting'),
    say(63, 29, 'exit'),
    say(94, 1, 'signal 17 (SIGCHLD) received from 29'),
    say(95, 1, 'worker process 29 exited with code 0'),
  ];
}
