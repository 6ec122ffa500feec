import { configJsonSchema } from '../../config/jsonSchema.ts'
import type { ConfigurationView } from '../../model/answers/configuration.ts'
import type { Runtime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

/** The configuration as written, every secret redacted, and what it warns of. */
export function getConfig(runtime: Runtime): ConfigurationView {
  return { config: runtime.config.shown, warnings: runtime.config.warnings }
}

export const getConfigSchema = (): Record<string, unknown> => configJsonSchema(schemas())
