import type { Identity } from '../../auth/identity.ts'
import type { TokenRole } from '../../auth/roles.ts'
import { EvenkeelError } from '../../model/error.ts'
import { authorityText, reachesAt, roleReaches } from '../../model/roles.ts'
import type { AnyCall, Operation } from '../http/operation.ts'
import type { Touched } from './touched.ts'

/** Whether a role that is held on some targets alone may be enough for a call: then `checkTouched` decides. */
export const asksByLabel = ({ touches }: Pick<Operation, 'touches'>): boolean => typeof touches === 'function'

/**
 * The check of roles that are given by label: whoever has the role everywhere passes; all others need it on each thing that the call acts on.
 * What a call touches nothing of that has labels is for those who have the role everywhere. Throws `forbidden`, which names what is not theirs.
 */
export function checkTouched({ role, touches }: Pick<Operation, 'role' | 'touches'>, call: AnyCall): void {
  const { identity } = call
  if (typeof touches !== 'function' || role === 'public' || identity === null || roleReaches(identity.role, role)) return
  const touched = touches(call)
  const notTheirs = touched.filter(({ labels }) => !reachesAt(identity, role, labels))
  if (touched.length === 0 || notTheirs.length > 0) throw refusal(identity, role, notTheirs)
}

const NAMED_MAX = 5

function refusal(identity: Identity, role: TokenRole, touched: readonly Touched[]): EvenkeelError {
  const names = touched.slice(0, NAMED_MAX).map(({ name }) => name)
  const more = touched.length - names.length
  const where = names.length === 0 ? 'everywhere' : `on ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return new EvenkeelError('forbidden', `This needs the role ${role} ${where}; ${identity.name} is ${authorityText(identity)}.`)
}
