import type { Config } from '../config/config.ts';
import { dockerSources } from './docker/docker-source.ts';
import { filesSources } from './files/files-source.ts';
import { journaldSources } from './journald/journald-sources.ts';
import type { ConfiguredSource, SourceKind } from './source.ts';

/** Every kind of live sources. */
export const SOURCE_KINDS: readonly SourceKind[] = [dockerSources, filesSources, journaldSources];

/** The sources that the settings ask for, in the order of their kinds. Throws a message for people. */
export function configuredSources(config: Config): readonly ConfiguredSource[] {
  return SOURCE_KINDS.flatMap((kind) => kind.configured(config));
}
