import { routine, signals, traps, type Entry } from './entry.ts';
import { HOSTS } from './market.ts';
import { CURED, DOWN, END, FIRST_FIVE, GOOD_TIMES, RESTARTED, START } from './plan.ts';
import { bootstrap, restore, shutdown } from './postgres-bootstrap.ts';
import type { Random } from './random.ts';
import { postgresStamp } from './stamps.ts';

const HBA = '/var/lib/postgresql/data/pg_hba.conf';
const CLIENTS = [HOSTS.aiEngine, HOSTS.gateway, HOSTS.api, HOSTS.risk, HOSTS.executor];

/** PostgreSQL 16 with its default `log_line_prefix`, connections, disconnections and slow statements logged. */
export function postgres(chance: Random): readonly Entry[] {
  const turnedAway = (at: number) => refused(chance, at, backend(at));
  return [
    ...routine(chance, START, DOWN - 1_500, 6_900, (at) => session(chance, at, backend(at))),
    ...[START + 71_000, START + 371_000].flatMap((at) => checkpoint(chance, at, 27)),
    ...routine(chance, START + 20_000, DOWN - 5_000, 95_000, (at) => slowStatement(chance, at, backend(at))),
    ...shutdown(DOWN + 31),
    ...bootstrap(RESTARTED + 12),
    ...signals(chance, 'quantum_postgres', (phase, level, at, nth) => {
      if (phase === 'healthy')
        return nth === 0 ? duplicateKey(chance, at, backend(at)) : timeout(at, backend(at));
      if (phase === 'falling') return level === 'critical' ? turnedAway(FIRST_FIVE[nth] ?? at) : [];
      if (level === 'error') return missingTable(at, backend(at));
      return chance.chance(0.06) ? unknownRole(chance, at, backend(at)) : turnedAway(at);
    }),
    ...restore(CURED - 6_000, CURED),
    ...routine(chance, CURED + 600, END - 2_000, 6_900, (at) => session(chance, at, backend(at))),
    ...Array.from({ length: 9 }, (_, n) => CURED + 296_000 * (n + 1)).flatMap((at) =>
      checkpoint(chance, at, 63),
    ),
    ...routine(chance, CURED + 60_000, END - 5_000, 95_000, (at) => slowStatement(chance, at, backend(at))),
    ...traps(chance, GOOD_TIMES, 3, [
      (at) => line(at, backend(at), 'LOG:  could not receive data from client: Connection reset by peer'),
      (at) => line(at, backend(at), 'LOG:  unexpected EOF on client connection with an open transaction'),
      (at) => line(at, backend(at), 'NOTICE:  relation "order_errors" already exists, skipping'),
      (at) =>
        line(at, backend(at), "LOG:  statement: SELECT count(*) FROM order_errors WHERE severity = 'fatal'"),
    ]),
  ];
}

/** Process ids rise with time, and start anew with the container. */
const backend = (at: number) =>
  at < RESTARTED ? 41_200 + Math.floor((at - START) / 350) : 70 + Math.floor((at - RESTARTED) / 95);

const line = (at: number, pid: number, message: string) => `${postgresStamp(at)} [${pid}] ${message}`;
const info = (at: number, pid: number, message: string): Entry => ({
  at,
  level: 'info',
  text: line(at, pid, message),
});

/** An entry whose further lines PostgreSQL stamps as well (DETAIL, STATEMENT) unless they begin with a tab. */
function error(at: number, pid: number, message: string, ...rest: readonly string[]): Entry {
  const more = rest.map((text) => (text.startsWith('\t') ? text : line(at, pid, text)));
  return {
    at,
    level: message.startsWith('FATAL') ? 'critical' : 'error',
    text: line(at, pid, message),
    more,
  };
}

function arrival(chance: Random, at: number, pid: number, host: string): readonly Entry[] {
  const port = chance.int(32_768, 60_999);
  return [
    info(at - 4, pid, `LOG:  connection received: host=${host} port=${port}`),
    info(
      at - 1,
      pid,
      `LOG:  connection authenticated: identity="postgres" method=scram-sha-256 (${HBA}:128)`,
    ),
  ];
}

