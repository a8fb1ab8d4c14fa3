/** Fields that say what happened, and not to whom: their values stay. */
const TELLING =
  /(?:^|[_.-])(?:msg|message|error|err|errno|errmsg|reason|details?|description|event|cause|exception|level|severity|status|state|code|type|kind|result|action|op|method|signal|sqlstate|exit|rc|class)$|(?:Message|Error|Reason|Cause|Status|State|Code|Type|Event|Method|Exception)$/;

/** Accounts that every system has: an attempt upon root is another matter than one upon anybody. */
const STANDING = /^(?:root|admin|guest|test|postgres|nobody)$/;

/** Names of exceptions and of the system's errors. */
export const FAULT =
  /(?:Error|Exception|Warning|Fault|Failure|Timeout)$|^E(?:CONN|TIME|ADDR|ACCES|PERM|NO|PIPE|HOST|NET|AGAIN|EXIST|INVAL|IO$|MFILE|BUSY|AI_)[A-Z]*$/;

const FIELD = /\b([A-Za-z_][\w.-]*)( = ?|=)([^\s,;()[\]{}"'<>|&]+(?:\{[^{}]*\})?)/g;

/** `key=value` with the value masked, where the field tells whom it happened to. */
export function maskFields(text: string): string {
  if (!text.includes('=')) return text;
  return text.replace(FIELD, (field: string, key: string, equals: string, value: string) =>
    TELLING.test(key) || FAULT.test(value) || (/user/i.test(key) && STANDING.test(value))
      ? field
      : `${key}${equals}<*>`,
  );
}

/** Whether the value that begins at `at`, behind a `=` or `:`, is of a field, and if so of one that tells. */
export function fieldBefore(text: string, at: number): 'telling' | 'other' | undefined {
  const [, key] = /([A-Za-z_][\w.-]*)["']?\s?[:=]\s?$/.exec(text.slice(Math.max(0, at - 32), at)) ?? [];
  if (key === undefined) return undefined;
  return TELLING.test(key) ? 'telling' : 'other';
}
