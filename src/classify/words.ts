import { CLIENT_REFUSED, HARMLESS, RECOVERY } from './harmless.ts';
import { CRITICAL, ERROR, INFO, WARNING } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';

type Word = readonly [pattern: RegExp, level: number];

/** What trouble is called, the worst first. */
const WORDS: readonly Word[] = [
  [
    /\b(?:fatal|panic(?:ked|king)?|critical|catastrophic|emergency (?:shutdown|stop|exit|halt|restart|mode|brak\w+|close|liquidation)|unrecoverable)\b/i,
    CRITICAL,
  ],
  [
    /\b(?:segfault(?:ed)?|data ?loss|crash(?:ed|ing)|coredump|terminated by signal|killed by signal)\b/i,
    CRITICAL,
  ],
  [
    /\b(?:err(?:or)?|errors|erro)\b[:!]?|\b(?:[A-Z][a-z]+)+(?:Error|Exception|Failure)\b|\b\w{3,}Errors?\b|\berrno\b ?[:=]? ?-?[1-9]/,
    ERROR,
  ],
  [/\b(?:errors?|exceptions?|failed|failures?|traceback|fault(?:ed)?|deadlock(?:ed)?)\b/i, ERROR],
  [/\bfails?\b(?! to be\b)|\bfailing\b/i, ERROR],
  [
    /\b(?:cannot|can't|can not|could not|couldn't|unable to|was unable|not able to|refusing to|refused to|gave up|giving up|failed to)\b/i,
    ERROR,
  ],
  [
    /\b(?:unhandled|uncaught|aborted|aborting|corrupt(?:ed|ion)?|refused|unreachable|exhausted|violat(?:ion|es|ed)|mismatch|malformed|terminated (?:abnormally|unexpectedly)|unexpectedly|permission denied|not permitted|timed out|no such|broken pipe|connection reset|stack overflow|overflow(?:ed)?|(?:process|worker|child|task|job|thread|pid|container|pod|session|query|connection|statement|backend|command|build)\b.{0,30}\bkilled by|killed by (?:sig\w+|(?:the )?(?:oom|kernel|system|watchdog|timeout|supervisor|admin\w*))|was killed|unexpected (?:end|eof|token|error|response|status|exception|signal|identifier|character|value)|rejected|broken|insufficient|unavailable|unhealthy|missing required|not found in|is not defined|hang up|hung|quorum lost)\b/i,
    ERROR,
  ],
  [
    /\binvalid (?:`[^`]{1,60}` )?(?:invocation|command|argument|option|syntax|value|config\w*|token|format|input|parameter|state|operation|pointer|reference|character|response|signature|certificate|header|data|path|type|api[ -]?key|key|credential|url|host|address|number|block|magic|utf)|\bundefined (?:symbol|method|variable|function|index|reference)/i,
    ERROR,
  ],
  [
    /\b(?:quota|memory|size|time|deadline|limit|capacity|retries) exceeded\b|\b(?:connections?|link|lease|contact|session|communications?|connectivity|carrier)\b.*\blost\b|\blost (?:communications?|connectivity|connection|quorum|contact|lease|link)\b|\b(?:licen[sc]e|certificate|key|subscription|credentials?|password) (?:has |is )?expired\b/i,
    ERROR,
  ],
  // what is wrong with something, and what it lacks
  [
    /\b(?:does|do|did)(?: not|n't) (?:exist|match|complete|respond|start|answer|know|arrive|reply|come (?:up|online|back))\b|\b(?:is|has) (?:invalid|expired)\b|\bnot (?:valid|responding|reachable|authori[sz]ed|recogni[sz]ed|well-formed|online|allowed (?!because))\b|\bno (?:response|reply|answer) from\b|\bno (?:free|healthy|suitable|available) \w+/i,
    ERROR,
  ],
  [
    /\b(?:atom|codec|stream|encoder|decoder|demuxer|muxer|filter|schema|bucket|collection|vhost|snapshot|backup|repository|reference|tag|branch|target|recipe|account|instrument|symbol|header|entry ?point|file|module|command|class|library|package|symbol|table|director(?:y|ies)|executable|interpreter|device|image|host|method|driver|plugin|certificate|database)(?: \S+)? (?:was |is |were |are )?not found\b|\b(?:key|file|field|value|argument|parameter|variable|column|header|token|configuration)(?: \S+)? is missing\b|\bmissing (?:required|mandatory|environment|configuration|argument|parameter)\b|\b(?:environment variable|env(?:ironment)?|variable|parameter)\b.{0,40}\b(?:is )?not set\b|\bunbound variable\b|\b(?:array|index|subscript|pointer|argument|access|iterator|offset)\b.{0,20}\bout of (?:range|bounds)\b/i,
    ERROR,
  ],
  [
    /\btoo many (?:open|connections|clients|requests|redirect\w*|levels|retries|arguments|links)\b|\b(?:is|are) (?:locked|full)\b|\b(?:disk|filesystem|file system|volume|partition|queue) full\b|\bread-only file ?system\b|\bduplicate (?:key|entry)\b|\bhas gone away\b|\baccess (?:is |was )?denied\b/i,
    ERROR,
  ],
  [
    /\b(?:unknown|unsupported|unrecogni[sz]ed) (?:\w+ )?(?:column|command|option|host|database|table|directive|function|module|variable|symbol|argument|version|protocol|format|operation|platform|architecture|scheme|encoding|instruction|property|encoder|decoder|codec|filter|muxer|demuxer|pixel format|key|field|keyword|opcode|message type|exchange|user|role|action|request|response|error|signal|type|locale|device|driver|compression|cipher)\b|\bbad (?:(?:\w+ ){0,3}magic|decrypt|substitution|gateway|file|address|interpreter|checksum|block|superblock|argument|option|configuration|response|certificate|signature|format|state)\b/i,
    ERROR,
  ],
  [
    /\btime-?out (?:occurred|exceeded|expired|reached|while|waiting|error|after \d)|\b(?:deadline|timeout) (?:has )?(?:passed|elapsed)\b|\bexceed(?:ed|s) (?:its|the|max\w*|allowed|a)?\s?(?:deadline|threshold|limit|quota|timeout|time)\b|\b(?:threshold|limit) (?:was |has been )?exceeded\b|\bexceeded threshold\b|\b(?:script|check|command|process|health ?check|hook|probe|job|handler)\b.{0,40}\breturn(?:ed|ing)(?: (?:exit )?(?:code|status))? [1-9]\d{0,2}$|\bheartbeats? (?:missed|lost|timed out|timeout)\b|\bmissed heartbeats?\b|\bassum\w+ (?:\w+ )?dead\b|\bstale\b.{0,20}\bfor \d|\brepeated too quickly\b/i,
    ERROR,
  ],
  [
    /\b(?:errored|prematurely|unreadable|uncorrectable)\b|\b(?:process|worker|child|thread|task|node|peer|server|daemon)\b[^:]{0,20}\bdied\b|\b\w*loss\b[:= ]+nan\b|\bNaN (?:loss|detected|encountered)\b|\bloss is nan\b|\b(?:cluster|server|database|master|service|node|host|peer|api|backend|upstream|container|(?:web)?site|app|bot|feed|gateway|broker|link|interface|network|vpn|tunnel) (?:is|went) down\b(?!, reason)/i,
    ERROR,
  ],
  [
    /\bis not (?:running|alive|started)\b(?!,? ?(?:yet|\(?(?:re)?start|so |ok|as expected))|\b(?:handlers|workers|nodes|hosts|backends|servers|upstreams|replicas|peers|targets|brokers|members|instances|services)\b.{0,40}\b(?:are|went) (?:all )?down\b|\banother (?:instance|process|copy)\b.{0,60}\b(?:is (?:already )?(?:running|using|listening)|already)/i,
    ERROR,
  ],
  [
    /\bkill[- ]?switch (?:was |has been |is (?:now )?)?(?:activated|triggered|engaged|fired|tripped|hit)\b/i,
    CRITICAL,
  ],
  [
    /\b(?:websocket|ws|socket|connection|stream)\b.{0,40}\bclos\w+\b.{0,30}\b10(?:06|11)\b|\btrading (?:is |was |has been )?(?:halted|suspended)\b|\bcircuit breaker (?:has |was )?tripped\b|\bthere (?:was|were) (?:a |some )?(?:problems?|errors?)\b|\bproblems? (?:while |when )?(?:loading|reading|starting|connecting|opening|writing|parsing|with your)\b/i,
    ERROR,
  ],
  [/\bHTTP (?:4(?:01|03|08|18|29)|5\d\d)\b (?:from|on|for|when|while)\b/i, ERROR],
  [/\b(?!ERR)[A-Z]{3,}_ERR(?:OR)?_[A-Z_]+\b(?!=)/, ERROR],
  [/\bexit(?:ed)?(?: with)?(?: exit)?(?: code| status)?[:= ]+[1-9]\d*\b/i, ERROR],
  [
    /\bDegradedArray\b|\bdegraded (?:array|raid|mirror)\b|state=["']?(?:faulted|failed|unavail)\b|\b(?:transition to|enter(?:ed|ing)) (?:the )?(?:shutdown|error|fault|failed) state\b|\bdetected (?:\w+ ){0,2}hang\b/i,
    ERROR,
  ],
  [
    /\bdegraded\b|\bUPS\b.*\b(?:on battery|battery (?:is )?low)\b|\bpower (?:failure|outage)\b|\btemperature (?:is )?(?:above|exceeds|over) /i,
    WARNING,
  ],
  [/\b(?:warn(?:ing)?s?|deprecated|deprecation|caution|obsolete)\b/i, WARNING],
];

/** What this program itself wanted to do, and was refused: no client's trouble. */
const OWN_DEED =
  /\b(?:could not|couldn't|unable to|failed to|cannot|can't|error) (?:fetch|get|load|place|send|post|read|open|connect|reach|subscribe|update|download|upload|pull|push|query|create|cancel|list|start|sync|(?:fetch|load|gett|plac|send|cancel)ing)\b/i;

/** Some of it: `3 errors`, `1 failed`, `errors=3`. */
const COUNTED =
  /\b[1-9]\d* (?:errors?|failed|failures?|failing|exceptions?)\b|\b(?:errors?|failed|failures)[:=] ?[1-9]/i;

const PACKED = WORDS.map(([pattern, level]) => [pattern, found('words', level)] as const);
const SOME = found('words', ERROR);
const NOTHING = found('nothing suspicious', INFO);
const TAKEN_OUT = found('words found but not counted', INFO);
const REFUSED = found('a client that was refused', INFO);
const OVER = found('trouble that is over', INFO);

/**
 * The level of unlabelled prose: what is left once names, negations and news of recovery are taken out. Info when
 * nothing is left, or when the trouble is a client's.
 */
export function judgeWords(text: string): number {
  const first = PACKED.find(([pattern]) => pattern.test(text));
  if (first === undefined) return NOTHING;
  const client = CLIENT_REFUSED.exec(text);
  if (client !== null && !OWN_DEED.test(text)) return mark(text, client[0], REFUSED);
  let rest = text.replace(/\s{2,}/g, ' ');
  for (const pattern of HARMLESS) rest = rest.replace(pattern, ' ');
  rest = rest.replace(/ {2,}/g, ' ');
  const over = RECOVERY.exec(text);
  for (const [pattern, packed] of PACKED) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    if (over !== null && ((packed & 7) < CRITICAL || /^critical$/i.test(match[0])))
      return COUNTED.test(rest) ? mark(text, COUNTED.exec(rest)?.[0] ?? '', SOME) : mark(text, over[0], OVER);
    return mark(text, match[0], packed);
  }
  return mark(text, first[0].exec(text)?.[0] ?? '', TAKEN_OUT);
}

/** Marks the piece that decided in the line itself; where something was taken out of its middle, its first word. */
function mark(text: string, piece: string, packed: number): number {
  const found = text.includes(piece) ? piece : (piece.split(' ')[0] ?? '');
  const start = Math.max(0, text.indexOf(found));
  return marked(packed, start, start + found.length);
}
