import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'

/** A filter that names a target which does not exist is a mistake, not an empty list. */
export function knownTarget(runtime: Runtime, name: string | undefined): void {
  if (name !== undefined && !runtime.engine.targets().some((target) => target.name === name))
    throw new EvenkeelError('not_found', 'target: there is none of that name.')
}
