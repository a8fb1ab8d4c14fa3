import { type Action, inWords, isDone } from './actions.ts';
import type { InstallPlan } from './plan.ts';

type Print = (line: string) => void;

/** Shows what will be done, what is so already, and what is worth knowing; with `texts`, every file's content too. */
export function printPlan(
  { actions, warnings }: Omit<InstallPlan, 'refusals'>,
  print: Print,
  texts: boolean,
): void {
  for (const action of actions) {
    const done = isDone(action);
    if (done && action.do.startsWith('remove')) continue;
    print(`${done ? '  (so already) ' : '  '}${inWords(action)}`);
    if (texts && action.do === 'write') for (const line of contents(action)) print(line);
  }
  for (const warning of warnings) print(`  note: ${warning}`);
}

function contents({ text }: Extract<Action, { do: 'write' }>): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `      | ${line}`);
}
