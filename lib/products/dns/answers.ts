import { connect } from 'node:net'

/** Whether a TCP connection to a port is taken within a time; nothing is sent. */
export function answers(host: string, port: number, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (does: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      resolve(does)
    }
    const giveUp = () => end(false)
    const timer = setTimeout(giveUp, ms)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('connect', () => end(true))
    socket.once('error', giveUp)
  })
}
