import picomatch from 'picomatch';

const TYPES = /\.(?:service|socket|target|device|mount|automount|swap|timer|path|slice|scope)$/;

/** Patterns as systemctl and journalctl take them: a name without a type is that of a service, a glob is as it is. */
export function unitPatterns(units: readonly string[]): readonly string[] {
  return units.map((unit) => (/[*?[]/.test(unit) || TYPES.test(unit) ? unit : `${unit}.service`));
}

/** Whether a unit is among those that the patterns (`*`, `?`, `[…]`) name. */
export function unitMatcher(patterns: readonly string[]): (unit: string) => boolean {
  return picomatch([...patterns], { dot: true, nobrace: true, noextglob: true, nonegate: true, bash: true });
}

/**
 * A cheap look at an entry as it stands in JSON: false if no unit that the patterns name can be in it. Most entries of a
 * journal are of other units, and are not to be parsed.
 */
export function mayName(patterns: readonly string[]): (json: string) => boolean {
  const parts = patterns.map((pattern) =>
    pattern
      .split(/[*?\\]|\[[^\]]*\]?/)
      .reduce((longest, part) => (part.length > longest.length ? part : longest), ''),
  );
  return (json) => parts.some((part) => json.includes(part));
}
