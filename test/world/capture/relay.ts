import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { SocketAddress } from '../../../lib/products/exchange.ts'
import { commandIn } from '../resp.ts'
import { replyIn } from './respReply.ts'

/** Is told each question and its answer, as a case has them. */
type Heard = (asked: string, answer: string) => void

/** A recording proxy on loopback, between a product's own probes and a live server. */
export type Relay = AsyncDisposable & { host: string }

/** One connection an exchange, ended by the server: HAProxy's socket, twemproxy's statistics. */
export function relayText(to: SocketAddress, heard: Heard): Promise<Relay> {
  return relaySockets(
    () => connect(to),
    () => {
      let [asked, answer] = ['', '']
      return {
        asks: (bytes) => (asked += bytes),
        answers: (bytes) => (answer += bytes),
        ended() {
          const commands = utf8(asked)
            .split(/\r?\n/)
            .filter((line) => line !== '')
          if (answer !== '') heard(commands[0] ?? 'stats', utf8(answer).replaceAll('\r\n', '\n'))
        },
      }
    },
  )
}

/** memcached's text protocol: question after question on one connection. The login is a question of its own, which is not heard. */
export function relayMemcached(to: SocketAddress, heard: Heard): Promise<Relay> {
  return relaySockets(
    () => connect(to),
    () => {
      let [asked, answer] = ['', '']
      const ended = () => {
        if (answer !== '' && !/^set k{251} /.test(asked)) heard(utf8(asked).trim(), utf8(answer).replaceAll('\r\n', '\n'))
        ;[asked, answer] = ['', '']
      }
      return {
        asks(bytes) {
          if (answer !== '') ended()
          asked += bytes
        },
        answers: (bytes) => (answer += bytes),
        ended,
      }
    },
  )
}

/** RESP: replies come in the order of the commands. `tls`: the server speaks TLS, the relay does not. */
export function relayRedis(to: SocketAddress, tls: ConnectionOptions | null, heard: Heard): Promise<Relay> {
  return relaySockets(
    () => (tls ? connectTls({ ...tls, ...to }) : connect(to)),
    () => {
      let [questions, replies] = ['', '']
      const waiting: string[] = []
      return {
        asks(bytes) {
          questions += bytes
          for (let found = commandIn(questions); found; found = commandIn(questions)) {
            questions = questions.slice(found.length)
            waiting.push(found.words.map((word, i) => (i < 2 ? word.toUpperCase() : word)).join(' '))
          }
        },
        answers(bytes) {
          replies += bytes
          for (let found = replyIn(replies); found; found = replyIn(replies)) {
            replies = replies.slice(found.length)
            heard(waiting.shift() ?? '', found.text.replaceAll('\r\n', '\n'))
          }
        },
        ended() {},
      }
    },
  )
}

/** HTTP, to a server with or without TLS. `origin` is `http://HOST:PORT`. Answers that are no success are not heard. */
export async function relayHttp(origin: string, heard: Heard): Promise<Relay> {
  const server = createHttpServer(async (request, response) => {
    const path = request.url ?? '/'
    try {
      const { authorization } = request.headers
      const body = await bodyOf(request)
      const answer = await fetch(`${origin}${path}`, {
        ...(request.method === 'POST' ? { method: 'POST', body } : {}),
        headers: authorization ? { authorization } : {},
        redirect: 'manual',
      })
      const text = await answer.text()
      if (answer.ok) heard(path, text.replaceAll('\r\n', '\n'))
      response.writeHead(answer.status).end(text)
    } catch {
      response.destroy()
    }
  })
  return listening(server, new Set())
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

type Listener = { asks(bytes: string): void; answers(bytes: string): void; ended(): void }

function relaySockets(open: () => Socket, listener: () => Listener): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = open()
    const ears = listener()
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.on('data', (chunk) => {
      ears.asks(chunk.toString('latin1'))
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      ears.answers(chunk.toString('latin1'))
      client.write(chunk)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => {
      ears.ended()
      client.end()
    })
  })
  return listening(server, sockets)
}

async function listening(server: Server, sockets: Set<Socket>): Promise<Relay> {
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const utf8 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8')
