/** How large something is that bears a name of trouble: a decimal, a percentage, a power of ten; not a version or an address. */
const AMOUNT = String.raw`["']?\s*(?:[:=|]|is|of|at)?\s*["'[(]?[~≈<>±+/-]*\d*(?:\.\d+(?:e[+-]?\d+)?%?|\d%|\d+e-\d+)(?![\w.]*\d*\.\d|[\w-])`;

const NAME = String.raw`[\w./-]*(?:errors?|err|loss(?:es)?|failures?|fail(?:ed)?|exceptions?|faults?|mismatch(?:es)?|drops?|dropped|rejected|timeouts?|violations?)`;

/**
 * Numbers about trouble that are no trouble: `train-error:0.16333`, `RMSE error=0.04`, `failures 2.5%`, `error band ±0.05%`.
 */
export const MEASURES: readonly RegExp[] = [
  new RegExp(
    String.raw`(?<![\w'"])${NAME}(?:[ _-](?:rate|ratio|band|bars?|margin|pct|percent|percentage|term|mean|avg|average|std|score|metric|estimate|norm|sum|fraction|share|probability|cost)){0,2}${AMOUNT}`,
    'gi',
  ),
  // tables and lists of such names: `loss | error | accuracy`
  /\b(?:train|valid|validation|test|eval|holdout|cv|best|mean|median|max|min|avg|average|total|final|oob|out-of-bag|forecast|prediction|tracking|residual|position|phase|angle|estimation|approximation|quanti[sz]ation|reconstruction|reprojection|alignment|calibration|cumulative|normalized|weighted)[ _-](?:errors?|err|loss)\b(?!:? (?:[a-z]+ed\b|in |while |on |at ))/gi,
];

const MOVE =
  '(?:break(?:out|down)s?|auctions?|bounces?|retests?|rall(?:y|ies)|swings?|patterns?|supports?|resistances?|reversals?|pullbacks?|signals?|setups?|highs?|lows?|continuations?|entr(?:y|ies)|candidates?|trends?|wedges?|flags?|triangles?)';

/** What traders say of prices, and strategies of what they leave alone. */
export const MARKET: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:failed|failing|false|fake|rejected|broken|invalid(?:ated)?|exhausted|expired|aborted|violated)[ -](?:\w+ ){0,2}?${MOVE}\b`,
    'gi',
  ),
  new RegExp(
    String.raw`\b${MOVE}(?: (?:at|of|on) \S+)? (?:is |are |was |were |has |have |been ){0,2}(?:failed|rejected|broken|invalidated|exhausted|expired|aborted|violated)\b`,
    'gi',
  ),
  /\boverflow\w*[^:.;]{0,30}\bskip\w*(?: (?:step|update)| this)?\b|\boverflow detected, (?:setting|reducing)\b/gi,
  /\bpanic[ -](?:room|button|attack|bar|switch|alarm|key|mode|threshold)s?\b/gi,
  /\bpanic[ -](?:sell\w*|buy\w*|bid\w*|dump\w*|low|high|level|index|volume|wick|score)\b|\b(?:market|buyers?|sellers?|crowd|retail) panic\w*/gi,
  /\b(?:flash|market|price|mini|crypto|stock)[ -]crash(?:es|ed|ing)?\b|\bcrash (?:protection|detector|score|probability|risk)\b/gi,
  /\b(?:kill(?:ed|ing)?|abort(?:ed|ing)|reject(?:ed|ing)|drop(?:ped|ping)|expired|invalidated) (?:all |\d+ )?(?:stale|old|open|pending|resting|idle|weak|duplicate|low[- ]\w+|dust|unfilled) (?:\w+ )?(?:orders?|positions?|signals?|sessions?|setups?|trades?|candidates?|quotes?|entries|bots?)\b/gi,
  /\binsufficient (?:\w+ )?(?:data|confidence|history|candles?|bars?|samples?|volume|edge|momentum|conviction|signals?|strength|evidence|confirmations?|volatility|observations?|trades|score)\b/gi,
  /\b(?:failed|failing|fails|unable|could not|couldn't|cannot|can't) (?:to )?(?:break|hold|reclaim|close|sustain|bounce|recover|clear|stay|push)\b(?= (?:above|below|over|under|the \w*(?:high|low|level|line|resistance|support)|resistance|support|its|\d))/gi,
  /\b(?:trend|momentum|buyers?|sellers?|buying|selling|volume|move|rally)(?: (?:is|are|looks|was))? exhaust(?:ed|ion)\b|\bexhaustion (?:gap|candle|move|signal|top|bottom)\b/gi,
  /\b(?:critical|fatal|emergency) (?:support|resistance|level|zone|price|juncture|mass)\b/gi,
];

/** Names that people give themselves, in the lines that tell of their coming and going. */
export const NAMES: readonly RegExp[] = [
  /(?<!\S)\S{1,32}(?=(?: ?\[[^\]]{0,24}\]| ?\([^)]{0,24}\))? (?:has )?(?:joined|left|connected|disconnected|logged (?:in|out|on|off)|lost connection|was slain|was shot|respawned|issued server command)\b)/gi,
  /\b(?:[Pp]layer|[Uu]ser(?:name)?|[Nn]ick(?:name)?|[Cc]lient|[Cc]haracter|[Mm]ap|[Cc]lan|[Gg]uild|[Tt]eam|[Nn]pc|[Mm]od|[Pp]lugin|[Pp]ack|[Ss]ong|[Tt]rack|[Aa]lbum|[Mm]ovie|[Tt]itle|[Ww]orld):? (?:["'«][\w -]+["'»]|[A-Z][\w-]*)(?= |$|[,.:;])/g,
  /\b(?:[Ss]ong|[Tt]rack|[Aa]lbum|[Mm]ovie|[Ee]pisode|[Ss]eries) (?:added|removed|queued|imported|started|grabbed): .*|\b[Nn]ow [Pp]laying:? .*/g,
  /(?<!\S)\S{1,32}(?= (?:was )?killed \S)|(?<=\bkilled )\S+(?= (?:by|with)\b)/gi,
  /^(?:.{0,40})?\[(?:CHAT|Chat|chat|SAY|Say|say|Global|Team|Whisper|Shout|OOC)\]:? .*/g,
  /^(?:\[[^\]]{0,40}\] ?:? ?){0,4}<[\w-]{1,32}> .*/g,
];
