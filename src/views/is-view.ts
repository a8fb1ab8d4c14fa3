import type { View } from './view.ts';

/** The version of everything the view socket sends. A field may be added within a version; none changes or goes. */
export const VIEW_VERSION = 1;

/** Whether a value that came from a view socket is a view of this version. */
export function isView(value: unknown): value is View {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === VIEW_VERSION;
}
