import type { Landing } from '../../changes/changes.ts'
import type { Mode } from '../../changes/readOnly.ts'
import type { ModeView } from '../../model/answers/configuration.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'

const LOWERED = 'mode/lowered'

/** The mode in force. In `observe` nothing is written to a target. The page may lower the configured mode, and raise it back to that. */
export function mode(runtime: Pick<Runtime, 'config' | 'store'>): Mode {
  return runtime.config.mode === 'tune' && !runtime.store.memory.get<{ by: string }>(LOWERED) ? 'tune' : 'observe'
}

/** Sets the mode. Lowering it says how the changes in flight end, since they cannot be rolled back afterwards. */
export async function setMode(
  runtime: Runtime,
  { mode: next, inFlight }: { mode: Mode; inFlight?: Landing },
  by: string,
): Promise<ModeView> {
  if (next === 'tune' && runtime.config.mode === 'observe')
    throw new EvenkeelError(
      'read_only',
      'The configuration says "mode: observe"; the page can only lower the mode. Set "mode: tune" in the file and start again.',
    )
  if (next === 'observe') await runtime.changes.land(inFlight, by, () => runtime.store.memory.put(LOWERED, { by, at: runtime.now() }))
  else runtime.store.memory.delete(LOWERED)
  runtime.log.info({ mode: next, by }, 'mode set')
  return { mode: mode(runtime) }
}
