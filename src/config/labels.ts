/** The prefix of all labels that are settings of this program. */
const PREFIX = 'quantum-realtime.';

type Labels = Readonly<Record<string, string>>;

/** One setting that a container makes for itself. */
export interface LabelSetting {
  /** `enable`, or `limits.errors` and its like. */
  readonly path: string;
  readonly value: string;
  readonly label: string;
}

/** Whether a container may be followed: anything but `quantum-realtime.enable=false`. */
export function isEnabled(labels: Labels): boolean {
  return labels[`${PREFIX}enable`] !== 'false';
}

/** A container's own limit for one of the three usual rules; undefined where it has none, or one that is no limit. */
export function limitByLabel(rule: string, labels: Labels): number | undefined {
  const text = labels[`${PREFIX}limits.${rule}`];
  return text !== undefined && LIMIT.test(text) ? Number(text) : undefined;
}

/** Everything that a container sets for itself, by name. */
export function labelSettings(labels: Labels): readonly LabelSetting[] {
  return ours(labels).flatMap(([label, value]) =>
    problemOf(label, value) === undefined ? [{ path: label.slice(PREFIX.length), value, label }] : [],
  );
}

/** What is wrong with a container's labels, a line each. Such a label is ignored. */
export function labelProblems(labels: Labels): readonly string[] {
  return ours(labels).flatMap(([label, value]) => problemOf(label, value) ?? []);
}

const LIMIT = /^[1-9]\d{0,8}$/;

const EXPECTED: Readonly<Record<string, { readonly form: RegExp; readonly expected: string }>> = {
  enable: { form: /^(?:true|false)$/, expected: 'true or false' },
  'limits.critical': { form: LIMIT, expected: 'a whole number from 1' },
  'limits.errors': { form: LIMIT, expected: 'a whole number from 1' },
  'limits.restarts': { form: LIMIT, expected: 'a whole number from 1' },
};

function ours(labels: Labels): readonly (readonly [label: string, value: string])[] {
  return Object.entries(labels)
    .filter(([label]) => label.startsWith(PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function problemOf(label: string, value: string): string | undefined {
  const known = EXPECTED[label.slice(PREFIX.length)];
  if (known === undefined)
    return `label ${label}: no such setting (there are ${Object.keys(EXPECTED).join(', ')})`;
  return known.form.test(value)
    ? undefined
    : `label ${label}: expected ${known.expected}, found ${JSON.stringify(value)}`;
}
