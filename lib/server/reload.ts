import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import type { ReloadView } from '../model/answers/configuration.ts'
import { EvenkeelError } from '../model/error.ts'
import { currentRuntime, type Runtime, setRuntime, setSwap } from './runtime.ts'

export type ReloadOptions = {
  /** Reads and checks the file. Throws `ConfigError`. */
  read(): Config
  open(config: Config, reloaded: { learnt: boolean }): Promise<Runtime>
  /** Neither the new configuration nor the old one can be opened any more. */
  end(error: unknown): void
}

/** Calls that are under way get this long to end. */
const DRAIN_MS = 5_000

/**
 * A graceful restart inside the process: the changed file is checked whole, then the runtime is closed and opened anew with it, while the listening
 * socket stays and calls wait. What the store holds, which is all that matters (findings, changes being watched, the newest history, sessions),
 * is carried over by it. A file that is unusable changes nothing. Reloads run one after another.
 */
export function createReload({ read, open, end }: ReloadOptions): () => Promise<ReloadView> {
  let last: Promise<unknown> = Promise.resolve()

  async function reload(): Promise<ReloadView> {
    const old = currentRuntime()
    if (!old || old.closing.aborted) throw new EvenkeelError('unavailable', 'Evenkeel is starting or ending.')
    const config = checked(read)
    const changed = changedKeys(old.config, config)
    const { warnings } = config
    if (changed.length === 0) return { changed, warnings }
    refuseWithoutDatabase(old)
    const reloaded = { learnt: !old.engine.learning() }
    let swapped = () => {}
    setSwap(
      new Promise<void>((resolve) => {
        swapped = resolve
      }),
    )
    try {
      await old.requests.idle(DRAIN_MS)
      await old.close({ reload: true })
      try {
        setRuntime(await open(config, reloaded))
      } catch (error) {
        setRuntime(await open(old.config, reloaded))
        throw asRefusal(error)
      }
    } catch (error) {
      if (currentRuntime() === old) end(error)
      throw error
    } finally {
      setSwap(null)
      swapped()
    }
    return { changed, warnings }
  }

  return () => {
    const next = last.then(reload)
    last = next.catch(() => {})
    return next
  }
}

/** A runtime that is opened anew reads everything from the database: without it the process would stand without one. */
function refuseWithoutDatabase({ config, store }: Runtime): void {
  const failing = config.state === undefined ? null : store.failing()
  if (!failing) return
  throw new EvenkeelError(
    'unavailable',
    `state: ${failing.because}. ${failing.mend} Nothing was changed: Evenkeel goes on with the configuration that it had.`,
  )
}

function checked(read: () => Config): Config {
  try {
    return read()
  } catch (error) {
    throw asRefusal(error)
  }
}

const asRefusal = (error: unknown): unknown =>
  error instanceof ConfigError
    ? new EvenkeelError('invalid', `${error.message}\nNothing was changed: Evenkeel goes on with the configuration that it had.`)
    : error

/** Names of the keys at the top that differ; a secret in a file of its own may have changed although the configuration did not. */
function changedKeys(before: Config, now: Config): string[] {
  const keys = new Set([...Object.keys(before.fingerprint.keys), ...Object.keys(now.fingerprint.keys)])
  const differ = [...keys].filter((key) => before.fingerprint.keys[key] !== now.fingerprint.keys[key]).sort()
  if (differ.length > 0) return differ
  const { fingerprint: _before, warnings: _w, ...old } = before
  const { fingerprint: _now, warnings: _n, ...fresh } = now
  return isDeepStrictEqual(old, fresh) ? [] : ['a file that the configuration names']
}
