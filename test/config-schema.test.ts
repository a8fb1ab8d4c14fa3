import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import manifest from '../package.json' with { type: 'json' };
import {
  configJsonSchema,
  SCHEMA_FILE,
  SETTINGS_PAGE,
  settingsPage,
  VIEW_SCHEMA_FILE,
  viewJsonSchema,
} from '../schema.ts';
import { configSchema } from '../src/config/config.ts';

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = join(ROOT, 'examples/quantum-trader/quantum-realtime.yaml');
const shipped = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as z.core.JSONSchema.JSONSchema;

/** Read back from the JSON that editors get, not from the schema it was made of. */
const checker = z.fromJSONSchema(shipped);

describe('the JSON schema of the configuration', () => {
  test('is that of this version (npm run schema), and so is the table of settings', () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
    const page = readFileSync(SETTINGS_PAGE, 'utf8');
    const cells = (text: string): string => text.replaceAll(/ +|-{2,}/g, ' ');
    expect(cells(page)).toBe(cells(settingsPage(page)));
  });

  test('has one of what the view socket sends beside it, made by the same command', () => {
    const view = JSON.parse(readFileSync(VIEW_SCHEMA_FILE, 'utf8')) as unknown;
    expect(view).toEqual(JSON.parse(JSON.stringify(viewJsonSchema())));
  });

  test('is part of the package, and the example names it', () => {
    expect(manifest.files).toContain('config.schema.json');
    const named = /^# yaml-language-server: \$schema=(.+)$/m.exec(readFileSync(EXAMPLE, 'utf8'))?.[1] ?? '';
    expect(resolve(dirname(EXAMPLE), named)).toBe(SCHEMA_FILE);
    expect(existsSync(SCHEMA_FILE)).toBe(true);
  });

  const blocks = ['README.md', 'docs/configure.md'].flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
      ([, block = '']) => [page, block] as const,
    ),
  );
  test.each([...blocks, ['the example', readFileSync(EXAMPLE, 'utf8')] as const])(
    'takes what %s shows, and so does the program',
    (_, text) => {
      const settings: unknown = parse(text);
      expect(checker.safeParse(settings).error).toBeUndefined();
      expect(configSchema.safeParse(settings).error).toBeUndefined();
    },
  );

  test.each([
    'limitz: { errors: 5 }',
    'limits: { errors: many }',
    'window: soon',
    'heal: { runner: shell }',
    'rules: [{ name: a, kinds: [error] }]',
    'log: { keep: 101 }',
  ])('refuses %s, as the program does', (text) => {
    const settings: unknown = parse(text);
    expect(checker.safeParse(settings).success).toBe(false);
    expect(configSchema.safeParse(settings).success).toBe(false);
  });

  test('says of every setting what it is', () => {
    expect([...undescribed(shipped, [])]).toEqual([]);
  });
});

function* undescribed(
  { properties = {}, items }: z.core.JSONSchema.JSONSchema,
  path: readonly string[],
): Generator<string> {
  if (typeof items === 'object' && !Array.isArray(items)) yield* undescribed(items, path);
  for (const [key, child] of Object.entries(properties)) {
    if (typeof child !== 'object') continue;
    if (child.description === undefined) yield [...path, key].join('.');
    yield* undescribed(child, [...path, key]);
  }
}
