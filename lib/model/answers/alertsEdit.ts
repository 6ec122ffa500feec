import { z } from 'zod'
import { open } from './shape.ts'

const section = z.array(z.record(z.string(), z.unknown()))

export const alertsConfigAnswer = open({
  file: z.string().meta({ description: 'Name of the configuration file' }),
  hash: z.string().meta({ description: 'SHA-256 of the file: an edit names the one that it is of' }),
  fixed: z.string().optional().meta({ description: 'Why the file cannot be written from here; absent where it can' }),
  receivers: section.meta({ description: 'As written, every secret redacted' }),
  routes: section.meta({ description: 'As written' }),
  channels: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of each kind of channel; secrets are `writeOnly`' }),
})
/** Receivers and routes as they can be edited. */
export type AlertsConfigView = z.infer<typeof alertsConfigAnswer>

export const alertsPreviewAnswer = open({
  diff: z.string().meta({ description: 'Unified diff of the file, every secret redacted; empty: nothing changes' }),
  warnings: z.array(z.string()).meta({ description: 'What of receivers and routes can never match or be reached' }),
})
export type AlertsPreviewView = z.infer<typeof alertsPreviewAnswer>

export const alertsAppliedAnswer = open({
  hash: z.string().meta({ description: 'SHA-256 of the file as it is now' }),
  warnings: z.array(z.string()),
  restart: z
    .array(z.string())
    .meta({ description: 'Keys of the file that somebody else changed since the start: they hold from the next start on' }),
})
export type AlertsAppliedView = z.infer<typeof alertsAppliedAnswer>
