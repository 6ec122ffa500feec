import type { Socket } from 'node:net'
import { EvenkeelError } from '../model/error.ts'

type Opening = {
  /** How errors name it. */
  where: string
  /** When it can be used: a TLS socket after its handshake. */
  ready: 'connect' | 'secureConnect'
  /** Its error in words. */
  inWords(error: Error): Error
  signal: AbortSignal
}

/** Waits for a socket that connects until it can be used. Rejects and destroys it when it fails, closes, or the time is over. */
export function openSocket(socket: Socket, { where, ready, inWords, signal }: Opening): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', giveUp)
      socket.removeAllListeners()
      // Whatever it says from now on is of no use, but must be heard.
      socket.on('error', () => {})
      finish()
    }
    const fail = (error: Error) => {
      settle(() => reject(error))
      socket.destroy()
    }
    const giveUp = () => fail(new EvenkeelError('unreachable', `no connection to ${where} in time`))
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    socket.on('error', (error) => fail(inWords(error)))
    socket.on('close', () => fail(new EvenkeelError('unreachable', `${where} closed the connection`)))
    socket.on(ready, () => settle(() => resolve(socket)))
  })
}
