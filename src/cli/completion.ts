import { exitCode, UsageError, type Command } from './command.ts';

/** `routevane completion bash|zsh`, made from the same table as the commands themselves. */
export function completion(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: 'bash|zsh',
    does: 'prints the completion of a shell',
    example: 'source <(routevane completion bash)',
    options: {},
    words: 1,
    run(_options, [shell = '']) {
      if (shell !== 'bash' && shell !== 'zsh') {
        throw new UsageError(`completion: expected bash or zsh, found ${JSON.stringify(shell)}`);
      }
      process.stdout.write(shell === 'bash' ? bash(commands()) : zsh(commands()));
      return Promise.resolve(exitCode.ok);
    },
  };
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map(
    (command) => `    ${command.name}) words=${quoted(optionsOf(command).join(' '))} ;;`,
  );
  return `# Completion of routevane for bash: source <(routevane completion bash)
_routevane() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quoted([...commands.map(({ name }) => name), '--help', '--version'].join(' '))}
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) local IFS=$'\\n' && COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _routevane routevane
`;
}

function zsh(commands: readonly Command[]): string {
  const described = commands.map(
    ({ name, does }) => `    ${quoted(`${name}:${does.replaceAll(':', ' -')}`)}`,
  );
  const cases = commands.map(
    (command) => `    ${command.name}) compadd -- ${optionsOf(command).join(' ')} ;;`,
  );
  return `#compdef routevane
# Completion of routevane for zsh: source <(routevane completion zsh)
_routevane() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if [[ \${words[CURRENT]} != -* ]]; then
    _files
    return
  fi
  case \${words[2]} in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _routevane ]]; then
  _routevane "$@"
else
  compdef _routevane routevane
fi
`;
}

function optionsOf({ options }: Command): readonly string[] {
  const shorts = Object.values(options).flatMap(({ short }) =>
    short === undefined ? [] : [`-${short}`],
  );
  return [...Object.keys(options).map((name) => `--${name}`), ...shorts, '--help'];
}

/** For a POSIX shell: nothing inside is special. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
