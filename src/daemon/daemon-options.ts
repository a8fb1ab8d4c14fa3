import type { Config } from '../config/config.ts';
import type { RecordingOptions } from './recorder.ts';

/** How the daemon is to run, beside its settings. */
export interface DaemonOptions {
  readonly config: Config;
  readonly configFile?: string | undefined;
  /** Reads the settings again, for a reload. Throws a ConfigError. */
  readonly load: () => Promise<Config>;
  readonly stateDir: string;
  /** Logs what it would do, and does nothing of it; writes no report. */
  readonly dryRun: boolean;
  /** Ends with exit code 1 if no engine answers at the start. */
  readonly requireDocker: boolean;
  /** Also saves what is seen and what becomes of effects. */
  readonly record?: RecordingOptions | undefined;
}
