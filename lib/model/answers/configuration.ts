import { z } from 'zod'
import { mode } from './shape.ts'

export const configurationAnswer = z.object({ config: z.unknown(), warnings: z.array(z.string()) })
export type ConfigurationView = z.infer<typeof configurationAnswer>

export const modeAnswer = z.object({ mode })
export type ModeView = z.infer<typeof modeAnswer>
