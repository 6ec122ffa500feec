import { z } from 'zod'
import { freeze } from './freeze.ts'
import { personAnswer } from './person.ts'
import { iso, mode, open } from './shape.ts'

const saving = z.object({ since: iso, because: z.string(), mend: z.string() })
/** Why nothing reaches the disk, and since when. */
export type SavingView = z.infer<typeof saving>

export const frameAnswer = open({
  mode,
  modeMax: mode,
  person: personAnswer.nullable(),
  auth: z.enum(['none', 'local', 'proxy', 'oidc']),
  drills: z.boolean(),
  version: z.string(),
  newestSampleAt: iso.nullable(),
  clockStep: z
    .object({ at: iso, byMs: z.number().meta({ description: 'How far ahead; negative: back' }) })
    .nullable()
    .meta({ description: "The clock of Evenkeel's machine was set within the last hour" }),
  firing: z.number(),
  approvals: z
    .array(open({ id: z.string(), by: z.string(), words: z.string(), until: iso }))
    .meta({ description: 'Requests that wait for the approval of a second person' }),
  freeze: freeze.nullable().meta({ description: 'Null: new changes are not held back by a person' }),
  saving: saving.nullable().meta({ description: 'Null while everything reaches the disk' }),
  repairs: z.array(z.string()).meta({ description: 'What was damaged in the data folder and what became of it, as this start found it' }),
}).meta({ id: 'Frame' })
/** What the frame around every page needs. */
export type FrameView = z.infer<typeof frameAnswer>
