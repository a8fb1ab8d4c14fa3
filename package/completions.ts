import { type CommandEntry, everyCommand, type OptionEntry } from './command-tree.ts';

const PROGRAM = 'quantum-realtime';

/** What a shell offers after the program's name: commands, options, and files where a value is wanted. */
export const completions = { bash, zsh, fish } as const;

function bash(tree: CommandEntry): string {
  const cases = everyCommand(tree).map(
    (entry) =>
      `    ${entry.path.length === 0 ? "''" : `'${entry.path.join(' ')}'`}) words='${words(entry).join(' ')}' ;;`,
  );
  const paths = everyCommand(tree).map(({ path }) => path.join(' '));
  return `# Completion of ${PROGRAM} for bash.
_quantum_realtime() {
  local word path= words= next
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "|${paths.join('|')}|" in *"|$next|"*) path=$next ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _quantum_realtime ${PROGRAM}
`;
}

function zsh(tree: CommandEntry): string {
  const cases = everyCommand(tree).map((entry) => {
    const commands = entry.commands.map((sub) => zshWord(sub.path.at(-1) ?? '', sub.description));
    const options = entry.options.flatMap((option) =>
      option.spellings.map((name) => zshWord(name, option.description)),
    );
    return `    '${entry.path.join(' ')}') words=(${[...commands, ...options].join(' ')}) ;;`;
  });
  const paths = everyCommand(tree).map(({ path }) => path.join(' '));
  return `#compdef ${PROGRAM}
# Completion of ${PROGRAM} for zsh.
_quantum_realtime() {
  local word taken='' next
  local -a words
  for word in "\${(@)\${(@)=BUFFER}[2,CURRENT-1]}"; do
    next="\${taken:+$taken }$word"
    case "|${paths.join('|')}|" in (*"|$next|"*) taken=$next ;; esac
  done
  case "$taken" in
${cases.join('\n')}
  esac
  _describe '${PROGRAM}' words || _files
}
compdef _quantum_realtime ${PROGRAM}
`;
}

function fish(tree: CommandEntry): string {
  const lines = everyCommand(tree).flatMap((entry) => {
    const within = fishWithin(entry);
    return [
      ...entry.commands.map(
        ({ path, description }) =>
          `complete -c ${PROGRAM} ${within} -f -a ${path.at(-1) ?? ''} -d ${quoted(description)}`,
      ),
      ...entry.options.map((option) => `complete -c ${PROGRAM} ${within} ${fishOption(option)}`),
    ];
  });
  return `# Completion of ${PROGRAM} for fish.\n${lines.join('\n')}\n`;
}

/** The condition that exactly the words of this command have been typed. */
function fishWithin({ path, commands }: CommandEntry): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const none = commands.map((sub) => sub.path.at(-1) ?? '').join(' ');
  const deeper = none === '' ? [] : [`not __fish_seen_subcommand_from ${none}`];
  const conditions = [...seen, ...deeper];
  return conditions.length === 0 ? '' : `-n ${quoted(conditions.join('; and '))}`;
}

function fishOption({ spellings, value, choices, description }: OptionEntry): string {
  const names = spellings.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const values =
    choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : value === undefined ? '' : ' -r';
  return `${names.join(' ')}${values} -d ${quoted(description)}`;
}

function words({ commands, options }: CommandEntry): readonly string[] {
  return [...commands.map(({ path }) => path.at(-1) ?? ''), ...options.flatMap(({ spellings }) => spellings)];
}

/** Of `_describe`: a colon parts word and description. */
function zshWord(word: string, description: string): string {
  return quoted(`${word}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
