/** What a session of such paths is called: their last parts. */
export function sessionName(paths: readonly string[]): string {
  return paths.map((path) => path.replace(/\/+$/, '').split('/').at(-1) ?? path).join(', ');
}
