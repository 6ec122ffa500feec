import { z } from 'zod'
import { reviewMarkdown } from '../../exporters/reviewMarkdown.ts'
import { reviewAnswer } from '../../model/answers/review.ts'
import { operation } from '../http/operation.ts'
import { getReview } from './review.ts'

const tag = 'Observing'

export const reviewOperations = [
  operation({
    method: 'GET',
    path: 'review',
    role: 'viewer',
    summary: "The guide's process and its decision checklist, filled in by measurement, with the pain points that cost most",
    tag,
    answer: reviewAnswer,
    run: ({ runtime }) => getReview(runtime),
  }),
  operation({
    method: 'GET',
    path: 'export/review',
    role: 'viewer',
    summary: 'The same review in Markdown',
    tag,
    answer: z.string(),
    type: 'text/markdown',
    run: async ({ runtime }) =>
      new Response(reviewMarkdown(await getReview(runtime), runtime.config.url), {
        headers: {
          'content-type': 'text/markdown; charset=utf-8',
          'content-disposition': 'attachment; filename="review.md"',
          'x-content-type-options': 'nosniff',
        },
      }),
  }),
]
