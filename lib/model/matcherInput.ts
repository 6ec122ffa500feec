import { z } from 'zod'
import type { Matcher } from './matcher.ts'
import { parseMatcher } from './matching.ts'

/** A condition on a label as it stands in the configuration and in requests: `target=~"cache-.*"`. */
export const matcherInput = z
  .string({ error: 'LABEL, one of = != =~ !~, and a value: target=~"cache-.*"' })
  .transform((text, context): Matcher => {
    try {
      return parseMatcher(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })
