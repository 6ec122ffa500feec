import { EvenkeelError } from '../model/error.ts'
import type { KeyedMutex } from '../model/keyedMutex.ts'
import type { ChangesContext } from './context.ts'
import { isActive } from './journal.ts'
import { keepChange } from './keep.ts'
import { publicError } from './publicError.ts'
import { rollBackChange } from './rollBackChange.ts'
import { continueRollback } from './rollback.ts'

/** How changes in flight end when the mode is lowered. */
export type Landing = 'keep' | 'roll-back'

/**
 * Ends all changes in flight in the way that the person who lowers the mode asks for.
 * @throws busy when something is in flight and the request does not say how it ends; drift, unreachable when it could not be ended in that way
 */
export async function landAll(how: Landing | undefined, by: string, mutex: KeyedMutex, context: ChangesContext): Promise<void> {
  // What waits for a repository writes nothing in any mode.
  const inFlight = context.journal.active().flatMap(({ id, state }) => (state === 'awaiting' ? [] : [id]))
  if (inFlight.length === 0) return
  if (how === undefined) throw new EvenkeelError('busy', inFlightText(inFlight))
  const failures = await Promise.all(inFlight.map((id) => mutex.run(id, () => landChange(id, how, by, context))))
  const why = failures.filter((failure) => failure !== undefined)
  if (why.length > 0) throw new EvenkeelError(why[0]!.code, `${why.map(({ message }) => message).join(' ')} The mode stays as it is.`)
}

/** Ends one change in flight in the way that the person who lowers the mode asks for. Returns why that failed, or nothing. */
async function landChange(id: string, how: Landing, by: string, context: ChangesContext): Promise<EvenkeelError | undefined> {
  const { journal } = context
  try {
    const change = journal.get(id)!
    if (!isActive(change)) return
    // A drill is put back, whatever is asked for.
    if (how === 'keep' && !change.rollingBack && !change.drill) await keepChange(id, by, context)
    else {
      const again = change.rollingBack
        ? await continueRollback(change, context)
        : await rollBackChange(id, by, `Rolled back by ${by}, who lowers the mode to observe.`, context)
      if (again !== undefined) return new EvenkeelError('unreachable', `Change ${id} is not rolled back yet: ${again}`)
    }
    const { state, outcome } = journal.get(id)!
    if (state !== 'failed') return
    return new EvenkeelError('drift', `Change ${id} ended, but not as asked: ${outcome}`)
  } catch (error) {
    const { code, message } = publicError(error, 'its server cannot be written now.')
    return new EvenkeelError(code, `Change ${id} could not be ${how === 'keep' ? 'kept' : 'rolled back'}: ${message}`)
  }
}

/** The refusal of a lowered mode while changes are in flight and the request does not say how they end. */
const inFlightText = (ids: readonly string[]) =>
  `${ids.length === 1 ? `Change ${ids[0]} is` : `Changes ${ids.join(', ')} are`} in flight: say whether to keep or to roll back ${ids.length === 1 ? 'it' : 'them'} first (inFlight: "keep" or "roll-back").`
