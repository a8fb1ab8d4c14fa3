import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

/** How much of a wrong value is quoted. */
const QUOTED = 60;

/** What is wrong at an issue's place within `value`: what was expected there, and what was found. */
export function problemOf(issue: Issue, value: unknown): string {
  if (issue.code === 'unrecognized_keys') return `expected no such key, found ${issue.keys.join(', ')}`;
  const expected = expectationOf(issue);
  return expected.includes(', found ')
    ? expected
    : `${expected}, found ${quoted(valueAt(issue.path, value))}`;
}

function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return issue.errors
        .flatMap(([first]) => (first === undefined ? [] : [expectationOf(first)]))
        .map((text, index) => (index === 0 ? text : text.replace(/^expected /, '')))
        .join(' or ');
    case 'too_small':
      return issue.origin === 'string' ? 'expected a text' : `expected at least ${issue.minimum} of them`;
    default:
      return issue.message;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

function valueAt(path: readonly PropertyKey[], value: unknown): unknown {
  return path.reduce<unknown>(
    (within, key) => (typeof within === 'object' && within !== null ? Reflect.get(within, key) : undefined),
    value,
  );
}

function quoted(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}
