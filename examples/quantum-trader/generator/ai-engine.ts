import { entry, routine, signals, traps, type Entry, type Level, type Writer } from './entry.ts';
import { INSTRUMENTS, MODEL } from './market.ts';
import { CURED, DOWN, END, GOOD_TIMES, isDown, START } from './plan.ts';
import type { Random } from './random.ts';
import { pythonStamp } from './stamps.ts';

const NAMES = { critical: 'CRITICAL', error: 'ERROR', warning: 'WARNING', info: 'INFO' } as const;
const MISMATCH = 'XGBoost predict failed: Feature shape mismatch, expected: 49, got 22';

/** The model server: Python's `logging` with `%(asctime)s - %(name)s - %(levelname)s - %(message)s`, and some `print`. */
export function aiEngine(chance: Random): readonly Entry[] {
  const say = (at: number, level: Level, logger: string, message: string): Entry => ({
    at,
    level,
    text: `${pythonStamp(at)} - quantum.${logger} - ${NAMES[level]} - ${message}`,
  });
  const info =
    (logger: string, message: string): Writer =>
    (at) =>
      say(at, 'info', logger, message).text;
  const symbol = () => chance.pick(INSTRUMENTS).symbol;

  const daily: readonly (() => Writer)[] = [
    () =>
      info(
        'inference',
        `${symbol()} horizon=5m p_up=0.${chance.int(310, 690)} model=${MODEL} took=${chance.int(3, 19)}ms`,
      ),
    () =>
      info(
        'inference',
        `${symbol()} horizon=1h p_up=0.${chance.int(310, 690)} model=${MODEL} took=${chance.int(3, 19)}ms`,
      ),
    () =>
      info(
        'features',
        `built 49 features for ${symbol()} in ${chance.int(4, 31)} ms (lag ${chance.int(20, 180)} ms)`,
      ),
    () =>
      info(
        'signals',
        `signal ${symbol()} ${chance.pick(['long', 'short', 'flat'])} strength=0.${chance.int(11, 98)} sent to executor`,
      ),
    () => info('drift', `PSI ${symbol()} 0.0${chance.int(10, 89)} below threshold 0.2`),
  ];
  const starved: readonly (() => Writer)[] = [
    () =>
      info('features', `feature store unavailable, using the 22 features of the live book for ${symbol()}`),
    () => info('signals', `no signal for ${symbol()}: prediction unavailable`),
  ];

  return [
    ...routine(chance, START, DOWN, 1_500, (at) => entry(at, 'info', chance.pick(daily)())),
    ...routine(chance, DOWN + 300, CURED, 900, (at) => entry(at, 'info', chance.pick(starved)())),
    ...routine(chance, CURED + 1_200, END, 1_500, (at) => entry(at, 'info', chance.pick(daily)())),
    say(CURED + 700, 'info', 'features', 'feature store is back, 49 of 49 columns present'),
    say(CURED + 1_040, 'info', 'inference', `${MODEL} warmed up on 49 features, failed=0`),
    ...signals(chance, 'quantum_ai_engine', (phase, level, at, nth) => {
      if (phase === 'healthy' && level === 'warning') {
        return say(at, level, 'drift', `PSI SOLUSDT 0.214 above threshold 0.2, model ${MODEL} kept`);
      }
      if (phase === 'healthy') {
        return nth === 0
          ? say(
              at,
              level,
              'features',
              'funding rate of DOGEUSDT missing for 2025-12-17T16:00:00Z, last value carried forward',
            )
          : {
              ...say(at, level, 'training', 'shadow evaluation of xgb-perp-2025.12.17-rc1 aborted'),
              more: TRACEBACK,
            };
      }
      if (phase === 'falling') {
        return say(
          at,
          level,
          'features',
          'feature store read did not complete: connection to server at "quantum_postgres" (172.20.0.3), port 5432 failed: Connection refused',
        );
      }
      if (level === 'critical') {
        return say(
          at,
          level,
          'signals',
          `prediction unavailable for ${6 + nth} consecutive cycles, all signals withdrawn`,
        );
      }
      // What the C++ core prints by itself carries no level at all.
      return chance.chance(0.45) ? { at, level, text: MISMATCH } : say(at, level, 'inference', MISMATCH);
    }),
    ...traps(chance, GOOD_TIMES, 4, [
      info('training', 'nightly set verified: 412 files, 0 errors'),
      info('inference', 'batch scored: processed=600 skipped=3 failed=0'),
      () => 'non-fatal: no CUDA device found, using tree_method=hist',
      info('features', 'reconnected to feature store after 1 failed attempt'),
      info('drift', 'error budget of the last 7 days at 99.94 %'),
      info('registry', `loaded error_model.json (residual model of ${MODEL})`),
    ]),
    ...routine(chance, START, END, 240_000, (at) =>
      entry(at, 'info', info('health', isDown(at) ? 'alive, degraded' : 'alive, 0 errors in the last 240 s')),
    ),
  ];
}

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/app/quantum/training/shadow.py", line 88, in evaluate',
  '    scores = booster.predict(frame, validate_features=True)',
  '             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^',
  '  File "/usr/local/lib/python3.12/site-packages/xgboost/core.py", line 2412, in predict',
  '    self._validate_features(fn)',
  '  File "/usr/local/lib/python3.12/site-packages/xgboost/core.py", line 3077, in _validate_features',
  '    raise ValueError(msg.format(self.feature_names, feature_names))',
  'ValueError: feature_names mismatch: training data did not have the following fields: oi_delta_15m, funding_z',
];
