import { entry, routine, signals, traps, type Entry, type Level, type Writer } from './entry.ts';
import { HOSTS, INSTRUMENTS, price } from './market.ts';
import { END, GOOD_TIMES, isDown, RESTARTED, START } from './plan.ts';
import type { Random } from './random.ts';
import { logbackStamp } from './stamps.ts';

/** Logback's `%highlight`: bold red, red, blue. */
const COLOURED = {
  critical: '\x1b[1;31mERROR\x1b[0;39m',
  error: '\x1b[1;31mERROR\x1b[0;39m',
  warning: '\x1b[31mWARN \x1b[0;39m',
  info: '\x1b[34mINFO \x1b[0;39m',
} as const;

/** The risk engine: Java and logback, `%d{HH:mm:ss.SSS} [%thread] %highlight(%-5level) %logger{36} - %msg%n`. */
export function risk(chance: Random): readonly Entry[] {
  const thread = () => `risk-eval-${chance.int(1, 4)}`;
  const say = (at: number, level: Level, where: string, logger: string, message: string) =>
    `${logbackStamp(at)} [${where}] ${COLOURED[level]} ${logger} - ${message}`;
  const info =
    (logger: string, message: string): Writer =>
    (at) =>
      say(at, 'info', thread(), logger, message);
  const daily: readonly (() => Writer)[] = [
    () => {
      const instrument = chance.pick(INSTRUMENTS);
      return info(
        'c.q.risk.MarkPriceFeed',
        `${instrument.symbol} mark ${price(chance, instrument)} age ${chance.int(20, 900)} ms`,
      );
    },
    () =>
      info(
        'c.q.risk.ExposureService',
        `net exposure ${chance.int(18_000, 64_000)} USDT of 120000, gross ${chance.int(70_000, 99_000)}`,
      ),
    () =>
      info(
        'c.q.risk.MarginMonitor',
        `sub-account ${chance.int(1, 9)} margin ratio 0.${chance.int(112, 388)} (limit 0.800)`,
      ),
    () =>
      info(
        'c.q.risk.VarCalculator',
        `VaR(99 %, 1 h) ${chance.int(810, 2_400)} USDT over ${chance.int(6, 14)} positions`,
      ),
  ];
  const starved = info(
    'c.q.risk.MarginMonitor',
    'evaluating on the snapshot of 16:18:00, journal unavailable',
  );

  const refused = (at: number): string =>
    at < RESTARTED + 1_400
      ? say(
          at,
          'error',
          thread(),
          'o.h.e.jdbc.spi.SqlExceptionHelper',
          `Connection to ${HOSTS.postgres}:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.`,
        )
      : say(
          at,
          'error',
          thread(),
          'o.h.e.jdbc.spi.SqlExceptionHelper',
          'FATAL: database "quantum" does not exist',
        );
  const validation = (at: number) =>
    say(
      at,
      'warning',
      thread(),
      'com.zaxxer.hikari.pool.PoolBase',
      `HikariPool-1 - Failed to validate connection org.postgresql.jdbc.PgConnection@${chance.hex(8)} (This connection has been closed.). Possibly consider using a shorter maxLifetime value.`,
    );
  const concentration = (at: number) =>
    say(
      at,
      'warning',
      thread(),
      'c.q.risk.ExposureService',
      `SOLUSDT is ${chance.int(31, 38)} % of gross exposure (soft limit 30 %)`,
    );

  return [
    ...routine(chance, START, END, 1_950, (at) =>
      entry(at, 'info', isDown(at) ? starved : chance.pick(daily)()),
    ),
    ...signals(chance, 'quantum_risk', (phase, level, at) => {
      if (phase === 'healthy' && level === 'error') {
        const text = say(
          at,
          level,
          'risk-eval-3',
          'c.q.risk.MarginMonitor',
          'margin snapshot of sub-account 7 discarded',
        );
        return { at, level, text, more: STACK };
      }
      return entry(
        at,
        level,
        level === 'error' ? refused : phase === 'breached' ? validation : concentration,
      );
    }),
    ...traps(chance, GOOD_TIMES, 5, [
      info('c.q.risk.RuleLoader', 'error handler registered for rule set perp-v12'),
      info('c.q.risk.RuleLoader', '14 rules compiled, 0 errors, 0 warnings'),
      info('c.q.risk.StressTest', 'scenario critical-liquidity finished: breaches=0 failed=0'),
      info('c.q.risk.AuditLog', 'non-fatal rounding difference of 0.01 USDT recorded'),
      info('c.q.risk.CircuitBreaker', 'state CLOSED, failure rate 0.0 %'),
    ]),
  ];
}

const STACK = [
  'java.lang.IllegalStateException: stale mark price for SOLUSDT (age 6120 ms)',
  '\tat com.quantum.risk.MarginMonitor.evaluate(MarginMonitor.java:118)',
  '\tat com.quantum.risk.MarginMonitor.lambda$schedule$2(MarginMonitor.java:74)',
  '\tat java.base/java.util.concurrent.Executors$RunnableAdapter.call(Executors.java:572)',
  '\tat java.base/java.util.concurrent.FutureTask.runAndReset(FutureTask.java:358)',
  '\tat java.base/java.util.concurrent.ScheduledThreadPoolExecutor$ScheduledFutureTask.run(ScheduledThreadPoolExecutor.java:305)',
  '\tat java.base/java.lang.Thread.run(Thread.java:1583)',
  'Caused by: java.util.concurrent.TimeoutException: no mark price within 5000 ms',
  '\tat com.quantum.risk.MarkPriceFeed.await(MarkPriceFeed.java:203)',
  '\tat com.quantum.risk.MarginMonitor.evaluate(MarginMonitor.java:109)',
  '\t... 5 common frames omitted',
];
