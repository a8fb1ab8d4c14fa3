import { entry, routine, signals, traps, type Entry, type Level } from './entry.ts';
import { apiRequest, HOSTS } from './market.ts';
import { DOWN, END, GOOD_TIMES, isDown, RESTARTED, START } from './plan.ts';
import type { Random } from './random.ts';

const NAMES = { critical: 'CRITICAL', error: 'ERROR', warning: 'WARNING', info: 'INFO' } as const;
const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The public API: uvicorn's own format, access lines and the application's through the same logger. */
export function api(chance: Random): readonly Entry[] {
  const say = (level: Level, message: string) => `${`${NAMES[level]}:`.padEnd(9)} ${message}`;
  const access = (request: string, status: number, host: string = HOSTS.nginx) =>
    say(
      'info',
      `${host}:${chance.int(32_768, 60_999)} - "${request} HTTP/1.1" ${status} ${PHRASES[status] ?? ''}`,
    );

  const served = (at: number) => {
    if (chance.chance(0.12)) return access('GET /health', 200, '127.0.0.1');
    const request = apiRequest(chance);
    if (isDown(at)) return access(request, chance.pick([500, 503, 503]));
    return access(request, request.startsWith('POST') ? chance.pick([201, 201, 422]) : 200);
  };
  const query = () => chance.pick(['positions', 'orders', 'pnl', 'funding history', 'candles']);
  const failure = (at: number): { text: string; more: readonly string[] } => {
    const server = `connection to server at "quantum_postgres" (${HOSTS.postgres}), port 5432 failed`;
    const gone = at < RESTARTED + 1_400;
    return {
      text: say(
        'error',
        `${query()} query: ${server}: ${gone ? 'Connection refused' : 'FATAL:  database "quantum" does not exist'}`,
      ),
      more: gone ? ['\tIs the server running on that host and accepting TCP/IP connections?'] : [],
    };
  };

  return [
    ...routine(chance, START, END, 960, (at) => entry(at, 'info', served)),
    ...routine(chance, DOWN, DOWN + 89_000, 600, (at) => entry(at, 'info', served)),
    ...signals(chance, 'quantum_api', (phase, level, at) =>
      entry(
        at,
        level,
        phase === 'healthy'
          ? () => say(level, 'exchange answered 504 Gateway Time-out to GET /fapi/v1/fundingRate')
          : failure,
      ),
    ),
    ...traps(chance, GOOD_TIMES, 5, [
      () => access('GET /error', 200),
      () => access('GET /api/v1/errors?level=critical&limit=20', 200),
      () => access('POST /api/v1/orders/failed/retry', 200),
      () => say('info', 'risk limits reloaded: 14 rules, 0 errors, failed=0'),
      () => say('info', 'export finished {"rows":4096,"error":null}'),
    ]),
  ];
}
