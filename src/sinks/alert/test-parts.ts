/** What a test message may be like; a note is the quietest. */
export const TEST_PARTS = ['note', 'opened', 'escalated', 'resolved'] as const;
