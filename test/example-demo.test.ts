import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { findExample } from '../src/commands/demo/find-example.ts';
import { runDemo } from '../src/commands/demo/run-demo.ts';
import { REFERENCE } from '../src/commands/demo/story.ts';

describe('the demo', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function demo(example = findExample()) {
    const out = new PassThrough().setEncoding('utf8');
    const right = await runDemo(out as unknown as NodeJS.WriteStream, example);
    const printed = String(out.read());
    const report = /^ {2}Report +(\S+)$/m.exec(printed)?.[1] ?? '';
    folders.push(existsSync(join(report, '..')) && report.endsWith('.md') ? dirname(report) : report);
    return { right, printed, report };
  }

  it('comes to the reference story with a real receiver, a real heal and a real report', async () => {
    const { right, printed, report } = await demo();
    expect(printed).toContain('This is the story expected of the session.');
    expect(right).toBe(true);
    expect(printed.match(/Discord received a message/g)).toHaveLength(3);
    expect(printed).toContain('heal: would restore the newest base backup into quantum_postgres');
    const text = readFileSync(report, 'utf8');
    expect(text).toMatch(/^# Quantum Trader V3 - Weekly Health Report\n/);
    expect(text.match(/^### ⚡ Real-Time Incident Report$/gm)).toHaveLength(1);
    expect(text).toContain('[quantum_postgres] ');
  });

  it('fails when the heal command does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heal-'));
    folders.push(folder);
    const heal = join(folder, 'heal.sh');
    writeFileSync(heal, 'echo cannot >&2; exit 3\n');
    const { right, printed } = await demo({ ...findExample(), heal });
    expect(right).toBe(false);
    expect(printed).toContain('ended with exit code 3; it said\n  │ cannot');
    expect(printed).toContain(
      'The story differs from the one expected: expected "16:18:10.250 heal 1 starts"',
    );
  });

  it('fails, and names the first difference, when the session has lost a container', async () => {
    const example = findExample();
    const session = join(mkdtempSync(join(tmpdir(), 'session-')), 'session');
    folders.push(dirname(session));
    cpSync(example.session, session, { recursive: true });
    rmSync(join(session, 'quantum_risk.log'));
    const { right, printed } = await demo({ ...example, session });
    expect(right).toBe(false);
    expect(printed).toContain(
      `The story differs from the one expected: expected "${REFERENCE[0] ?? ''}", found "7 containers`,
    );
  });
});
