import { connect } from 'node:net'
import { EvenkeelError } from '../model/error.ts'
import { ANSWER_MAX_BYTES, tooLarge } from '../model/limits.ts'

/** Where a plain-text server listens: a unix socket or a host and port. */
export type SocketAddress = { path: string } | { host: string; port: number }

/** `tcp://HOST:PORT`, `HOST:PORT`, `ipv4@HOST:PORT`, `unix:/PATH`, `unix@/PATH` or `/PATH`. Null when it is none of them. */
export function parseSocketAddress(text: string): SocketAddress | null {
  const path = /^(?:unix(?::\/\/|:|@))?(\/.+)$/.exec(text)?.[1]
  if (path !== undefined) return { path }
  const found = /^(?:tcp:\/\/|(?:tcp|ipv4|ipv6)@)?(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text)
  const port = Number(found?.[3])
  if (!found || port < 1 || port > 65_535) return null
  return { host: found[1] ?? found[2]!, port }
}

export function socketAddressText(address: SocketAddress): string {
  if ('path' in address) return address.path
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/**
 * Opens a connection, sends `text` and returns what comes back until the server closes. Ends with the signal; an answer over the size cap is `too_large`. Network errors are `unreachable`, in words.
 */
export function exchange(address: SocketAddress, text: string, signal: AbortSignal): Promise<string> {
  const where = socketAddressText(address)
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new EvenkeelError('unreachable', 'given up before it was asked'))
      return
    }
    const socket = connect(address)
    const chunks: Buffer[] = []
    let bytes = 0
    const giveUp = () => socket.destroy(new EvenkeelError('unreachable', `no answer from ${where} in time`))
    signal.addEventListener('abort', giveUp, { once: true })
    const finish = () => {
      resolve(Buffer.concat(chunks).toString('utf8'))
      socket.destroy()
    }
    socket.on('connect', () => socket.write(text))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > ANSWER_MAX_BYTES) socket.destroy(tooLarge(where))
    })
    socket.on('end', finish)
    socket.on('error', (error) => reject(error instanceof EvenkeelError ? error : inWords(error, where)))
    socket.on('close', () => {
      signal.removeEventListener('abort', giveUp)
      finish()
    })
  })
}

/** A network error as `unreachable`, in words. */
export function inWords(error: NodeJS.ErrnoException, where: string): EvenkeelError {
  const words: Record<string, string> = {
    ECONNREFUSED: `nothing listens at ${where}`,
    ENOENT: `there is no socket at ${where}`,
    EACCES: `Evenkeel's user may not open ${where}`,
    EPERM: `Evenkeel's user may not open ${where}`,
    ENOTFOUND: `the host name in ${where} does not resolve`,
    EAI_AGAIN: `the host name in ${where} does not resolve`,
    ECONNRESET: `${where} closed the connection`,
    EPIPE: `${where} closed the connection`,
    ETIMEDOUT: `no connection to ${where} in time`,
  }
  return new EvenkeelError('unreachable', words[error.code ?? ''] ?? `${where}: ${error.code ?? error.message}`, { cause: error })
}
