import type { EffectiveSetting } from '../../config/effective-settings.ts';
import { IMAGE_DEFAULTS } from '../../classify/image-defaults.ts';

/** What the program knows of some images' lines, shown beside the settings: an operator's own rules come before it. */
export function imageSettings(): EffectiveSetting[] {
  return IMAGE_DEFAULTS.map(({ images, pattern, level, about }) => ({
    path: 'classify.images',
    value: `${images.join(', ')}: ${about} (${pattern.source}) are ${level}`,
    source: 'built in',
  }));
}
