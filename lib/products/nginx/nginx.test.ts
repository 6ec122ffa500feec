import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseStubStatus } from './stubStatus.ts'

const PAGE = readFileSync(new URL('./fixtures/nginx-1.22-stub_status.txt', import.meta.url), 'utf8')

describe('stub_status', () => {
  it('gives connections and requests', () => {
    expect(Object.fromEntries(parseStubStatus(PAGE).map(({ metric, value }) => [metric, value]))).toEqual({
      nginx_connections_active: 1,
      nginx_connections_accepted_total: 41,
      nginx_connections_handled_total: 41,
      nginx_http_requests_total: 8009,
      nginx_connections_reading: 0,
      nginx_connections_writing: 1,
      nginx_connections_waiting: 0,
    })
  })

  it('of Tengine and of modules gives the same, and what cannot be is no number', () => {
    const tengine =
      'Active connections: 109 \nserver accepts handled requests request_time\n 109 109 3166 34677\nReading: 0 Writing: 1 Waiting: 2 \n'
    expect(parseStubStatus(tengine)).toMatchObject([
      { value: 109 },
      { value: 109 },
      { value: 109 },
      { value: 3166 },
      {},
      { value: 1 },
      { value: 2 },
    ])
    expect(parseStubStatus(tengine.replace(/ +\n/g, '\r\n'))).toHaveLength(7)
    const odd = parseStubStatus(PAGE.replace('Reading: 0', 'Reading: -3').replace('Writing: 1', 'Writing: 18446744073709551615'))
    expect(odd.map(({ metric }) => metric)).not.toContain('nginx_connections_reading')
    expect(odd).toHaveLength(5)
    expect(() => parseStubStatus('{"version":8}')).toThrow(/NGINX Plus/)
  })

  it.each(['', '<html>404 Not Found</html>', PAGE.slice(0, 40), PAGE.replace('8009', 'many'), `${PAGE}more`])('refuses %j', (text) => {
    expect(() => parseStubStatus(text)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})
