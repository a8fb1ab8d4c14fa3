import type { Command, Option } from 'commander';

/** A command with what it takes, as people see it: hidden ones are left out. */
export interface CommandEntry {
  /** The words after the program's name, none for the program itself. */
  readonly path: readonly string[];
  readonly description: string;
  /** Names of what it takes, as its usage writes them: `<file>`, `[id]`. */
  readonly takes: readonly string[];
  readonly options: readonly OptionEntry[];
  readonly commands: readonly CommandEntry[];
}

/** One option: its spellings, whether a value follows, and which values there are, if they are few. */
export interface OptionEntry {
  readonly spellings: readonly string[];
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly description: string;
}

/** All commands below this one, and itself, as plain data. */
export function commandTree(command: Command, path: readonly string[] = []): CommandEntry {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((sub) => sub.name() !== 'help');
  return {
    path,
    description: command.description(),
    takes: command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    ),
    options: help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map(optionEntry),
    commands: commands.map((sub) => commandTree(sub, [...path, sub.name()])),
  };
}

/** A command and all below it, in the order of the help. */
export function everyCommand(entry: CommandEntry): readonly CommandEntry[] {
  return [entry, ...entry.commands.flatMap(everyCommand)];
}

function optionEntry(option: Option): OptionEntry {
  return {
    spellings: [option.short, option.long].filter((name) => name !== undefined),
    value: /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[0],
    choices: option.argChoices ?? [],
    description: option.description,
  };
}
