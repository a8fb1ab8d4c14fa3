import type { Inspected } from './inspected.ts';

/** What a container's log driver means for following it exactly. */
export interface LogRisks {
  /** Stored lines may be rotated away, and a follow may skip or repeat some. */
  readonly rotating: boolean;
  /** Bytes of log after which the driver rotates; Infinity if it does not. */
  readonly maxSize: number;
  /** So many such files are kept, the one being written included. */
  readonly files: number;
  /** What may be lost without a trace, for people. */
  readonly warnings: readonly string[];
}

const MEBIBYTE = 1024 * 1024;

/** The `local` driver and the cache that makes other drivers readable rotate at this size unless configured otherwise. */
const LOCAL_SIZE = 20 * MEBIBYTE;

const LOCAL_FILES = 5;

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: MEBIBYTE, g: 1024 * MEBIBYTE };

/** Judges a container's log driver and its options. */
export function logRisks({ driver, logOptions }: Pick<Inspected, 'driver' | 'logOptions'>): LogRisks {
  const limit = driver === 'json-file' ? Infinity : driver === 'journald' ? Infinity : LOCAL_SIZE;
  const maxSize = sizeOf(logOptions['max-size'] ?? logOptions['cache-max-size'], limit);
  const keeps = Number(logOptions['max-file'] ?? logOptions['cache-max-file']);
  const files = keeps >= 1 ? keeps : driver === 'json-file' ? 1 : LOCAL_FILES;
  const warnings: string[] = [];
  if (maxSize < Infinity)
    warnings.push('rotating: what is written faster than it can be read is lost, and told as a gap');
  if (logOptions['mode'] === 'non-blocking')
    warnings.push('non-blocking: the engine drops lines before anybody sees them');
  if (driver === 'journald') warnings.push('journald: timestamps of a microsecond, and its own rate limits');
  return { rotating: maxSize < Infinity, maxSize, files, warnings };
}

/** `10m` in bytes. */
function sizeOf(text: string | undefined, otherwise: number): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/i.exec(text?.trim() ?? '') ?? [];
  if (amount === undefined) return otherwise;
  const size = Number(amount) * (UNITS[unit.toLowerCase()] ?? 1);
  return size > 0 ? size : otherwise;
}
