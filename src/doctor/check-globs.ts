import picomatch from 'picomatch';
import type { Config } from '../config/config.ts';
import { type Finding, warning } from './finding.ts';

const CHECK = 'containers';

/** Globs of the settings that no container of an engine matches: most often a slip, such as a quote too many. */
export function checkGlobs(
  { include, exclude, images }: Config['containers'],
  containers: readonly { readonly name: string; readonly image: string }[],
): readonly Finding[] {
  const unmatched = (
    setting: string,
    globs: readonly string[],
    texts: readonly string[],
  ): readonly Finding[] =>
    globs
      .filter((glob) => {
        const matches = picomatch(glob, { dot: true });
        return !texts.some((text) => matches(text));
      })
      .map((glob) =>
        warning(
          CHECK,
          `${setting}: ${JSON.stringify(glob)} matches none of ${texts.length} containers`,
          'correct it if one is meant that is there (docker ps -a shows their names)',
        ),
      );
  if (containers.length === 0) return [];
  const names = containers.map(({ name }) => name);
  return [
    ...unmatched('containers.include', include, names),
    ...unmatched('containers.exclude', exclude, names),
    ...unmatched(
      'containers.images',
      images,
      containers.map(({ image }) => image),
    ),
  ];
}
