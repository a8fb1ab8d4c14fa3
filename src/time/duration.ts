const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `500ms`, `3s`, `10m`, `1h30m` or `7d`, in milliseconds; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (isUnit(unit) ? UNITS[unit] : 0);
  }
  return total;
}

/**
 * Milliseconds as people write them: `3s`, `1h30m`, `250ms`, `2.5s`; of at most two units, the smaller ones left out, and
 * tenths of a second only below ten.
 */
export function formatDuration(ms: number): string {
  const length = Math.abs(ms);
  if (length >= 1_000 && length < 10_000)
    return `${ms < 0 ? '-' : ''}${Math.min(9.9, Math.round(length / 100) / 10)}s`;
  return inUnits(length < 1_000 ? ms : Math.sign(ms) * Math.floor(length / 1_000) * 1_000, 2);
}

/** Milliseconds exactly, as a setting is written: `1h30m`, `2s499ms`. */
export function exactDuration(ms: number): string {
  return inUnits(ms, Infinity);
}

function inUnits(ms: number, units: number): string {
  const parts: string[] = [];
  let rest = Math.round(Math.abs(ms));
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / UNITS[unit]);
    if (amount > 0) parts.push(`${amount}${unit}`);
    rest -= amount * UNITS[unit];
  }
  return parts.length === 0 ? '0s' : (ms < 0 ? '-' : '') + parts.slice(0, units).join('');
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && text in UNITS;
}
