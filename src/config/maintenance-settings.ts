import * as z from 'zod';
import { KINDS } from '../model.ts';
import { hoursSettings } from './route-settings.ts';
import { list } from './values.ts';

/** Times at which certain evidence is expected, and neither told nor decided upon. */
export const maintenance = z
  .strictObject({
    ...hoursSettings,
    match: z
      .strictObject({
        container: list.default([]).describe('Globs of containers; none: all.'),
        rule: list
          .default([])
          .describe('Names of rules and limits, such as errors or down; none: all but engine and silence.'),
        kind: z
          .union([z.enum(KINDS).transform((one) => [one]), z.array(z.enum(KINDS))])
          .default([])
          .describe('Kinds of events; none: all.'),
        pattern: z
          .string()
          .default('')
          .describe('Regular expression (case-insensitive) that the text must match; empty: any text.'),
      })
      .refine(({ container, rule, pattern }) => container.length + rule.length + pattern.length > 0, {
        message: 'expected a container, a rule or a pattern: not everything can be silenced',
      })
      .refine(({ rule }) => !rule.includes('engine') && !rule.includes('silence'), {
        path: ['rule'],
        message: 'expected other rules: an engine that is away and a silent host are always told',
      })
      .describe('What is silenced; every line that is given must fit.'),
    why: z.string().min(1).describe('The reason, for status and messages.'),
  })
  .describe('A silence that comes again and again.');
