import { EvenkeelError } from '../model/error.ts'

/** Runs something that talks to a server and ends the wait for it after `ms`, whether it obeys its signal or not. */
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
