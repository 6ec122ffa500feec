import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { admissionOf } from './admission.ts'
import { parseConfigFile } from './configFile.ts'
import { parseStat, poolOf } from './stat.ts'

const FIXTURE = readFileSync(new URL('fixtures/haproxy-2.6-show-stat-socket.csv', import.meta.url), 'utf8')

/** Rows of servers as HAProxy 2.6 writes them, with that `slim`. */
function rows(...slims: string[]) {
  const [head, ...lines] = FIXTURE.trimEnd().split('\n')
  const columns = head!.split(',')
  const made = lines.find((line) => line.split(',')[columns.indexOf('type')] === '2')!.split(',')
  const text = slims.map((slim, i) =>
    made.map((value, at) => (columns[at] === 'svname' ? `s${i + 1}` : columns[at] === 'slim' ? slim : value)).join(','),
  )
  const { servers } = parseStat(`${[head, ...text].join('\n')}\n`)
  return { name: poolOf(servers[0]!), servers }
}
const limitsOf = (file: string, ...slims: string[]) => {
  const { servers } = rows(...slims)
  return admissionOf('app', servers, parseConfigFile(file))
}
const BARE = 'frontend web\n  default_backend app\nbackend app\n  server s1 10.0.0.1:80\n'

describe('what limits the requests of a backend', () => {
  it('nothing: that is known where the file is', () => {
    expect(limitsOf(BARE, '', '')).toEqual({
      limits: [],
      wanted: { where: 'backend app', line: 'server NAME … maxconn LIMIT' },
    })
    expect(admissionOf('app', rows('', '').servers, null)).toMatchObject({ limits: [], because: expect.stringContaining('give `config`') })
  })

  it.each([
    [['50', '50'], { text: 'maxconn 50 on each of its 2 servers' }],
    [['50', '80'], { text: 'maxconn 50 to 80 on each of its 2 servers' }],
    [['50'], { text: 'maxconn 50 on its server' }],
    [['50', ''], { text: 'maxconn 50 on 1 of its 2 servers', nominal: 's2 has none, and takes what the others do not' }],
  ])('maxconn of servers %j', (slims, limit) => expect(limitsOf(BARE, ...slims).limits).toEqual([limit]))

  const frontend = (...lines: string[]) => `frontend web\n  ${lines.join('\n  ')}\n  default_backend app\nbackend app\n`
  it.each([
    ['maxconn', ['maxconn 300'], ['frontend web: maxconn 300']],
    ['sessions a second', ['rate-limit sessions 100'], ['frontend web: rate-limit sessions 100']],
    [
      'a stick table',
      ['http-request track-sc0 src', 'http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }'],
      ['frontend web: http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }'],
    ],
    [
      'a stick table by an ACL',
      ['acl abuse sc0_conn_rate gt 9', 'http-request tarpit if abuse'],
      ['frontend web: http-request tarpit if abuse'],
    ],
    [
      'connections',
      ['tcp-request connection reject if { src_conn_cur ge 10 }'],
      ['frontend web: tcp-request connection reject if { src_conn_cur ge 10 }'],
    ],
    [
      'the queue of a backend',
      ['http-request return status 503 if { queue(app) gt 10 }'],
      ['frontend web: http-request return status 503 if { queue(app) gt 10 }'],
    ],
    ['a path that nobody may ask', ['http-request deny if { path_beg /admin }'], []],
    ['a rate that only counts', ['http-request track-sc0 src', 'acl abuse sc0_conn_rate gt 9'], []],
    ['nobody at all', ['http-request deny'], []],
  ])('%s', (_, lines, texts) => expect(limitsOf(frontend(...lines), '').limits.map(({ text }) => text)).toEqual(texts))

  it('is that of each frontend that leads to it, of itself, and of defaults', () => {
    const other = 'frontend admin\n  maxconn 5\n  default_backend other\n'
    expect(limitsOf(`${other}${BARE}`, '').limits).toEqual([])
    expect(limitsOf(`frontend web\n  maxconn 5\n  use_backend app if { path / }\n${other}backend app\n`, '').limits).toEqual([
      { text: 'frontend web: maxconn 5' },
    ])
    expect(limitsOf('frontend web\n  maxconn 5\n  use_backend %[req.hdr(host)]\nbackend app\n', '').limits).toEqual([
      { text: 'frontend web: maxconn 5' },
    ])
    expect(limitsOf(`defaults\n  maxconn 700\n${BARE}`, '').limits).toEqual([{ text: 'frontend web: maxconn 700' }])
    expect(limitsOf('listen app\n  maxconn 7\n', '').limits).toEqual([{ text: 'listen app: maxconn 7' }])
    expect(limitsOf('backend app\n  http-request deny if { be_conn(app) gt 9 }\n', '').limits).toHaveLength(1)
  })

  it('is not claimed where it is not certain', () => {
    const because = (file: string) => limitsOf(file, '').because
    expect(because(frontend('maxconn "$MOST"'))).toContain('is a variable')
    expect(because('frontend web\n.if defined(X)\n  maxconn 5\n.endif\n  default_backend app\n')).toContain('`.if`')
    expect(because(BARE)).toBeUndefined()
  })
})
