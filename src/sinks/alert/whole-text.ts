import type { Message } from './alert-channel.ts';

/** All of a message in Markdown: what everybody must see, what helps to act, and the last line. */
export function wholeText({ head, body, footer }: Pick<Message, 'head' | 'body' | 'footer'>): string {
  return [head, body, footer].filter((part) => part !== '').join('\n\n');
}

/** The shortest form of a message that still names its incident. */
export function shortText({ title, footer }: Pick<Message, 'title' | 'footer'>): string {
  return `${title}\n${footer}`;
}

/** A text without the marks of emphasis, for receivers that show them as they are. */
export function withoutEmphasis(markdown: string): string {
  return markdown.replaceAll('**', '');
}

/** A message whose head is without its first line, for receivers that show the title by itself; as it is if nothing is left. */
export function underTitle<T extends Pick<Message, 'head' | 'body'>>(message: T): T {
  const head = message.head.split('\n').slice(1).join('\n').trim();
  return head === '' && message.body === '' ? message : { ...message, head };
}
