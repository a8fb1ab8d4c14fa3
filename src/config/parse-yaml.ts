import { parseDocument } from 'yaml';

/** What a YAML text holds, or what is wrong with it, a line each. */
export function parseYaml(text: string): { readonly value: unknown; readonly problems: readonly string[] } {
  const document = parseDocument(text);
  const problems = document.errors.map(
    ({ message }) => `not YAML: ${(message.split('\n')[0] ?? '').replace(/:$/, '')}`,
  );
  return problems.length > 0 ? { value: undefined, problems } : { value: document.toJS(), problems };
}
