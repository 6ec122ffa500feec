import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { ClosedUnanswered, Conversation } from '../conversation.ts'
import { inWords, socketAddressText } from '../exchange.ts'
import { openSocket } from '../openSocket.ts'
import { tlsOptions, tlsWords } from '../tls.ts'
import { type MemcachedConfig, memcachedSocket } from './config.ts'

/** Longer than memcached takes: a server that asks for no login stores nothing of it. */
const NO_KEY = 'k'.repeat(251)

/** A connection on which questions can be asked: over TLS where it is configured, and logged in. Throws `unreachable` with the reason. */
export async function openConversation(config: MemcachedConfig, signal: AbortSignal): Promise<Conversation> {
  if (signal.aborted) throw new EvenkeelError('unreachable', 'given up before it was asked')
  const where = socketAddressText(memcachedSocket(config))
  const conversation = new Conversation(await opened(config, where, signal), where, (error) => troubleOf(error, where))
  try {
    await login(config, conversation, signal)
  } catch (error) {
    conversation.end()
    throw error
  }
  return conversation
}

function opened(config: MemcachedConfig, where: string, signal: AbortSignal): Promise<Socket> {
  const address = memcachedSocket(config)
  const { tls } = config
  const socket = tls && 'port' in address ? connectTls({ port: address.port, ...tlsOptions(address.host, config) }) : connect(address)
  return openSocket(socket, {
    where,
    ready: tls ? 'secureConnect' : 'connect',
    inWords: (error) => troubleOf(error, where),
    signal,
  })
}

/**
 * The login of `-Y`: a `set` whose value it is (doc/protocol.txt, "Authentication"). `version` behind it shows where its answer ends, because
 * a server that asks for no login answers in one line or in two.
 */
async function login({ username, password }: MemcachedConfig, conversation: Conversation, signal: AbortSignal): Promise<void> {
  if (username === undefined || password === undefined) return
  const words = `${username} ${password}`
  const answer = await conversation
    .ask(
      `set ${NO_KEY} 0 0 ${Buffer.byteLength(words)}\r\n${words}\r\nversion\r\n`,
      ({ first, last }) => last !== null && (last.startsWith('VERSION ') || REFUSED.test(first ?? '') || !PERHAPS_MORE.test(first ?? '')),
      signal,
      { closing: true },
    )
    .catch((error: unknown) => {
      throw error instanceof ClosedUnanswered ? new EvenkeelError('unreachable', 'it refuses the user name or the password') : error
    })
  if (REFUSED.test(answer)) throw new EvenkeelError('unreachable', 'it refuses the user name or the password')
  // A proxy may quote what it does not understand.
  if (!/^VERSION /m.test(answer)) throw malformed('the login is to be answered', answer.replaceAll(words, 'USER PASSWORD').slice(0, 80))
}

const REFUSED = /^CLIENT_ERROR (?:auth|unauth)/
const PERHAPS_MORE = /^(?:STORED|CLIENT_ERROR bad command line format)$/

/** A failure of the network or of TLS, in words without secrets. */
function troubleOf(error: NodeJS.ErrnoException, where: string): EvenkeelError {
  if (error instanceof EvenkeelError) return error
  const words = tlsWords('address', 'tls: false').find(([pattern]) => pattern.test(error.message))?.[1]
  const network = inWords(error, where)
  return words && network.message.startsWith(`${where}: `) ? new EvenkeelError('unreachable', words) : network
}
