import { configJsonSchema } from '../config/schema.ts'
import type { House } from './house.ts'
import { schemas } from './schemas.ts'

/** The configuration as written, every secret redacted, and what it warns of. */
export function getConfig(house: House): { config: unknown; warnings: string[] } {
  return { config: house.config.shown, warnings: house.config.warnings }
}

export const getConfigSchema = (): Record<string, unknown> => configJsonSchema(schemas())
