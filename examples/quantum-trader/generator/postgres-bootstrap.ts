import type { Entry, Level } from './entry.ts';
import { postgresStamp } from './stamps.ts';

const info = (at: number, text: string, ...more: readonly string[]): Entry => ({
  at,
  level: 'info',
  text,
  more,
});
const log = (at: number, pid: number, message: string) =>
  info(at, `${postgresStamp(at)} [${pid}] LOG:  ${message}`);

/** The server finds its data directory gone, which it checks for every minute, and stops at once. */
export const shutdown = (at: number): readonly Entry[] => [
  log(at, 1, 'could not open file "postmaster.pid": No such file or directory'),
  log(at, 1, 'performing immediate shutdown because data directory lock file is invalid'),
  log(at + 1, 1, 'received immediate shutdown request'),
  log(at + 2, 1, 'could not open file "postmaster.pid": No such file or directory'),
  log(at + 44, 1, 'database system is shut down'),
];

/** What the official image prints when it starts with an empty data directory: initdb, a first run, the server. */
export function bootstrap(start: number): readonly Entry[] {
  const initdb = INITDB.map(([after, text, level, ...more]): Entry => ({
    at: start + after,
    level,
    text,
    more,
  }));
  const first = start + 980;
  const second = start + 1_330;
  return [
    ...initdb,
    info(first, `waiting for server to start....${postgresStamp(first)} [48] LOG:  ${VERSION}`),
    log(first + 2, 48, 'listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"'),
    log(first + 7, 51, `database system was shut down at ${postgresStamp(first - 40).replace(/\.\d+/, '')}`),
    log(first + 12, 48, 'database system is ready to accept connections'),
    { at: first + 88, level: 'info', text: 'server started', more: [''] },
    info(first + 91, '/usr/local/bin/docker-entrypoint.sh: ignoring /docker-entrypoint-initdb.d/*', ''),
    info(
      first + 94,
      `waiting for server to shut down...${postgresStamp(first + 94)} [48] LOG:  received fast shutdown request`,
    ),
    log(first + 95, 48, 'aborting any active transactions'),
    log(first + 97, 48, 'background worker "logical replication launcher" (PID 54) exited with exit code 1'),
    log(first + 98, 49, 'shutting down'),
    log(first + 98, 49, 'checkpoint starting: shutdown immediate'),
    log(first + 121, 49, `checkpoint complete: wrote 3 buffers (0.0%); ${NOTHING_MOVED}`),
    log(first + 128, 48, 'database system is shut down'),
    info(first + 190, 'server stopped', ''),
    info(first + 192, 'PostgreSQL init process complete; ready for start up.', ''),
    log(second, 1, VERSION),
    log(second, 1, 'listening on IPv4 address "0.0.0.0", port 5432'),
    log(second, 1, 'listening on IPv6 address "::", port 5432'),
    log(second + 3, 1, 'listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"'),
    log(
      second + 9,
      64,
      `database system was shut down at ${postgresStamp(first + 128).replace(/\.\d+/, '')}`,
    ),
    log(second + 15, 1, 'database system is ready to accept connections'),
  ];
}

/** The last steps of the dump's return: its checkpoints come too often, then it gets its name. */
export const restore = (at: number, named: number): readonly Entry[] => [
  {
    at,
    level: 'info',
    text: `${postgresStamp(at)} [63] LOG:  checkpoints are occurring too frequently (9 seconds apart)`,
    more: [
      `${postgresStamp(at)} [63] HINT:  Consider increasing the configuration parameter "max_wal_size".`,
    ],
  },
  log(at, 63, 'checkpoint starting: wal'),
  log(at + 2_410, 63, `checkpoint complete: wrote 11284 buffers (68.9%); ${NOTHING_MOVED}`),
  log(named + 120, 880, 'duration: 263.402 ms  statement: ALTER DATABASE quantum_restore RENAME TO quantum'),
];

const VERSION =
  'starting PostgreSQL 16.4 (Debian 16.4-1.pgdg120+2) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit';
const NOTHING_MOVED =
  '0 WAL file(s) added, 0 removed, 0 recycled; write=0.004 s, sync=0.002 s, total=0.021 s; ' +
  'sync files=2, longest=0.001 s, average=0.001 s; distance=0 kB, estimate=0 kB; lsn=0/14EB3A0, redo lsn=0/14EB3A0';

const INITDB: readonly (readonly [after: number, text: string, level: Level, ...more: string[]])[] = [
  [0, 'The files belonging to this database system will be owned by user "postgres".', 'info'],
  [0, 'This user must also own the server process.', 'info', ''],
  [1, 'The database cluster will be initialized with locale "en_US.utf8".', 'info'],
  [1, 'The default database encoding has accordingly been set to "UTF8".', 'info'],
  [1, 'The default text search configuration will be set to "english".', 'info', ''],
  [1, 'Data page checksums are disabled.', 'info', ''],
  [2, 'fixing permissions on existing directory /var/lib/postgresql/data ... ok', 'info'],
  [3, 'creating subdirectories ... ok', 'info'],
  [3, 'selecting dynamic shared memory implementation ... posix', 'info'],
  [31, 'selecting default max_connections ... 100', 'info'],
  [59, 'selecting default shared_buffers ... 128MB', 'info'],
  [88, 'selecting default time zone ... Etc/UTC', 'info'],
  [89, 'creating configuration files ... ok', 'info'],
  [274, 'running bootstrap script ... ok', 'info'],
  [702, 'performing post-bootstrap initialization ... ok', 'info'],
  [704, 'initdb: warning: enabling "trust" authentication for local connections', 'warning'],
  [
    704,
    'initdb: hint: You can change this by editing pg_hba.conf or using the option -A, or --auth-local and --auth-host, the next time you run initdb.',
    'info',
  ],
  [934, 'syncing data to disk ... ok', 'info', '', ''],
  [
    936,
    'Success. You can now start the database server using:',
    'info',
    '',
    '    pg_ctl -D /var/lib/postgresql/data -l logfile start',
    '',
  ],
];
