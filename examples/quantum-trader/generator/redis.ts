import { entry, routine, signals, traps, type Entry } from './entry.ts';
import { HOSTS } from './market.ts';
import { END, GOOD_TIMES, START } from './plan.ts';
import type { Random } from './random.ts';
import { redisStamp } from './stamps.ts';

const CLIENTS = [HOSTS.aiEngine, HOSTS.gateway, HOSTS.api, HOSTS.executor];

/** Redis 7.4 at log level verbose: `.` debug, `-` verbose, `*` notice, `#` warning. */
export function redis(chance: Random): readonly Entry[] {
  let child = 4_820;
  let keys = 18_400;
  const say = (at: number, mark: string, message: string, process = '1:M') =>
    `${process} ${redisStamp(at)} ${mark} ${message}`;
  const client = () => `${chance.pick(CLIENTS)}:${chance.int(32_768, 60_999)}`;

  const save = (at: number): readonly Entry[] => {
    const pid = (child += chance.int(1, 7));
    const took = chance.int(90, 240);
    return [
      entry(at, 'info', () => say(at, '*', '100 changes in 300 seconds. Saving...')),
      entry(at + 2, 'info', () => say(at + 2, '*', `Background saving started by pid ${pid}`)),
      entry(at + took, 'info', (when) => say(when, '*', 'DB saved on disk', `${pid}:C`)),
      entry(at + took + 1, 'info', (when) =>
        say(when, '*', 'Fork CoW for RDB: current 1 MB, peak 1 MB, average 0 MB', `${pid}:C`),
      ),
      entry(at + took + 61, 'info', (when) => say(when, '*', 'Background saving terminated with success')),
    ];
  };
  const keyspace = (at: number) => {
    keys += chance.int(-40, 42);
    return say(at, '-', `DB 0: ${keys} keys (${Math.floor(keys * 0.71)} volatile) in 32768 slots HT.`);
  };
  const outputBuffer = (at: number) =>
    say(
      at,
      '#',
      `Client id=90417 addr=${client()} laddr=${HOSTS.redis}:6379 fd=31 name=ticker-fanout age=5210 idle=0 flags=P ` +
        'db=0 sub=6 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=20474 obl=0 oll=1644 omem=33716560 events=rw ' +
        'cmd=subscribe user=default lib-name=ioredis lib-ver=5.4.1 scheduled to be closed ASAP for overcoming of output buffer limits.',
    );

  return [
    ...Array.from({ length: 11 }, (_, n) => START + 201_000 + n * 301_000).flatMap(save),
    ...routine(chance, START, END, 5_000, (at) => entry(at, 'info', keyspace)),
    ...routine(chance, START, END, 6_500, (at) =>
      entry(at, 'info', () => say(at, '-', `Accepted ${client()}`)),
    ),
    ...signals(chance, 'quantum_redis', (_phase, level, at) => entry(at, level, outputBuffer)),
    ...traps(chance, GOOD_TIMES, 3, [(at) => say(at, '-', 'Reading from client: Connection reset by peer')]),
  ];
}
