import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { EvenkeelError } from '../../model/error.ts'
import { ClosedUnanswered, Conversation } from '../conversation.ts'
import { inWords, type SocketAddress, socketAddressText } from '../exchange.ts'
import { openSocket } from '../openSocket.ts'
import { AnswerReader, bodyOf, type CliAnswer, challengeOf, responseTo, STATUS } from './cli.ts'
import { adminOf, type VarnishConfig } from './config.ts'

export const NO_ADMIN = 'no `admin` in the configuration: the management port tells backends, directors and parameters'

/** The login failed for its secret, and would fail again. */
export class RefusedSecret extends EvenkeelError {
  constructor(where: string) {
    super('unreachable', `${where} refuses the secret: \`secret_file\` is not the file that varnishd was started with (-S)`)
  }
}

/**
 * A client of the management port with one kept connection: logging in anew for each question would fill Varnish's log. A question that finds
 * it busy opens one of its own for that time.
 */
export interface VarnishClient {
  /** The body of a successful answer. Throws in the server's words otherwise. A command is one line: names come checked. */
  ask(command: string, signal: AbortSignal): Promise<string>
  /** What it said of itself at the newest login; empty before. */
  readonly banner: string
  /** How often it has logged in: after a restart of varnishd a VCL of the same name may be another. */
  readonly logins: number
  close(): Promise<void>
}

export function createVarnishClient(config: VarnishConfig): VarnishClient {
  let kept: Conversation | null = null
  let closed = false
  let banner = ''
  let logins = 0

  const askOn = async (conversation: Conversation, command: string, signal: AbortSignal): Promise<string> => {
    const answer = await answerTo(conversation, command, whereOf(config), signal)
    if (!closed && kept === null && conversation.open) kept = conversation
    else conversation.end()
    return bodyOf(command.split(' ', 1)[0]!, answer)
  }

  return {
    get banner() {
      return banner
    },
    get logins() {
      return logins
    },
    async ask(command, signal) {
      if (/[\r\n]/.test(command)) throw new EvenkeelError('bad_request', 'a command is one line')
      const before = kept?.open ? kept : null
      kept = null
      if (before)
        try {
          return await askOn(before, command, signal)
        } catch (error) {
          // Varnish closes what was silent for long (cli_timeout), and what a restart of its manager left behind.
          if (!(error instanceof ClosedUnanswered)) throw error
        }
      const opened = await login(config, signal)
      banner = opened.banner
      logins++
      try {
        return await askOn(opened.conversation, command, signal)
      } catch (error) {
        throw error instanceof ClosedUnanswered ? new EvenkeelError('unreachable', `${whereOf(config)} closed the connection`) : error
      }
    },
    async close() {
      closed = true
      kept?.end()
      kept = null
    },
  }
}

/** A connection of its own for one write or look, closed at its end whatever happens. */
export async function withVarnish<T>(config: VarnishConfig, work: (client: VarnishClient) => Promise<T>): Promise<T> {
  const client = createVarnishClient(config)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

function addressOf(config: VarnishConfig): SocketAddress {
  const address = adminOf(config)
  if (!address) throw new EvenkeelError('not_allowed', NO_ADMIN)
  return address
}
const whereOf = (config: VarnishConfig) => socketAddressText(addressOf(config))

function answerTo(conversation: Conversation, command: string | null, where: string, signal: AbortSignal): Promise<CliAnswer> {
  const reader = new AnswerReader(where)
  return conversation.exchange(
    command === null ? '' : `${command}\n`,
    {
      take: (chunk) => {
        const done = reader.take(chunk)
        return done ? { done } : null
      },
      closed: (error) => {
        throw error
      },
    },
    signal,
  )
}

/** A connection on which commands can be given. Throws `unreachable` with the reason. */
async function login(config: VarnishConfig, signal: AbortSignal): Promise<{ conversation: Conversation; banner: string }> {
  const where = whereOf(config)
  const secret = config.secret_file === undefined ? null : await secretOf(config.secret_file)
  const opening = { where, ready: 'connect', inWords: (error: Error) => inWords(error, where), signal } as const
  const socket = await openSocket(connect(addressOf(config)), opening)
  const conversation = new Conversation(socket, where, opening.inWords)
  try {
    const greeting = await answerTo(conversation, null, where, signal).catch((error: unknown) => {
      throw signal.aborted
        ? new EvenkeelError('unreachable', `${where} takes the connection and says nothing: is it the address of -T, not the one of HTTP?`)
        : error
    })
    if (greeting.status !== STATUS.auth) return { conversation, banner: bodyOf('the connection', greeting) }
    if (secret === null)
      throw new EvenkeelError('unreachable', `${where} asks for its secret: give \`secret_file\`, the file of -S of varnishd`)
    const answer = await answerTo(conversation, `auth ${responseTo(challengeOf(greeting.body), secret)}`, where, signal)
    if (answer.status === STATUS.ok) return { conversation, banner: answer.body }
    if (answer.status !== STATUS.close && answer.status !== STATUS.auth) bodyOf('auth', answer)
    throw new EvenkeelError(
      'unreachable',
      `${where} refuses the secret: \`secret_file\` is not the file that varnishd was started with (-S)`,
    )
  } catch (error) {
    conversation.end()
    throw error instanceof ClosedUnanswered ? new EvenkeelError('unreachable', `${where} closed the connection`) : error
  }
}

const secretOf = (file: string): Promise<Buffer> =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new EvenkeelError('unreachable', `secret_file cannot be read (${error.code}): its group must be that of Evenkeel's user`)
  })
