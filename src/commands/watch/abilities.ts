import type { Abilities } from './terminal.ts';

/**
 * What the environment says of the terminal: no colour with `NO_COLOR` (https://no-color.org), and nothing but ASCII where
 * the locale is not UTF-8. The first of the three that is set and not empty names the locale, as POSIX has it.
 */
export function abilitiesOf(env: NodeJS.ProcessEnv): Abilities {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => one !== undefined && one !== '');
  return {
    colour: (env['NO_COLOR'] ?? '') === '',
    utf8: /utf-?8/i.test(locale ?? ''),
  };
}
