import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { commandIn, respOf } from './resp.ts'
import { Scrapes } from './scrapes.ts'
import { at, type WorldCase } from './worldCase.ts'

/** Servers on loopback that say what a case has them say, each over its own protocol. */
export type Played = { http: string; tcp: string; socket: string; scrape(seconds: number, ms: number): void; close(): Promise<void> }

/** `elapsed` tells the simulated seconds since the start. */
export async function play(it: WorldCase, folder: string, elapsed: () => number): Promise<Played> {
  const scrapes = new Scrapes()
  const answerTo = (asked: string): string | null => {
    const found = it.answers[asked] ?? it.answers['*']
    return found === undefined ? null : at(elapsed(), found)
  }
  const http = createHttpServer(async (request, response) => {
    const path = request.url ?? '/'
    if (it.scraped && path.startsWith('/api/v1/query')) return response.end(scrapes.answer(await bodyOf(request)))
    if (it.scraped && path === '/api/v1/status/buildinfo') return response.end('{"status":"success","data":{"version":"2.53.0"}}')
    const answer = answerTo(path) ?? answerTo(path.split('?')[0]!)
    response.writeHead(answer === null ? 404 : 200).end(answer ?? 'not found')
  })
  const speak = it.kind === 'redis' ? redis : it.kind === 'twemproxy' ? silent : textual
  const tcp = createServer((socket) => speak(socket, answerTo))
  const unix = createServer((socket) => speak(socket, answerTo))
  const path = `${folder}/socket`
  await Promise.all([listening(http, 0), listening(tcp, 0), listening(unix, path)])
  const open = new Set<Socket>()
  for (const server of [http, tcp, unix]) server.on('connection', (socket: Socket) => open.add(socket))
  return {
    http: hostOf(http),
    tcp: hostOf(tcp),
    socket: path,
    scrape: (seconds, ms) => {
      for (const { labels, metrics } of it.scraped ?? []) scrapes.add(at(seconds, metrics), labels, ms)
    },
    async close() {
      for (const socket of open) socket.destroy()
      await Promise.all([http, tcp, unix].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

const listening = (server: Server, where: number | string) =>
  new Promise<void>((resolve) => (typeof where === 'string' ? server.listen(where, resolve) : server.listen(where, '127.0.0.1', resolve)))

function hostOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return `127.0.0.1:${address.port}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

type Answers = (asked: string) => string | null

/** twemproxy's statistics port: says it all and closes. */
function silent(socket: Socket, answerTo: Answers): void {
  socket.on('error', () => {})
  socket.end(answerTo('stats') ?? '')
}

/** One command a line, as HAProxy's socket and memcached's text protocol have it; the connection ends with the answers. */
function textual(socket: Socket, answerTo: Answers): void {
  socket.on('error', () => {})
  socket.once('data', (bytes) => {
    const commands = bytes.toString('utf8').split(/\r?\n/).filter(Boolean)
    const answers = commands.filter((command) => command !== 'quit').map((command) => answerTo(command) ?? 'Unknown command\n')
    socket.end(answers.join(''))
  })
}

/** RESP: a text answer is a bulk string; one that is JSON in the case (`[…]`) is an array; `-ERR …` is an error. */
function redis(socket: Socket, answerTo: Answers): void {
  let waiting = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    waiting += bytes.toString('latin1')
    for (;;) {
      const found = commandIn(waiting)
      if (!found) return
      waiting = waiting.slice(found.length)
      socket.write(respOf(found.words, answerTo))
    }
  })
}
