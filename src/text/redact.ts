import { maskAddresses } from './secrets/addresses.ts';
import { maskCommandLines } from './secrets/command-lines.ts';
import { maskLongRuns, maskPrefixed } from './secrets/known-shapes.ts';
import { maskNamed } from './secrets/named-values.ts';
import { maskPrivateKeys } from './secrets/private-keys.ts';
import { maskProtocols } from './secrets/protocols.ts';
import { maskSaid, maskSchemes } from './secrets/said.ts';

/**
 * Masks what must not leave the process: passwords and tokens in addresses, settings, headers and commands, keys,
 * signatures, private keys and wallets' phrases, keeping the names beside them so that the text still tells its story.
 * The same string when there is nothing to mask; masked text comes back unchanged. Takes time in proportion to the text.
 */
export function redact(text: string): string {
  let rest = text;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const masked = STEPS.reduce((before, mask) => mask(before), rest);
    if (masked === rest) break;
    rest = masked;
  }
  return rest;
}

/** What spans lines first; names last, since they see whether all of a value is masked already. */
const STEPS = [
  maskPrivateKeys,
  maskAddresses,
  maskPrefixed,
  maskSaid,
  maskProtocols,
  maskCommandLines,
  maskLongRuns,
  maskNamed,
  maskSchemes,
];

/** A secret may hide another one until it is masked itself. Found by trial: no text was seen that takes more than four. */
const MOST_PASSES = 8;
