import { EvenkeelError } from '../model/error.ts'

/** A deadline around a call to a server: the wait ends after `ms` with `unreachable`, whether the call obeys its signal or not. */
export async function within<T>(ms: number, what: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new EvenkeelError('unreachable', `${what}: no answer within ${ms / 1000} s.`)
      reject(error)
      controller.abort(error)
    }, ms)
  })
  try {
    return await Promise.race([run(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
