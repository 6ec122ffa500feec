import type { Change } from '../model/change.ts'
import type { ChangesContext } from './context.ts'

/** The other changes that were in flight at any moment since the history begins that a change is held against: what they touch is no control of it. */
export const othersDuring = ({ id, at }: Change, { store, settings }: Pick<ChangesContext, 'store' | 'settings'>): Readonly<Change>[] =>
  store.changes.list((other) => other.id !== id && (other.endedAt === undefined || other.endedAt > at - settings.beforeMs))
