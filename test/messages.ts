import { mkdirSync, writeFileSync } from 'node:fs';
import { messagesPage } from './support/messages-page.ts';

/** Writes docs/messages.md: what is sent for each part of an incident's life, by channel (`npm run messages`). */
mkdirSync('docs', { recursive: true });
writeFileSync('docs/messages.md', await messagesPage());
