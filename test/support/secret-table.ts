import { readFileSync } from 'node:fs';

/** A line with secrets in it, and those secrets by themselves. */
export interface SecretLine {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** A secret counts as leaked when so many of its characters, or all of a shorter one, come out in a row. */
const TELLING = 5;

/** The notations of `fixtures/secrets/secrets.txt`; what its brackets and arrows mean is written at its head. */
export function secretLines(): readonly SecretLine[] {
  return tableOf('secrets.txt').map((row) => ({
    text: unmarked(row),
    secrets: [...row.matchAll(/⟦([^⟧]*)⟧/g)].map(([, secret = '']) => secret),
  }));
}

/** Lines that hold no secret though they look so. */
export function lookAlikes(): readonly string[] {
  return tableOf('look-alikes.txt').map(unmarked);
}

/** What of the line's secrets is still in the text. */
export function leaksOf({ secrets }: SecretLine, text: string): readonly string[] {
  return secrets.filter((secret) => piecesOf(secret).some((piece) => text.includes(piece)));
}

function piecesOf(secret: string): readonly string[] {
  if (secret.length <= TELLING) return [secret];
  return Array.from({ length: secret.length - TELLING + 1 }, (_, at) => secret.slice(at, at + TELLING));
}

function tableOf(name: string): readonly string[] {
  return readFileSync(new URL(`../fixtures/secrets/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '));
}

function unmarked(row: string): string {
  return row.replace(/[⟦⟧]/g, '').replaceAll('↵', '\n').replaceAll('⇥', '\t');
}
