import { EvenkeelError } from '../model/error.ts'
import type { House } from './house.ts'

/** A filter that names a target which does not exist is a mistake, not an empty list. */
export function knownTarget(house: House, name: string | undefined): void {
  if (name !== undefined && !house.engine.targets().some((target) => target.name === name))
    throw new EvenkeelError('not_found', 'target: there is none of that name.')
}
