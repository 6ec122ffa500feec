import { z } from 'zod'

export const problemAnswer = z
  .object({ type: z.string(), title: z.string(), status: z.number(), code: z.string(), detail: z.string() })
  .meta({ id: 'Problem', description: 'RFC 9457; `code` is one of a closed list' })
