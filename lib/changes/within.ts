import { EvenkeelError } from '../model/error.ts'

/** How often a call that needs a lease looks whether it is still held: less than what a lease has left when its holder ceases to rely on it. */
const LOOK_MS = 250

/**
 * A deadline around a call to a server: the wait ends after `ms` with `unreachable`, whether the call obeys its signal or not. Where `holds` is given, it
 * ends as soon as that is false (fencing): what was sent may have arrived, and whoever has the target now decides by what the server holds.
 */
export async function within<T>(ms: number, what: string, run: (signal: AbortSignal) => Promise<T>, holds?: () => boolean): Promise<T> {
  const controller = new AbortController()
  const timers: ReturnType<typeof setTimeout>[] = []
  const late = new Promise<never>((_, reject) => {
    const end = (because: string) => {
      const error = new EvenkeelError('unreachable', `${what}: ${because}`)
      reject(error)
      controller.abort(error)
    }
    timers.push(setTimeout(() => end(`no answer within ${ms / 1000} s.`), ms))
    if (holds) timers.push(setInterval(() => holds() || end('this replica has lost its lease in the meantime.'), LOOK_MS))
  })
  try {
    return await Promise.race([run(controller.signal), late])
  } finally {
    timers.forEach(clearTimeout)
  }
}
