import type { Change } from '../model/change.ts'
import type { ChangesContext } from './context.ts'

/** Polls the targets of a change right after a write; not waited for, because nothing but the picture depends on it. */
export function refresh(change: Pick<Change, 'steps'>, { fleet, log }: Pick<ChangesContext, 'fleet' | 'log'>): void {
  for (const target of new Set(change.steps.map((step) => step.setting.target)))
    fleet.pollNow(target).catch((error: unknown) => log.warn({ target, err: error }, 'the poll after a write failed'))
}
