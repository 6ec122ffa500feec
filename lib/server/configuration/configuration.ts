import { configJsonSchema } from '../../config/jsonSchema.ts'
import type { ConfigurationView, ReloadView } from '../../model/answers/configuration.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

/** The configuration as written, every secret redacted, and what it warns of. */
export function getConfig(runtime: Runtime): ConfigurationView {
  return { config: runtime.config.shown, warnings: runtime.config.warnings }
}

/** Goes by the file as it stands now. Throws `invalid`, naming each field and its mend, and changes nothing, where it cannot be used. */
export async function reloadConfig({ reload, requests }: Runtime): Promise<ReloadView> {
  if (!reload) throw new EvenkeelError('unavailable', 'This process has no configuration file to read again.')
  return requests.outside(reload)
}

export const getConfigSchema = (): Record<string, unknown> => configJsonSchema(schemas())
