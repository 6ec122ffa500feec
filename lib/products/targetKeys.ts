import { z } from 'zod'
import { isDocumentName, NO_DOCUMENT_NAME } from '../model/documentName.ts'
import { RESERVED_LABELS } from '../model/targetLabels.ts'
import { ownerKeys } from './repositorySettings.ts'

const LABELS_MAX = 20

/** The labels of a target: they stand in URLs, conditions and messages. */
export const targetLabels = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, { error: 'the name of a label: a-z, 0-9 and _, up to 40, a letter first' })
      .refine((name) => !RESERVED_LABELS.includes(name), {
        error: `a name that findings do not use themselves: not ${RESERVED_LABELS.join(', ')}`,
      }),
    z.string({ error: 'a text in quotes' }).regex(/^[^\s\p{Cc}",]([^\p{Cc}",]{0,98}[^\s\p{Cc}",])?$/u, {
      error: 'a text of 1 to 100 characters without commas, double quotes and control characters',
    }),
  )
  .refine((labels) => Object.keys(labels).length <= LABELS_MAX, { error: `at most ${LABELS_MAX} labels` })
  .describe(
    'Labels of its own, such as `team` and `env`: routes and silences match them, lists are filtered by them, and roles are given by them',
  )

/** A region or data centre. It becomes the label `region`, so that whatever goes by labels goes by it. */
export const region = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: 'a name of a-z, 0-9, `.`, `_` and `-`, up to 64' })

/** The keys that every target's configuration has, with their words for the configuration reference. */
export const targetKeys = <Kind extends string>(kind: Kind) => ({
  kind: z.literal(kind).describe('The product that runs there'),
  name: z
    .string()
    .min(1)
    .refine((text) => !isDocumentName(text), { error: `${NO_DOCUMENT_NAME}: those are the names of control documents` })
    .describe('What the target is called on every page, in labels and in the API; each name once'),
  labels: targetLabels.optional(),
  region: region
    .optional()
    .describe(
      'The region or data centre that it is in, as `eu-west-1`: the same as the label `region`. Replicas in another one than their primary are judged by how old their values are',
    ),
  ...ownerKeys,
})

/** The role of a cache server: rules ask it before they judge memory and evictions. */
export const role = z
  .enum(['cache', 'store'])
  .default('cache')
  .describe('`cache`: full on purpose, evictions are normal until they cost hits. `store`: must never evict')
