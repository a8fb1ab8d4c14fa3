import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import * as z from 'zod';
import { configSchema, defaults } from './src/config/config.ts';
import { exactDuration } from './src/time/duration.ts';
import { isDuration } from './src/config/effective-settings.ts';
import { incidentSchema, viewSchema } from './src/views/view.ts';

type Schema = z.core.JSONSchema.JSONSchema;

/** Where the JSON schema of the configuration file lies, in the repository and in the package. */
export const SCHEMA_FILE = join(import.meta.dirname, 'config.schema.json');

/** The JSON schema of what the view socket sends. */
export const VIEW_SCHEMA_FILE = join(import.meta.dirname, 'view.schema.json');

/** The page whose table of settings is made from the same. */
export const SETTINGS_PAGE = join(import.meta.dirname, 'docs', 'configure.md');

/**
 * The JSON schema of the configuration file, for editors: draft 7, which all of them know. Made from the schema that
 * the program itself uses, with every default as one would write it.
 */
export function configJsonSchema(): Schema {
  const made = z.toJSONSchema(configSchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // Neither says anything to people: no bound at all, and "everything in here has a default".
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.type === 'object') delete jsonSchema.default;
    },
  });
  withDefaults(made, defaults, []);
  // Those of the host on which the schema is made.
  const own = [made.properties?.['name'], propertyOf(made.properties?.['fleet'], 'host')];
  for (const named of own) if (typeof named === 'object') delete named.default;
  return { title: 'Settings of quantum-realtime', ...made };
}

/** The JSON schema of the view (`GET /v1/view`) and, under `$defs`, of an incident (`GET /v1/incidents/ID`). */
export function viewJsonSchema(): Schema {
  const incident = z.toJSONSchema(incidentSchema, { target: 'draft-7' });
  delete incident.$schema;
  const view = z.toJSONSchema(viewSchema, { target: 'draft-7' });
  return { title: 'What quantum-realtime shows', ...view, $defs: { incident } };
}

/** The page with the table between its markers made anew: every setting, its default, what it is. */
export function settingsPage(page: string): string {
  const rows = [...rowsOf(configJsonSchema(), [])].map((cells) => `| ${cells.join(' | ')} |`);
  const table = ['| setting | default | what it is |', '| --- | --- | --- |', ...rows].join('\n');
  return page.replace(
    /(<!-- settings -->\n)[\s\S]*(<!-- end of settings -->)/,
    (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`,
  );
}

function propertyOf(schema: z.core.JSONSchema._JSONSchema | undefined, name: string) {
  return typeof schema === 'object' ? schema.properties?.[name] : undefined;
}

/** Fills in the defaults that stand behind a conversion, where zod knows only what comes out of it. */
function withDefaults(schema: Schema, value: unknown, path: readonly string[]): void {
  if (schema.properties !== undefined && typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(schema.properties))
      if (typeof child === 'object') withDefaults(child, Reflect.get(value, key), [...path, key]);
  } else if (value !== undefined) {
    schema.default =
      typeof value === 'number' && isDuration(path.join('.')) ? exactDuration(value) : structuredClone(value);
  }
}

function* rowsOf({ properties = {} }: Schema, path: readonly string[]): Generator<readonly string[]> {
  for (const [key, child] of Object.entries(properties)) {
    if (typeof child !== 'object') continue;
    const place = [...path, key];
    if (child.properties !== undefined) yield* rowsOf(child, place);
    else
      yield [
        `\`${place.join('.')}\``,
        shown(child.default),
        (child.description ?? '').replaceAll('|', '\\|'),
      ];
    const { items } = child;
    if (typeof items === 'object' && !Array.isArray(items) && items.properties !== undefined)
      yield* rowsOf(items, [...path, `${key}[]`]);
  }
}

function shown(value: unknown): string {
  return value === undefined || value === ''
    ? ''
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

async function write(file: string, text: string): Promise<void> {
  const style = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...style, filepath: file }));
}

if (import.meta.main) {
  await write(SCHEMA_FILE, JSON.stringify(configJsonSchema()));
  await write(VIEW_SCHEMA_FILE, JSON.stringify(viewJsonSchema()));
  await write(SETTINGS_PAGE, settingsPage(readFileSync(SETTINGS_PAGE, 'utf8')));
}
