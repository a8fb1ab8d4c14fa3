import { expect } from 'vitest';

/** A text that contains another. Typed as unknown, which an expectation may hold in any place. */
export const containing = (text: string): unknown => expect.stringContaining(text);

/** A text that matches a pattern. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
