/** What systemd reads from an `EnvironmentFile=`: its `QT_` variables, and the lines that it passes over in silence. */
export interface EnvironmentFile {
  readonly variables: Readonly<Record<string, string>>;
  /** Numbers of lines, from 1, that are neither NAME=value nor a comment. */
  readonly ignored: readonly number[];
}

/** Reads the text of one; quotes around a value are peeled, as systemd does. */
export function environmentFile(text: string): EnvironmentFile {
  const variables: Record<string, string> = {};
  const ignored: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [, name, value = ''] = /^\s*(QT_\w+)\s*=(.*)$/.exec(line) ?? [];
    if (name !== undefined) variables[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
    else if (/^\s*(?:export\s|[^#;=\s][^=]*$)/.test(line)) ignored.push(index + 1);
  }
  return { variables, ignored };
}
