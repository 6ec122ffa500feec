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

  it.each(['', '<html>404 Not Found</html>', PAGE.slice(0, 40), PAGE.replace('8009', 'many'), `${PAGE}more`])('refuses %j', (text) => {
    expect(() => parseStubStatus(text)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})
