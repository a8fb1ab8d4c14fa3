import { display, displayLines } from './display.ts';
import { redact } from './redact.ts';

/** One line of foreign text, fit to be shown and without secrets. */
export function safeLine(text: string): string {
  return redact(display(text));
}

/** The same for text of several lines. Redacted as a whole, since a private key goes over several. */
export function safeText(text: string): string {
  return redact(displayLines(text));
}

/** A value as JSON with every text in it safe, names of fields excepted. */
export function safeJson(value: unknown, indent?: number): string {
  const safe = (field: string, text: unknown): unknown =>
    typeof text !== 'string' ? text : NO_SECRET.has(field) ? display(text) : safeText(text);
  return JSON.stringify(value, safe, indent);
}

/** What these fields hold may look like a key and is none: a container's id has 64 hex digits. */
const NO_SECRET: ReadonlySet<string> = new Set(['id', 'container', 'name', 'image', 'incident', 'effect']);
