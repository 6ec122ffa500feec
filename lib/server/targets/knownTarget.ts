import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'

/** Refuses a filter that names a target which does not exist: a mistake, not an empty list. */
export function knownTarget(runtime: Runtime, name: string | undefined): void {
  if (name !== undefined && runtime.engine.targetConfig(name) === null)
    throw new EvenkeelError('not_found', 'target: there is no target of that name.')
}
