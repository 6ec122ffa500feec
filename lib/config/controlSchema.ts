import { z } from 'zod'

/** Where a control document is, and where else it is read. */
export const control = z
  .strictObject({
    target: z.string().describe('The Redis target that holds the document; one with `role: store` never evicts it'),
    key: z.string().min(1).describe('The key of the document'),
    copies: z
      .array(z.string())
      .max(20)
      .optional()
      .describe(
        'Other Redis targets on which applications read the document, such as replicas in other regions: a copy that stays behind is found',
      ),
  })
  .describe('Where the control document is')
