import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Notice } from '../lib/model/notice.ts'
import type { Attempt, Browsers } from '../lib/model/notifier.ts'

export type Got = { method: string; path: string; headers: IncomingHttpHeaders; body: string; raw: Buffer }
/** What a receiver answers: an answer, a connection that is reset, bytes that are no HTTP, or nothing at all. */
export type Play = { status: number; headers?: Record<string, string>; body?: string } | 'reset' | 'garbage' | 'hang'

/** A receiver of HTTP notices that keeps what it got and answers what it is told to. */
export async function startReceiver() {
  const got: Got[] = []
  const plays: Play[] = []
  let always: Play = { status: 200 }
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    got.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: raw.toString(), raw })
    const play = plays.shift() ?? always
    if (play === 'hang') return
    if (play === 'reset') return void request.socket.resetAndDestroy()
    if (play === 'garbage') return void request.socket.end('BANANA 200 OK\r\n\r\n')
    response.writeHead(play.status, play.headers).end(play.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    /** These first, one a request. */
    play: (...next: Play[]) => void plays.push(...next),
    dropPlays: () => void plays.splice(0),
    always: (play: Play) => {
      always = play
    },
    last: () => got.at(-1)!,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Names that would call people, make links, format or forge headers, were they not escaped. */
export const HOSTILE = [
  '@everyone',
  '@here',
  '<!channel>',
  '<users/all>',
  '@room',
  '[click](http://evil.example)',
  '<http://evil.example|click>',
  '<a href="http://evil.example">click</a>',
  '*bold* _italic_ ~struck~ `code` ||spoiler||',
  '&lt;b&gt; &amp; \\* {{y}}',
  ':smile: #tag /command',
]

const FIRST_SEEN = Date.UTC(2026, 10, 26, 21, 40, 5)

/** A notice of so many findings, each with a hostile name in its summary. */
export function noticeOf(names: readonly string[] = HOSTILE, more: Partial<Notice> = {}): Notice {
  const findings = names.map((name, index) => ({
    id: `f${index}`,
    rule: 'cache/hot-key',
    severity: index === 1 ? ('critical' as const) : ('warning' as const),
    state: 'firing' as const,
    subject: { target: 'cache-a', key: name },
    summary: `${name} takes 31 % of the reads`,
    evidence: [],
    since: FIRST_SEEN + index * 1_000,
    seenAt: FIRST_SEEN + 60_000,
    resolvedAt: FIRST_SEEN + 90_000,
  }))
  const about = Object.fromEntries(
    findings.map(({ id }) => [id, { consequence: '120 reads a second on one key', proposal: 'split it in four' }]),
  )
  return { receiver: 'ops', status: 'firing', groupLabels: {}, externalUrl: 'https://keel.example', findings, about, ...more }
}

export const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  id: '0b5e9c9e-1111-4222-8333-444455556666',
  at: FIRST_SEEN + 60_000,
  signal: AbortSignal.timeout(5_000),
  browsers: noBrowsers,
  reached: [],
  ...more,
})

/** Nobody has subscribed a browser. */
export const noBrowsers: Browsers = { keys: () => ({ publicKey: '', privateKey: '' }), list: () => [], gone() {} }
