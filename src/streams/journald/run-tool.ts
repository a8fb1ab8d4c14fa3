import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** systemd's programs speak English, and their pager, colours and debug messages are left out. */
export const TOOL_ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };

/** What one of systemd's programs has said, and how it ended; `code` is null if it could not be run or was ended. */
export interface ToolEnd {
  readonly code: number | null;
  readonly out: string;
  /** What it complained of, or why it could not be run. */
  readonly complaint: string;
}

/** An answer is awaited for this long, in milliseconds. */
const ANSWER_WITHIN = 10_000;

/** So much is kept of what one says, in UTF-16 units. */
const MOST = 4 * 1024 * 1024;

/** Runs one to its end, which comes within ten seconds; no shell. Never rejects. */
export function runTool(program: string, args: readonly string[], signal?: AbortSignal): Promise<ToolEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: TOOL_ENVIRONMENT,
      timeout: ANSWER_WITHIN,
      killSignal: 'SIGKILL',
      ...(signal === undefined ? {} : { signal }),
    });
    let out = '';
    const decoder = new StringDecoder('utf8');
    child.stdout.on('data', (chunk: Buffer) => {
      if (out.length < MOST) out += decoder.write(chunk);
    });
    const complaint = tailOf(child.stderr);
    child.once('error', (error) => resolve({ code: null, out: '', complaint: whyNot(program, error) }));
    child.once('close', (code) => {
      const late = code === null ? `${program} did not answer within ${ANSWER_WITHIN / 1_000} s` : '';
      resolve({ code, out, complaint: complaint() === '' ? late : complaint() });
    });
  });
}

/** The last of what a program complains of. */
export function tailOf(stderr: NodeJS.ReadableStream): () => string {
  let tail = '';
  stderr.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-2_000)));
  return () => tail.trim();
}

/** Why a program could not be run, for people. */
export function whyNot(program: string, error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return `${program} is not installed`;
  return `${program} cannot be run: ${error.message}`;
}
