import { MARKET, MEASURES, NAMES } from './measures.ts';

/** Words that tell of trouble when they stand for themselves. */
const TROUBLE =
  '(?:errors?|warnings?|failures?|failed|failing|fails?|exceptions?|faults?|crash(?:es|ed)?|fatal|criticals?|panics?|problems?|issues?|timeouts?|rejected|aborted|aborts?|dropped|drops?|errs?|unhealthy|killed|lost|corrupt(?:ed|ions?)?|conflicts?|violations?|alerts?|denied|refused|invalid|missing|mismatch(?:es|ed)?|unavailable|unreachable|broken|expired|errno|duplicates?|timed ?out|degraded)';

const NOUN = '(?:errors?|exceptions?|failures?|warnings?|crash(?:es)?|timeouts?|faults?|panics?|criticals?)';
const ADJECTIVE = '(?:error|failed|fatal|critical|failure|warning|crash|alert|panic|exception)';

/** What may follow a trouble word in a name for something that deals with trouble. */
const COMPOUND =
  '(?:handl\\w+|hits?|chance|mass|pages?|codes?|rates?|budget|report\\w*|logs?|log(?:ger|ging|file)|levels?|thresholds?|messages?|templates?|boundar\\w+|queues?|counts?|counters?|sections?|paths?|css|class(?:es)?|types?|track\\w*|monitor\\w*|detect\\w*|recover\\w*|correct\\w*|toleran\\w*|polic\\w+|modes?|filters?|middleware|stat(?:s|istics)|summar\\w+|limits?|digests?|domains?|inject\\w*|listeners?|hooks?|callbacks?|buckets?|collect\\w*|notif\\w*|email\\w*|mail\\w*|channels?|stream|output|file|rules?|margin|bars?|estimat\\w*|format\\w*|buttons?|metrics?|strateg\\w+|signals?|documents?|dashboards?|manager|plugin|module|service|interval|timeouts?|seconds?|settings?|options?|values?|flags?|sink|reporter|tables?|columns?|topics?|index(?:es)?|if|when|unless)';

/** What is numbered from zero: `worker 0 failed` is no count. */
const NUMBERED =
  '(?:worker|node|shard|gpu|task|job|replica|partition|channel|rank|core|cpu|thread|disk|drive|slot|device|process|stage|queue|unit|bank|port|batch|chunk|block|segment|order|instance|member|peer|broker|controller|camera|sensor|container|pod|volume|interface|line|page|row|stream|track|request|connection|client|server)s?';

/** Nothing at all, as a value: `0`, `0.00%`, `null`, `[]`, `<nil>`. */
const NOTHING = String.raw`(?<!\d)["']?(?:(?:0(?:\.0+)?(?![\w.]*\d)%?|<nil>|n/a|""|\[\]|\{\}|(?<=[:=(] ?)-)(?=[\s,;.)\]}"'%]|$)|(?:null|none|nil|false|no|off|disabled|undefined)(?=[,;.)\]}"'|]|$|\s+(?:[\w.-]+[=:]|[}\])|]|$)))`;

const BENIGN_VERB =
  '(?:add(?:ed|ing)|appl(?:ied|ying)|captur(?:es|ed|ing)|catch(?:es|ing)?|check(?:s|ed|ing)?(?: for)?|clean(?:ed|ing)?|clear(?:s|ed|ing)?|collect(?:s|ed|ing)?|compil(?:ed|ing)|configur(?:ed|ing)|copying|creat(?:ed|ing)|delet(?:ed|ing)|disabl(?:ed|ing)|dismiss(?:ed)?|display|download(?:ed|ing)|enabl(?:ed|ing)|fix(?:ed|es)?|flush(?:ed|ing)|forward(?:s|ed|ing)?|handled?|handles|handling|hide|ignor(?:es|ed|ing)|init\\w*|install(?:ed|ing)|joined|list(?:ing)?|listening for|load(?:ed|ing)|log(?:s|ging)|mapped|merg(?:ed|ing)|mount(?:ed|ing)|opening|playing|prun(?:ed|ing)|purg(?:ed|ing)|reading|recover(?:ed|ing)|requeu(?:ed|ing)|register(?:ed|ing)|remov(?:ed|ing)|rendering|report(?:s|ing)?|resolv(?:ed|ing)|retr(?:y|ies|ying)(?: on| after)?|send(?:s|ing)|set(?:s|ting)?(?: up)?|show(?:s|ing)?|simulat(?:ed|ing)|skipp(?:ed|ing)(?: already)?|subscribed(?: to)?|suppress(?:ed|es|ing)?|test(?:s|ing)?|tolerates?|unpacking|using|warming|watch(?:es|ing)(?: for)?|wrote|writing)';

/**
 * Text that holds trouble words without telling of trouble. It is taken out before the words are looked at, and what is
 * left decides. Names first, then counts of nothing, denials, names of things that deal with trouble, conditions, and
 * deeds.
 */
