import { MASK } from './mask.ts';
import { runFinder } from './run-finder.ts';
import { tellingOf } from './secret-names.ts';

const JWT = /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?/g;
/** What vendors begin their tokens with, so that they are found where they should not be. What follows has to look random. */
const PREFIXED = new RegExp(
  `(\\b(?:${[
    '(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?|gh[pousr]_|github_pat_|gl(?:pat|rt|dt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-|npm_|xox[abeprs]-|xapp-|whsec_|hf_',
    'do[opr]_v1_|shp(?:at|ca|pa|ss)_|SG\\.|hv[sbr]\\.|pypi-|ya29\\.|lin_api_|figd_|sbp_|tskey-\\w{1,12}-|dckr_(?:pat|oat)_|sq0(?:atp|csp|idp)-|rubygems_',
    'NRAK-|NRJS-|glc_|glsa_|dp\\.\\w{2,8}\\.|ATATT3x|pat-na\\d-|nvapi-|gsk_|xai-|r8_|pul-|ops_|AGE-SECRET-KEY-1|sntry[su]_|phc_|rnd_|PMAK-|CFPAT-|EAAC|oauth:',
  ].join('|')})|\\.atlasv1\\.)([A-Za-z0-9_.+/-]{10,512}={0,2})`,
  'g',
);
/** Tokens whose whole shape is known. */
const SHAPED = new RegExp(
  [
    '\\b(?:dapi|SK|key-)[0-9a-f]{32}\\b',
    '\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b|\\bAIza[A-Za-z0-9_-]{30,}',
    '(?<!\\d)\\d{8,10}:AA[A-Za-z0-9_-]{30,}',
    '\\bs\\.(?=[A-Za-z]{0,40}\\d)(?=[a-z0-9]{0,40}[A-Z])[A-Za-z0-9]{24,40}\\b',
    '\\bS[A-Z2-7]{55,57}\\b',
  ].join('|'),
  'g',
);
/** Exchange keys are long runs of mixed letters and digits; hashes and ids are of one case and stay readable. */
const LONG_RUN =
  /(?<![A-Za-z0-9+/])(?<!sha(?:1|256|384|512)[:-])[A-Za-z0-9+/]{40,512}={0,2}(?![A-Za-z0-9+/])/gi;
/** 64, 96 or 128 hex digits are a wallet's key, a signature or a master secret; or a digest, or an engine's id, which are named so. */
const HEX = /(?<![A-Za-z0-9_])(?:0x)?(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?![A-Za-z0-9_])/gi;
const HASH_SAID =
  /(?:sha-?\d{1,3}|digests?|hash(?:es)?|checksums?|sums?|etag|containers?|images?|layers?|blobs?|overlay2|tasks?|shim|sandbox|pod|networks?|volumes?|exec|endpoint|moby|docker|containerd|libpod|crio|runc|snapshots?|tx|txn|txid|transactions?|blocks?|root|parent|commit|revision|manifest|merkle|trace|id|got|expected|want|have)["']?\s{0,2}[:=@/#(-]?\s{0,4}["']?$/i;
const SUM_LINE = /^ [ *]\S/;
/** Twelve words and more of a wallet's list, which holds neither these small words nor any shorter or longer ones. */
const PHRASE =
  /(?<![a-z])(?:(?!(?:the|and|for|from|with|was|are|not|has|had|but|his|her|its|our|were|been|into|after|which|while|would|could|does)\b)[a-z]{3,8}(?:["']?,? ["']?|["'],["'])){11,23}[a-z]{3,8}(?![a-z])/g;

/** A key as the numbers of its bytes. */
const BYTES = /\[\s{0,4}(?:\d{1,3},\s{0,4}){31,127}\d{1,3}\s{0,4}\]/g;
/** What each of these patterns cannot do without: so many characters in a row of which nearly all of it is made. */
const PHRASE_RUN = runFinder(/[a-z"', ]/, 12 * 4 - 1);
const BYTES_RUN = runFinder(/[\d,\s]/, 32 * 2 - 1);
const LONG_RUN_RUN = runFinder(/[A-Za-z0-9+/]/, 40);
const SHAPED_RUN = runFinder(/[A-Za-z0-9_-]/, 20);

/** Secrets that tell themselves without any name: tokens with a vendor's prefix, JWTs, exchange and wallet keys. */
export function maskPrefixed(text: string): string {
  let rest = text.includes('eyJ') ? text.replace(JWT, MASK) : text;
  rest = rest.replace(PREFIXED, maskToken);
  return SHAPED_RUN(rest) ? rest.replace(SHAPED, MASK) : rest;
}

/** Long runs that nothing names, after everything that has a name is masked. */
export function maskLongRuns(text: string): string {
  let rest = LONG_RUN_RUN(text) ? text.replace(LONG_RUN, maskMixed).replace(HEX, maskUnlessHash) : text;
  if (PHRASE_RUN(rest)) rest = rest.replace(PHRASE, MASK);
  return BYTES_RUN(rest) ? rest.replace(BYTES, `[${MASK}]`) : rest;
}

/** Nothing that can be read is longer, in characters. */
const LONGEST_WORD = 24;

function maskToken(all: string, _prefix: string, body: string): string {
  const random = body
    .split(/[-._/]/)
    .some(
      (part) =>
        part.length > LONGEST_WORD || (part.length >= 6 && /[A-Za-z]\d|\d[A-Za-z]|[a-z][A-Z]/.test(part)),
    );
  return random ? MASK : all;
}

/** The address of an account on a chain, which is public: its letters are of both cases as a check. */
const ADDRESS = /^0x[0-9a-f]{40}$/i;

const PADDED = /^(?:.{4})+(?<==)$/;

function maskMixed(run: string, at: number, text: string): string {
  if (ADDRESS.test(run)) return run;
  if (isName(run, text.slice(at + run.length, at + run.length + 8))) return run;
  const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
  // A path has more parts than what is random, and no padding.
  const isPath = run.includes('//') || run.split('/').length >= 4;
  return mixed && (!isPath || PADDED.test(run)) ? MASK : run;
}

/** A long name with its value behind it is no secret itself, and has to be there for the value to be known as one. */
function isName(run: string, behind: string): boolean {
  return (run.endsWith('=') || /^["'`\])]{0,3}\s{0,4}[=:>]/.test(behind)) && tellingOf(run) !== undefined;
}

function maskUnlessHash(run: string, at: number, text: string): string {
  const before = text.slice(Math.max(0, at - 40), at);
  const end = at + run.length;
  return HASH_SAID.test(before) || SUM_LINE.test(text.slice(end, end + 3)) ? run : MASK;
}