function refused(chance: Random, at: number, pid: number): readonly Entry[] {
  const fatal = error(at, pid, 'FATAL:  database "quantum" does not exist');
  return [...arrival(chance, at, pid, chance.pick(CLIENTS)), fatal];
}

function unknownRole(chance: Random, at: number, pid: number): readonly Entry[] {
  const [received] = arrival(chance, at, pid, HOSTS.risk);
  const matched = `\tConnection matched file "${HBA}" line 128: "host all all all scram-sha-256"`;
  const detail = 'DETAIL:  Role "risk_ro" does not exist.';
  const fatal = error(at, pid, 'FATAL:  password authentication failed for user "risk_ro"', detail, matched);
  return received === undefined ? [fatal] : [received, fatal];
}

function session(chance: Random, at: number, pid: number): readonly Entry[] {
  const host = chance.pick(CLIENTS);
  const lasted = chance.int(40, 900);
  const who = `user=postgres database=quantum`;
  const time = `0:00:00.${String(lasted).padStart(3, '0')}`;
  return [
    ...arrival(chance, at, pid, host),
    info(at, pid, `LOG:  connection authorized: ${who}`),
    info(
      at + lasted,
      pid,
      `LOG:  disconnection: session time: ${time} ${who} host=${host} port=${chance.int(32_768, 60_999)}`,
    ),
  ];
}

function checkpoint(chance: Random, at: number, checkpointer: number): readonly Entry[] {
  const buffers = chance.int(180, 840);
  const seconds = Math.floor(buffers / 10);
  const lsn = `2${chance.hex(1).toUpperCase()}/${chance.hex(7).toUpperCase()}0`;
  const complete =
    `LOG:  checkpoint complete: wrote ${buffers} buffers (${(buffers / 163.84).toFixed(1)}%); ` +
    `0 WAL file(s) added, 0 removed, ${chance.int(0, 1)} recycled; ` +
    `write=${seconds}.${chance.int(100, 899)} s, sync=0.0${chance.int(11, 48)} s, total=${seconds}.9${chance.int(10, 99)} s; ` +
    `sync files=${chance.int(20, 70)}, longest=0.0${chance.int(10, 30)} s, average=0.001 s; ` +
    `distance=${chance.int(3_000, 9_000)} kB, estimate=${chance.int(9_000, 12_000)} kB; lsn=${lsn}, redo lsn=${lsn}`;
  return [
    info(at, checkpointer, 'LOG:  checkpoint starting: time'),
    info(at + seconds * 1_000 + 912, checkpointer, complete),
  ];
}

function slowStatement(chance: Random, at: number, pid: number): Entry {
  const ms = `${chance.int(251, 780)}.${chance.int(100, 999)}`;
  return {
    at,
    level: 'info',
    text: line(at, pid, `LOG:  duration: ${ms} ms  statement: SELECT symbol, sum(qty) AS qty`),
    more: [
      '\tFROM fills',
      `\tWHERE strategy = 'carry-${chance.int(1, 4)}' AND filled_at > now() - interval '15 minutes'`,
      '\tGROUP BY symbol',
    ],
  };
}

const duplicateKey = (chance: Random, at: number, pid: number) =>
  error(
    at,
    pid,
    'ERROR:  duplicate key value violates unique constraint "fills_exchange_trade_id_key"',
    `DETAIL:  Key (exchange, trade_id)=(binance, ${chance.int(410_000_000, 419_999_999)}) already exists.`,
    'STATEMENT:  INSERT INTO fills (exchange, trade_id, order_id, qty, price) VALUES ($1, $2, $3, $4, $5)',
  );

const timeout = (at: number, pid: number) =>
  error(
    at,
    pid,
    'ERROR:  canceling statement due to statement timeout',
    'STATEMENT:  REFRESH MATERIALIZED VIEW CONCURRENTLY daily_pnl',
  );

/** The watchdog's table, in the database that initdb did make. */
const missingTable = (at: number, pid: number) =>
  error(
    at,
    pid,
    'ERROR:  relation "heartbeat" does not exist at character 13',
    "STATEMENT:  INSERT INTO heartbeat (host, seen_at) VALUES ('qt-fra-1', now())",
  );