export const HARMLESS: readonly RegExp[] = [
  ...MEASURES,
  ...MARKET,
  // help texts; URLs, requests, SQL, paths, addresses, files
  /^\s*[-*] [\w.-]+$/g,
  /^\s*(?:-\w, )?--\w[\w-]*.*/g,
  /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi,
  /\b(?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS) "?\/\S*/g,
  /\b(?:SELECT\b.*\bFROM\b|INSERT INTO\b|UPDATE\b.*\bSET\b|DELETE FROM\b|CREATE TABLE\b|ALTER TABLE\b).*/g,
  /(?:^|(?<=[\s"'(=,[{]))[\w.@~+-]*\/[\w./@~%+#?&=:-]*/g,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\b[\w-]+\.(?:log|txt|html?|php|conf|cfg|ini|ya?ml|json|xml|bin|jsp?|ts|jsx|tsx|mjs|cjs|py|rb|go|rs|java|c|cc|cpp|h|so|dll|exe|sh|css|png|svg|db|sqlite|csv|gz|zip|tar|md|lua|pl|ex|exs|erl|mp3|mp4)\b(?::\d+)?/gi,
  // options and settings
  /(?:^|(?<=[\s=[]))--?[a-z][\w:+-]*(?:=\S*)?/gi,
  new RegExp(`\\b(?:(?:uncaught|unhandled) )?${ADJECTIVE}s?[ -]${COMPOUND}\\b`, 'gi'),
  /\b\w*(?:level|severity|verbosity)\w*["']?(?:\s*[:=]\s*|(?: set| changed| switched| is)?(?: from \w+)?(?: is| to)? )["']?\w+(?:,\w+)*/gi,
  /: \w+(?:, \w+){2,}$/g,
  /\b(?:panic|oops|timeout|fatal|alert|abort)=\S+/gi,
  /\b\w+(?:\|\w+)+\b/g,
  /\berrors=[a-z][\w-]*/g,
  /\b[Ss]topped target .*/g,
  /\b(?!\w*(?:ERR|FAIL))[A-Z][A-Z0-9]*_[A-Z0-9_]*=\S+/g,
  /\b(?!\w*(?:err|fail|stat))[a-z]+(?:_[a-z]+)+ ?= ?\w+$/g,
  /\b[Oo]n(?:Failure|Error|Exception|Crash|Timeout)\b/g,
  // what was run; what is tried again
  /\b(?:COMMAND=|CMD \().*/g,
  /\bretr(?:y|ies|ying)\w*\b.{0,40}?[[(][^\])]{0,80}[\])]/gi,
  // names and versions of packages, names of hosts
  /\b[\w-]*(?:error|failure|panic|exception|fatal|crash|warn)[\w-]* (?:v\d|\(\d+\.)\S*/gi,
  /\b(?:[a-z0-9-]+\.){2,}[a-z]{2,}\b(?!:\d)/g,
  // names: quoted words, `dead-letter-errors`, `payments.failed`, `kind: error`
  /(["'`])[\w .*-]{0,24}?\1(?=[\s,.;:)\]}]|$)/g,
  /\b(?:template|page|name|type|topic|queue|channel|key|field|column|table|group|tag|label|category|filter|mode|class|logger|module|file|folder|theme|sound): \w+/gi,
  /\b(?!out-of|non-|un|core-|segm)\w+(?:-\w+)*-(?:errors?|failed|failures?|fatal|critical|warnings?|exceptions?)(?:-\w+)*\b(?!:)/gi,
  /\b(?:errors?|failed|failures?|warnings?|exceptions?|critical|fail|fatal)-\w[\w-]*/gi,
  /\b[a-z]\w*\.(?:[a-z]\w*\.)*(?:errors?|failed|failures?|fatal|critical|warnings?)\b(?!:)/g,
  // nothing of it
  new RegExp(
    `\\b(?:(?<!(?:errors?|failed|failures?|warnings?|dropped|rejected)[=:] ?|\\b${NUMBERED}[ #:=-]{1,2})0|zero|no|none|without|w/o|never|not|non|nothing|neither|nor|free of|free from)[ -](?:(?:any|a|an|more|new|known|other|further|serious|of|the|been|have|has|critical|fatal|major|\\d+)[ -])*(?:\\w+ )?${TROUBLE}\\b`,
    'gi',
  ),
  new RegExp(
    `\\b[A-Za-z_]*?${TROUBLE}(?:[ _](?!and\\b|or\\b|with\\b|in\\b)[A-Za-z0-9]+){0,3}["']?\\s*(?:[:=]\\s*)?(?:[:=(]\\s*)?${NOTHING}`,
    'gi',
  ),
  new RegExp(`\\b(?:${TROUBLE} )?(?:rate|ratio|count|total|budget)\\b.*?[:=]?\\s*0+(?:\\.0+)?\\s*%?$`, 'gi'),
  new RegExp(`\\b(?:0|no)(?: \\w+)? or ${TROUBLE}\\b`, 'gi'),
  /\b\w+n't (?:\w+ )?(?:fail|crash|panic|error)\w*/gi,
  /\b(?:no|non|not|without|un)[ -]?(?:fatal|critical)\b/gi,
  /\b(?:last|previous|prev)[ _-]?(?:error|failure|exception)\s*[:=]\s*$/gi,
  // things that deal with it, or bear its name
  new RegExp(`\\b${NOUN}[ -]${COMPOUND}\\b`, 'gi'),
  /\b(?:traceback|segfault|sigsegv|oom|kill|abort|deprecat(?:ion|ed)|restart|retry)[ -](?:handl\w+|detect\w*|polic\w+|modes?|signals?|counts?|limits?)\b/gi,
  /\ballocation failure\b|\bstandard error\b|\b\d+ (?:critical|warnings?|high|low|medium)(?=[,)])/gi,
  /\bfail(?:over|back|safe|ban|-\w+)\b|\bfail(?:s|ed|ing)? over\b/gi,
  /\b(?:mean|squared?|absolute|standard|relative|percentage|rounding|rms)(?: \w+)? errors?\b/gi,
  /\b(?:does|do|is|was)(?: not|n't) (?:exist|found|set)\b[^:]{0,30}\b(?:creat|skipp|us(?:e|ing)|yet|ignor|default|will be|fall)\w*/gi,
  /\b(?:idle|inactivity|keep-?alive|session) time-?out\b[^:]*/gi,
  // conditions, times, rules
  /\b(?:if|when|whenever|unless|in case|until|once)\b[^,:.;]{0,30}\b(?:fail(?:s|ed|ure)?|crash\w*|errors?)\b/gi,
  new RegExp(
    `\\b(?:on|upon|if|when|in case of|for|until|unless|after each|any|of|all|expected|max(?:imum)?|previous|prev|last|earlier|prior|old|recent|former) (?:an? |the |any |all |\\w+ )?${NOUN}\\b`,
    'gi',
  ),
  /\b(?:previous|prev|last|earlier|prior|old|recent|former|after \d+) (?:\w+ )?(?:failed|failures|errors)\b|\b0 (?:out )?of \d+\b.{0,20}?\bfailed\b/gi,
  new RegExp(
    `\\b(?:(?:uncaught|unhandled|fatal|critical) )?${NOUN} (?:will|are|is|can|could|may|might|should|would|must)\\b(?! not\\b)[^:]*`,
    'gi',
  ),
  /\b(?:may|might|would|could|can|should|will|to|never|cannot|must not|won't|don't) (?:fail|crash|panic|abort|be (?:killed|rejected|refused|denied|reported|dropped|ignored|aborted)|warn|error)\b/gi,
  // deeds
  new RegExp(
    `\\b${BENIGN_VERB} (?:an? |the |any |all |\\d+ )?(?:\\w+ )?(?:errors|exceptions|failures|warnings|crashes)\\b`,
    'gi',
  ),
  new RegExp(
    `\\b${BENIGN_VERB} (?:an? |the |any |all |\\d+ )?(?:\\w+ )?${ADJECTIVE}\\b(?= \\w)(?! (?:to|with|at|in|on|while|because|due|after|by|and|again)\\b)`,
    'gi',
  ),
  /\b\w*(?:errors?|failures?|exceptions?|warnings?)\b[^.:;]{0,30}\b(?:was|were|is|are|has been|have been|can be|being|will be) (?:safely )?(?:ignored|suppressed|handled|expected|tolerated)\b/gi,
  /\bexit(?:ed)?(?: with)?(?: code| status)?:? 0\b/gi,
  ...NAMES,
];

/** Words that say it is over or went well: only counts and the strongest trouble outweigh them. */
export const RECOVERY =
  /\b(?:recovered|resolved|succeeded|success(?:ful(?:ly)?)?|passed|reconnected|cleared|restored|corrected|healthy again|is healthy|ok again|completed successfully|fixed|no longer|back to normal|(?:using|with|falling back to) (?:the |a |its )?(?:fallback|defaults?))\b|\[ *ok *\]$/i;

/** Clients being refused for who they are: every exposed service logs these all day, and nothing of ours is broken. */
export const CLIENT_REFUSED =
  /\b(?:relay access denied|client\b.*\bnot authori[sz]ed|authentication fail(?:ure|ed)|failed password|invalid user|failed (?:login|logon|keyboard-interactive|publickey|none)|login (?:failed|incorrect|failure)|auth(?:entication)?[ -]?fail\w*|bad password|wrong password|invalid (?:password|credentials|username)|incorrect (?:password|username)|password check failed|check pass|illegal user|possible break-in|maximum authentication attempts|not allowed because|access denied for user|user unknown|login (?:has )?failed|login attempt\b.*\bfailed|fail(?:ed)? login|authenticator failed|incorrect authentication data|connection (?:closed|reset) by (?:authenticating|invalid)|failed su for|fail (?:download|upload|login|mkdir|delete|rename): client|auth_failed|unauthori[sz]ed)\b/i;
