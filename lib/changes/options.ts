import type { Bus } from '../model/events.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Log } from '../model/log.ts'
import type { AnyActuator } from '../model/product.ts'
import type { Store } from '../model/store.ts'
import type { ChangesContext } from './context.ts'
import type { Mode } from './readOnly.ts'
import type { WatchSettings } from './watchSettings.ts'

export type ChangesOptions = {
  store: Store
  /** The registry of products unless a test brings its own. */
  actuators?: readonly AnyActuator[]
  fleet: Fleet
  mode(): Mode
  /** None unless they are given. */
  brakes?: ChangesContext['brakes']
  bus: Bus
  now?: () => number
  log: Log
  settings?: Partial<WatchSettings>
  /** Of several replicas: whether this one looks after the changes of a target; default: always. */
  owns?(target: string): boolean
  /** Of several replicas: resolves when all that others have committed before the call is known here. */
  caughtUp?(): Promise<void>
  /** Fencing: whether it surely has the target now, whatever others do; default: always. */
  holds?(target: string): boolean
}
