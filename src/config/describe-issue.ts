import type * as z from 'zod';
import { closest } from './closest.ts';
import { configSchema } from './config.ts';
import { knownSettings } from './known-settings.ts';
import { isTree, type Tree } from './tree.ts';

/** Paths whose values are secrets and are never quoted; neither is an address in a setting that is none. */
const SECRET = /webhook|\.url$|heartbeatUrl|secret|token/i;
const ADDRESS = /\w:\/\//;

/**
 * What is wrong with a configuration, a line each: the place, what was expected, what was found (never a secret), and who
 * set it.
 */
export function describeIssue(
  issue: z.core.$ZodIssue,
  raw: Tree,
  sources: ReadonlyMap<string, string>,
): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) =>
        `${[...path, key].join('.')}: no such setting${meant(key, path)}${from(sources, [...path, key])}`,
    );
  }
  const found = path.reduce<unknown>(
    (value, key) => (isTree(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
    raw,
  );
  const quoted = quote(found);
  const secret = SECRET.test(path.join('.')) || (path[0] === 'alerts' && ADDRESS.test(quoted));
  const shown = secret ? `something else (not shown: it is a secret${wrapping(found)})` : quoted;
  const expected = expectation(issue);
  const unit = expected.startsWith('expected a duration') ? unitMissing(found) : '';
  return [`${path.join('.') || '(top level)'}: ${expected}, found ${shown}${unit}${from(sources, path)}`];
}

/** What is often around a value by mistake, and must not be shown with a secret. */
function wrapping(found: unknown): string {
  if (typeof found !== 'string') return '';
  if (/^["']|["']$/.test(found.trim())) return '; it stands in quotes, which are to go';
  return /^<|>$/.test(found.trim()) ? '; it stands in <…>, which are to go' : '';
}

/** A number without a unit is milliseconds, which is seldom what was meant. */
function unitMissing(found: unknown): string {
  const text = typeof found === 'number' || typeof found === 'string' ? String(found) : '';
  return /^[1-9]\d*$/.test(text)
    ? ` (${text} milliseconds: without a unit; perhaps ${text}m or ${text}s)`
    : '';
}

/** What a value may be, in the words of people. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'settings (key: value)',
  record: 'names with texts (key: value)',
};

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'invalid_union': {
      const inner = issue.errors.flat().map((each) => expectation(each).replace(/^expected /, ''));
      return `expected ${[...new Set(inner)].join(' or ')}`;
    }
    case 'too_small':
      return `expected ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}${issue.origin === 'string' ? ' character' : ''}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'invalid_format':
      if (issue.format === 'url') return 'expected an address such as https://host/path';
      return issue.format === 'regex' ? issue.message : `expected a valid ${issue.format}`;
    default:
      return issue.message;
  }
}

function from(sources: ReadonlyMap<string, string>, path: readonly string[]): string {
  const place = path.join('.');
  for (const [set, source] of sources) {
    if (place === set || place.startsWith(`${set}.`) || set.startsWith(`${place}.`))
      return ` (from ${source})`;
  }
  return '';
}

/** The setting that was probably meant by one that does not exist at this path. */
function meant(key: string, path: readonly string[]): string {
  const siblings = [...knownSettings(configSchema).values()].flatMap((known) =>
    path.every((part, depth) => known[depth] === part) ? [known[path.length] ?? ''] : [],
  );
  return didYouMean(closest(key, siblings));
}

/** `, did you mean X?`, or nothing without a name. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `, did you mean ${name}?`;
}

/** A value as it was written, cut to what fits on a line. */
export function quote(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
