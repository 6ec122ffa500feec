import { z } from 'zod'
import { mode } from './shape.ts'

export const configurationAnswer = z.object({ config: z.unknown(), warnings: z.array(z.string()) })
export type ConfigurationView = z.infer<typeof configurationAnswer>

export const reloadAnswer = z.object({
  changed: z.array(z.string()).meta({ description: 'Keys at the top of the file that differ from what ran; none: nothing was done' }),
  warnings: z.array(z.string()),
})
export type ReloadView = z.infer<typeof reloadAnswer>

export const modeAnswer = z.object({ mode })
export type ModeView = z.infer<typeof modeAnswer>
