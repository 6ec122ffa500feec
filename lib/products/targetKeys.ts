import { z } from 'zod'
import { isDocumentName, NO_DOCUMENT_NAME } from '../model/documentName.ts'
import { ownerKeys } from './repositorySettings.ts'

/** The keys that every target's configuration has, with their words for the configuration reference. */
export const targetKeys = <Kind extends string>(kind: Kind) => ({
  kind: z.literal(kind).describe('The product that runs there'),
  name: z
    .string()
    .min(1)
    .refine((text) => !isDocumentName(text), { error: `${NO_DOCUMENT_NAME}: those are the names of control documents` })
    .describe('What the target is called on every page, in labels and in the API; each name once'),
  ...ownerKeys,
})

/** The role of a cache server: rules ask it before they judge memory and evictions. */
export const role = z
  .enum(['cache', 'store'])
  .default('cache')
  .describe('`cache`: full on purpose, evictions are normal until they cost hits. `store`: must never evict')
